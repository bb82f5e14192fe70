-- title    = "From all the time to the time that counts"
-- question = "How much of the time that a customer sees is counted, and is it within the limits?"
-- section  = "time"
-- order    = 2
-- key      = ["reading"]
-- chart    = { kind = "waterfall", x = "reading", y = ["all_mean_s", "closed_hours_mean_s", "paused_mean_s", "counted_mean_s", "limit_mean_s"], unit = "h" }
-- checks   = ["closed_hours_mean_s >= 0", "paused_mean_s >= 0"]
-- notes    = "Means of resolution clocks decided in the period: sums divided by the number of clocks, so that the parts add up. Closed hours lie outside the calendar; waiting are open hours in which the clock was paused."
-- labels   = { reading = "Outcome", all_mean_s = "All the time", closed_hours_mean_s = "Closed hours", paused_mean_s = "Waiting", counted_mean_s = "Counted", limit_mean_s = "Limit" }
WITH decided AS (
  SELECT
    CASE WHEN clocks.is_kept THEN 'kept' ELSE 'missed' END AS outcome,
    clocks.elapsed_s,
    clocks.closed_hours_s,
    clocks.paused_s,
    clocks.limit_s
  FROM clocks
  WHERE clocks.is_in_period
    AND clocks.clock = 'resolution'
    AND (clocks.is_kept OR clocks.is_missed)
    AND clocks.elapsed_s IS NOT NULL
    AND clocks.limit_s IS NOT NULL
),
summed AS (
  SELECT
    outcome,
    COUNT(*) AS clocks,
    CAST(SUM(elapsed_s) AS DOUBLE) AS counted_s,
    CAST(SUM(closed_hours_s) AS DOUBLE) AS closed_s,
    CAST(SUM(paused_s) AS DOUBLE) AS paused_s,
    CAST(SUM(limit_s) AS DOUBLE) AS limit_s
  FROM decided
  GROUP BY outcome
)
SELECT
  CONCAT('resolution, ', outcome) AS reading,
  clocks,
  (counted_s + closed_s + paused_s) / clocks AS all_mean_s,
  closed_s / clocks AS closed_hours_mean_s,
  paused_s / clocks AS paused_mean_s,
  counted_s / clocks AS counted_mean_s,
  limit_s / clocks AS limit_mean_s
FROM summed
ORDER BY reading
