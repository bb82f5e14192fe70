-- title    = "Billable upgrades and integrations by customer"
-- question = "What should be invoiced, or offered?"
-- section  = "contracts"
-- key      = ["customer", "request_type", "ticket_id"]
-- notes    = "Upgrades are billable; integrations are handled case by case. Cancelled, merged and spam tickets are left out."
-- words    = ["request_type"]
SELECT
  COALESCE(tickets.customer, 'unknown') AS customer,
  tickets.request_type,
  tickets.ticket_id,
  tickets.site,
  tickets.opened_at,
  tickets.ended_at,
  tickets.contract,
  tickets.summary
FROM tickets
WHERE tickets.is_opened_in_period
  AND tickets.request_type IN ('upgrade', 'integration')
  AND tickets.status_class NOT IN ('merged', 'duplicate', 'cancelled', 'spam')
ORDER BY customer, request_type, ticket_id
