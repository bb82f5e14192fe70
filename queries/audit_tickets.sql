-- title    = "All disagreements with the source"
-- question = "Which tickets does the help desk judge otherwise?"
-- section  = "audit"
-- key      = ["clock", "ticket_id"]
-- is_filterable = true
-- words    = ["agreement"]
SELECT
  audit.ticket_id,
  audit.clock,
  audit.agreement,
  audit.would_agree_if,
  audit.severity,
  audit.category,
  audit.verdict,
  audit.source_verdict,
  audit.started_at,
  audit.stopped_at,
  audit.due_at,
  audit.source_due_at,
  audit.elapsed_s,
  audit.limit_s,
  audit.replay_stopped_at,
  audit.replay_elapsed_s,
  audit.replay_limit_s
FROM audit
WHERE audit.is_disagreed
ORDER BY ticket_id, clock
