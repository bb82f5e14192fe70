-- title    = "How much of the limit a resolution uses"
-- question = "Do tickets end well within their limit, just before it, or long after?"
-- section  = "time"
-- order    = 1
-- key      = ["severity", "used_share"]
-- chart    = { kind = "ecdf", x = "used_share", y = ["ended", "still_open"], series = "severity", unit = "%" }
-- checks   = ["used_share >= 0", "ended + still_open > 0"]
-- notes    = "Of resolution clocks with a limit, of tickets opened in the 52 weeks that end with the period: how many ended, and how many are still open, at a share of their limit, up to the next whole percent. 0% used none of it, such as those that ended before the calendar opened; 301% stands for all beyond 300%. The lines count open tickets as not having ended yet (Kaplan and Meier). Not the tickets of the period alone: those that are long open are in it, those that ended before it are not, and that would make all look slow."
WITH used AS (
  SELECT
    COALESCE(clocks.severity, 'unknown') AS severity,
    CEIL(CAST(clocks.elapsed_s AS DOUBLE) * 100 / clocks.limit_s) AS used_percent,
    CASE WHEN clocks.stopped_at IS NULL THEN 0 ELSE 1 END AS is_ended
  FROM clocks
  JOIN tickets ON tickets.ticket_id = clocks.ticket_id
  WHERE tickets.is_opened_in_year
    AND clocks.clock = 'resolution'
    AND (clocks.is_kept OR clocks.is_missed OR clocks.is_undecided)
    AND clocks.elapsed_s IS NOT NULL
    AND clocks.limit_s > 0
),
cut AS (
  SELECT
    severity,
    CASE WHEN used_percent > 300 THEN 3.01 ELSE used_percent / 100 END AS used_share,
    is_ended
  FROM used
)
SELECT
  severity,
  used_share,
  SUM(is_ended) AS ended,
  SUM(1 - is_ended) AS still_open
FROM cut
GROUP BY severity, used_share
ORDER BY severity, used_share
