-- title    = "Open: overdue and at risk"
-- question = "What must be done next, before it costs a promise?"
-- section  = "open"
-- key      = ["ticket_id", "clock"]
-- notes    = "As of the report's as-of. At risk: 75 % of the limit is used, unless configured."
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
ORDER BY overrun_s DESC, used_ratio DESC, ticket_id, clock
