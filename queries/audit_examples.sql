-- title    = "Disagreements, five of each kind"
-- question = "What exactly differs, in words that can be checked ticket by ticket?"
-- section  = "audit"
-- key      = ["clock", "ticket_id"]
-- notes    = "The first five tickets of each kind of disagreement; all of them are in audit_tickets. Each can be checked with `sla explain TICKET`."
-- words    = ["agreement"]
SELECT
  audit.clock,
  audit.agreement,
  audit.would_agree_if,
  audit.ticket_id,
  audit.words
FROM audit
WHERE audit.is_disagreed AND audit.nth_of_kind <= 5
ORDER BY clock, agreement, would_agree_if, ticket_id
