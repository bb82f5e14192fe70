-- title    = "Missed promises"
-- question = "Which tickets were over their limit, by how much, and where did the time pass?"
-- section  = "missed"
-- key      = ["ticket_id", "clock"]
-- checks   = ["overrun_s >= 0", "elapsed_s >= 0", "queue_s IS NULL OR queue_s + work_s + waiting_s <= elapsed_s + paused_s"]
-- notes    = "Overrun is elapsed time less the limit, both in hours of the clock's calendar. Held by: who had the ticket when the limit was used up; held, not caused. Without a history, who held it and where the time passed isn't known. Every line can be checked with `sla explain TICKET`."
-- labels   = { due_group_name = "Held by", due_kind = "In", queue_s = "Queue", work_s = "Work", waiting_s = "Waiting" }
-- is_filterable = true
-- words    = ["due_kind", "confidence"]
WITH split AS (
  SELECT
    segments.reading_id,
    SUM(CASE WHEN segments.kind = 'queue' THEN segments.segment_s ELSE 0 END) AS queue_s,
    SUM(CASE WHEN segments.kind = 'work' THEN segments.segment_s ELSE 0 END) AS work_s,
    SUM(CASE WHEN segments.kind = 'waiting' THEN segments.segment_s ELSE 0 END) AS waiting_s
  FROM segments
  JOIN clocks ON clocks.reading_id = segments.reading_id
  WHERE segments.is_in_period AND clocks.is_in_period AND clocks.is_missed AND clocks.confidence = 'high'
  GROUP BY segments.reading_id
)
SELECT
  clocks.ticket_id,
  clocks.clock,
  clocks.verdict,
  clocks.severity,
  clocks.customer,
  clocks.site,
  clocks.contract,
  clocks.overrun_s,
  clocks.elapsed_s,
  clocks.limit_s,
  clocks.due_group_name,
  clocks.due_kind,
  clocks.opened_at,
  clocks.due_at,
  clocks.stopped_at,
  split.queue_s,
  split.work_s,
  split.waiting_s,
  clocks.closed_hours_s,
  clocks.paused_s,
  clocks.confidence
FROM clocks
LEFT JOIN split ON split.reading_id = clocks.reading_id
WHERE clocks.is_in_period AND clocks.is_missed
ORDER BY overrun_s DESC, ticket_id, clock
