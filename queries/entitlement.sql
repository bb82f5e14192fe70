-- title    = "Entitlement of requests opened in the period"
-- question = "Which support was owed, and which was given without being owed?"
-- section  = "contracts"
-- key      = ["coverage", "request_type"]
-- checks   = ["not_owed <= tickets"]
-- notes    = "Judged at the moment of opening. Upgrades are billable and integrations are decided case by case, whatever the contract. Cancelled, merged and spam tickets are left out."
-- words    = ["coverage", "request_type"]
SELECT
  tickets.coverage,
  COALESCE(tickets.request_type, 'unknown') AS request_type,
  COUNT(*) AS tickets,
  SUM(CASE
    WHEN tickets.coverage IN ('lapsed', 'none') OR tickets.request_type IN ('upgrade', 'integration') THEN 1
    ELSE 0
  END) AS not_owed
FROM tickets
WHERE tickets.is_opened_in_period
  AND tickets.status_class NOT IN ('merged', 'duplicate', 'cancelled', 'spam')
GROUP BY tickets.coverage, COALESCE(tickets.request_type, 'unknown')
ORDER BY coverage, request_type
