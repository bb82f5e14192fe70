-- title    = "Tickets opened, ended and still open"
-- question = "Are we keeping up?"
-- section  = "volumes"
-- key      = ["month"]
-- chart    = { kind = "bar", x = "month", y = ["opened", "ended"], unit = "" }
-- checks   = ["opened >= 0", "ended >= 0", "backlog >= 0"]
-- notes    = "Ended: resolved, closed, merged, cancelled or spam, and not reopened since. The backlog is what was opened and not ended by the end of the month, or by as-of. A month without any ticket may be one that the exports say nothing of: see Data quality."
WITH opened AS (
  SELECT tickets.opened_month AS month, COUNT(*) AS opened
  FROM tickets
  CROSS JOIN run
  WHERE tickets.opened_month <= run.last_month AND tickets.opened_at <= run.as_of_at
  GROUP BY tickets.opened_month
),
ended AS (
  SELECT tickets.ended_month AS month, COUNT(*) AS ended
  FROM tickets
  CROSS JOIN run
  WHERE tickets.ended_month IS NOT NULL AND tickets.ended_month <= run.last_month
  GROUP BY tickets.ended_month
),
monthly AS (
  SELECT
    calendar_months.month,
    CAST(COALESCE(opened.opened, 0) AS BIGINT) AS opened,
    CAST(COALESCE(ended.ended, 0) AS BIGINT) AS ended
  FROM calendar_months
  LEFT JOIN opened ON opened.month = calendar_months.month
  LEFT JOIN ended ON ended.month = calendar_months.month
)
SELECT
  month,
  opened,
  ended,
  SUM(opened - ended) OVER (ORDER BY month) AS backlog
FROM monthly
ORDER BY month
