-- title    = "Tickets"
-- question = "What happened to this ticket?"
-- section  = "tickets"
-- key      = ["ticket_id", "clock"]
-- notes    = "One row per ticket and clock that belongs to the period; all that was missed, at risk or overdue comes first."
-- is_filterable = true
-- words    = ["reason", "coverage", "request_type"]
SELECT
  clocks.ticket_id,
  clocks.clock,
  clocks.verdict,
  clocks.reason,
  clocks.severity,
  clocks.request_type,
  clocks.customer,
  clocks.site,
  clocks.contract,
  clocks.opened_at,
  clocks.stopped_at,
  clocks.due_at,
  clocks.elapsed_s,
  clocks.limit_s,
  clocks.overrun_s,
  clocks.reopens,
  clocks.coverage
FROM clocks
WHERE clocks.is_in_period AND clocks.verdict <> 'no_target'
ORDER BY overrun_s DESC, clocks.is_undecided DESC, verdict, ticket_id, clock
