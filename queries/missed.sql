-- title    = "Missed promises"
-- question = "Which tickets were over their limit, and by how much?"
-- section  = "missed"
-- key      = ["ticket_id", "clock"]
-- checks   = ["overrun_s >= 0", "elapsed_s >= 0"]
-- notes    = "Overrun is elapsed time less the limit, both in hours of the clock's calendar. Every line can be checked with `sla explain TICKET`."
-- is_filterable = true
SELECT
  clocks.ticket_id,
  clocks.clock,
  clocks.verdict,
  clocks.severity,
  clocks.customer,
  clocks.site,
  clocks.opened_at,
  clocks.due_at,
  clocks.stopped_at,
  clocks.elapsed_s,
  clocks.limit_s,
  clocks.overrun_s,
  clocks.paused_s,
  clocks.closed_hours_s,
  clocks.group_name,
  clocks.confidence
FROM clocks
WHERE clocks.is_in_period AND clocks.is_missed
ORDER BY overrun_s DESC, ticket_id, clock
