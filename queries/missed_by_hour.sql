-- title    = "When tickets come in whose resolution is late"
-- question = "At which hours does a ticket come in only to be late?"
-- section  = "when"
-- order    = 2
-- key      = ["weekday", "hour"]
-- chart    = { kind = "heatmap", x = "hour", y = ["missed_share", "is_open"], series = "weekday_name", unit = "%" }
-- checks   = ["missed <= decided", "missed_share IS NULL OR missed_share BETWEEN 0 AND 1"]
-- notes    = "Of resolution clocks that are decided, of tickets opened in the 52 weeks that end with the period: the share that missed its limit, by the hour at which the ticket was opened, in the report's time zone. Blank where fewer than 5 were decided, and of so few chance moves the share a lot."
-- labels   = { weekday = "No.", weekday_name = "Weekday", missed_share = "Share missed", is_open = "Support hours" }
-- fractions = { missed_share = ["missed", "decided"] }
-- words    = ["weekday_name"]
WITH decided AS (
  SELECT
    tickets.opened_weekday AS weekday,
    tickets.opened_hour AS hour,
    COUNT(*) AS decided,
    SUM(CASE WHEN clocks.is_missed THEN 1 ELSE 0 END) AS missed
  FROM clocks
  JOIN tickets ON tickets.ticket_id = clocks.ticket_id
  WHERE tickets.is_opened_in_year AND clocks.clock = 'resolution' AND (clocks.is_kept OR clocks.is_missed)
  GROUP BY tickets.opened_weekday, tickets.opened_hour
),
counted AS (
  SELECT
    hours.weekday,
    hours.weekday_name,
    hours.hour,
    hours.is_open,
    CAST(COALESCE(decided.missed, 0) AS BIGINT) AS missed,
    CAST(COALESCE(decided.decided, 0) AS BIGINT) AS decided
  FROM hours
  LEFT JOIN decided ON decided.weekday = hours.weekday AND decided.hour = hours.hour
)
SELECT
  weekday,
  weekday_name,
  hour,
  CASE WHEN decided >= 5 THEN CAST(missed AS DOUBLE) / NULLIF(decided, 0) END AS missed_share,
  missed,
  decided,
  is_open
FROM counted
ORDER BY weekday, hour
