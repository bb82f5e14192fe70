-- title    = "Who held missed promises"
-- question = "With which group did the time pass when a promise was missed?"
-- section  = "time"
-- key      = ["clock", "group_name"]
-- chart    = { kind = "hbar", x = "holder", y = ["queue_s", "work_s", "waiting_s"], unit = "h" }
-- checks   = ["held_s <= elapsed_s", "queue_s + work_s + waiting_s = held_s", "held_at_due <= missed"]
-- notes    = "Held, never caused: elapsed time of missed clocks whose ticket has a history, by the group that had the ticket, split into queue, work and waiting that the clock counts. Held when the limit was used up: clocks whose limit was used up while the group had the ticket."
-- fractions = { held_at_due_share = ["held_at_due", "missed"] }
-- labels   = { held_s = "Held", elapsed_s = "of elapsed", held_share = "Share", held_at_due_share = "Held when the limit was used up" }
-- words    = ["holder"]
WITH missed AS (
  SELECT
    clocks.reading_id,
    clocks.clock,
    clocks.clock_order,
    COALESCE(clocks.due_group_name, 'not known') AS due_group_name,
    clocks.elapsed_s
  FROM clocks
  WHERE clocks.is_in_period AND clocks.is_missed AND clocks.confidence = 'high'
),
totals AS (
  SELECT
    missed.clock,
    MIN(missed.clock_order) AS clock_order,
    COUNT(*) AS missed,
    SUM(missed.elapsed_s) AS elapsed_s
  FROM missed
  GROUP BY missed.clock
),
due AS (
  SELECT missed.clock, missed.due_group_name AS group_name, COUNT(*) AS held_at_due
  FROM missed
  GROUP BY missed.clock, missed.due_group_name
),
held AS (
  SELECT
    missed.clock,
    COALESCE(segments.group_name, 'not known') AS group_name,
    SUM(segments.segment_s) AS held_s,
    SUM(CASE WHEN segments.kind = 'queue' THEN segments.segment_s ELSE 0 END) AS queue_s,
    SUM(CASE WHEN segments.kind = 'work' THEN segments.segment_s ELSE 0 END) AS work_s,
    SUM(CASE WHEN segments.kind = 'waiting' THEN segments.segment_s ELSE 0 END) AS waiting_s
  FROM missed
  JOIN segments ON segments.reading_id = missed.reading_id
  WHERE segments.is_counted AND segments.is_in_period
  GROUP BY missed.clock, COALESCE(segments.group_name, 'not known')
)
SELECT
  held.clock,
  held.group_name,
  CONCAT(held.group_name, ', ', held.clock) AS holder,
  held.held_s,
  totals.elapsed_s,
  CAST(held.held_s AS DOUBLE) / NULLIF(totals.elapsed_s, 0) AS held_share,
  CAST(COALESCE(due.held_at_due, 0) AS DOUBLE) / totals.missed AS held_at_due_share,
  CAST(COALESCE(due.held_at_due, 0) AS BIGINT) AS held_at_due,
  totals.missed,
  held.queue_s,
  held.work_s,
  held.waiting_s
FROM held
JOIN totals ON totals.clock = held.clock
LEFT JOIN due ON due.clock = held.clock AND due.group_name = held.group_name
ORDER BY totals.clock_order, clock, held_s DESC, group_name
