-- title    = "What missed promises have in common"
-- question = "Do promises break before anybody answers, while work goes on, or after a reopening?"
-- section  = "time"
-- order    = 2
-- key      = ["clock", "pattern"]
-- checks   = ["pattern_share BETWEEN 0 AND 1", "missed <= of_missed"]
-- notes    = "Each missed clock counts once, under the first pattern that fits, in the order of the column No. A pattern says what was so, not why. Queue, work and waiting: the part that took more than half of the elapsed time. Without a history, or for a clock that is told to go by the ticket's own times, where the time passed isn't known."
-- fractions = { pattern_share = ["missed", "of_missed"] }
-- labels   = { pattern_order = "No.", pattern_share = "Share of missed", overrun_s = "Over the limit" }
-- words    = ["pattern"]
WITH missed AS (
  SELECT
    clocks.reading_id,
    clocks.ticket_id,
    clocks.clock,
    clocks.clock_order,
    clocks.reopens,
    clocks.confidence,
    clocks.elapsed_s,
    clocks.overrun_s
  FROM clocks
  WHERE clocks.is_in_period AND clocks.is_missed
),
split AS (
  SELECT
    missed.reading_id,
    SUM(CASE WHEN segments.kind = 'queue' THEN segments.segment_s ELSE 0 END) AS queue_s,
    SUM(CASE WHEN segments.kind = 'work' THEN segments.segment_s ELSE 0 END) AS work_s,
    SUM(CASE WHEN segments.kind = 'waiting' THEN segments.segment_s ELSE 0 END) AS waiting_s
  FROM missed
  JOIN segments ON segments.reading_id = missed.reading_id
  WHERE segments.is_counted AND segments.is_in_period
  GROUP BY missed.reading_id
),
late AS (
  SELECT clocks.ticket_id, COUNT(*) AS late_responses
  FROM clocks
  WHERE clocks.clock = 'response' AND clocks.is_missed
  GROUP BY clocks.ticket_id
),
told AS (
  SELECT
    missed.clock,
    missed.clock_order,
    missed.overrun_s,
    CASE
      WHEN missed.reopens > 0 THEN '1 reopened'
      WHEN missed.clock <> 'response' AND late.late_responses > 0 THEN '2 first response was late too'
      WHEN missed.confidence <> 'high' THEN '6 history missing or not used'
      WHEN split.queue_s * 2 > missed.elapsed_s THEN '3 mostly queue'
      WHEN split.waiting_s * 2 > missed.elapsed_s THEN '4 mostly waiting'
      WHEN split.work_s * 2 > missed.elapsed_s THEN '5 mostly work'
      ELSE '7 no part prevails'
    END AS pattern
  FROM missed
  LEFT JOIN split ON split.reading_id = missed.reading_id
  LEFT JOIN late ON late.ticket_id = missed.ticket_id
),
totals AS (
  SELECT told.clock, COUNT(*) AS of_missed FROM told GROUP BY told.clock
),
counted AS (
  SELECT
    told.clock,
    told.pattern,
    MIN(told.clock_order) AS clock_order,
    COUNT(*) AS missed,
    SUM(told.overrun_s) AS overrun_s
  FROM told
  GROUP BY told.clock, told.pattern
)
SELECT
  counted.clock,
  CAST(SUBSTR(counted.pattern, 1, 1) AS BIGINT) AS pattern_order,
  SUBSTR(counted.pattern, 3) AS pattern,
  CAST(counted.missed AS DOUBLE) / totals.of_missed AS pattern_share,
  counted.missed,
  totals.of_missed,
  counted.overrun_s
FROM counted
JOIN totals ON totals.clock = counted.clock
ORDER BY counted.clock_order, clock, pattern_order
