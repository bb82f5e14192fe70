-- title    = "Open: overdue and at risk"
-- question = "What must be done next, before it costs a promise?"
-- section  = "open"
-- key      = ["ticket_id", "clock"]
-- notes    = "As of the report's as-of. First those at risk, which can still be kept, by how much of the limit is used: 75% or more, unless configured; then those overdue, the longest first."
-- is_filterable = true
SELECT
  clocks.ticket_id,
  clocks.clock,
  clocks.verdict,
  clocks.severity,
  clocks.customer,
  clocks.site,
  clocks.contract,
  clocks.opened_at,
  clocks.due_at,
  clocks.elapsed_s,
  clocks.limit_s,
  clocks.overrun_s,
  CAST(clocks.elapsed_s AS DOUBLE) / NULLIF(clocks.limit_s, 0) AS used_ratio,
  clocks.group_name
FROM clocks
WHERE clocks.verdict IN ('overdue', 'at_risk')
ORDER BY CASE WHEN verdict = 'at_risk' THEN 0 ELSE 1 END, overrun_s DESC, used_ratio DESC, ticket_id, clock
