-- title    = "Where the time went"
-- question = "Was it our queue, our work, waiting, or closed hours?"
-- section  = "time"
-- key      = ["clock", "outcome", "kind"]
-- chart    = { kind = "hbar", x = "reading", y = "mean_s", series = "kind", unit = "h" }
-- checks   = ["segment_s >= 0"]
-- notes    = "Mean time per clock, of clocks decided in the period whose ticket has a history. Held, not caused: the split says where the time passed, not why."
-- labels   = { reading = "Clock and outcome", segment_s = "Time", mean_s = "Mean per clock" }
-- words    = ["outcome", "kind", "reading"]
WITH decided AS (
  SELECT
    clocks.reading_id,
    clocks.clock,
    CASE WHEN clocks.is_kept THEN 'kept' ELSE 'missed' END AS outcome
  FROM clocks
  WHERE clocks.is_in_period AND (clocks.is_kept OR clocks.is_missed) AND clocks.confidence = 'high'
),
counted AS (
  SELECT decided.clock, decided.outcome, COUNT(*) AS clocks
  FROM decided
  GROUP BY decided.clock, decided.outcome
),
summed AS (
  SELECT decided.clock, decided.outcome, segments.kind, SUM(segments.segment_s) AS segment_s
  FROM decided
  JOIN segments ON segments.reading_id = decided.reading_id
  WHERE segments.is_in_period
  GROUP BY decided.clock, decided.outcome, segments.kind
)
SELECT
  summed.clock,
  summed.outcome,
  summed.kind,
  CONCAT(summed.clock, ', ', summed.outcome) AS reading,
  summed.segment_s,
  counted.clocks,
  CAST(summed.segment_s AS DOUBLE) / NULLIF(counted.clocks, 0) AS mean_s
FROM summed
JOIN counted ON counted.clock = summed.clock AND counted.outcome = summed.outcome
ORDER BY clock, outcome, kind
