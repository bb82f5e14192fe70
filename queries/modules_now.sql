-- title    = "Tickets by module, the last two months"
-- question = "What is rising?"
-- section  = "faults"
-- order    = 1
-- key      = ["opened_month", "module"]
-- chart    = { kind = "slope", x = "opened_month", y = "tickets", series = "module", unit = "" }
-- checks   = ["tickets > 0"]
-- notes    = "Plain counts of tickets, cancelled and merged ones left out. Whether a rise is more than chance is what the areas above say."
WITH months AS (
  SELECT tickets.opened_month
  FROM tickets
  CROSS JOIN run
  WHERE tickets.opened_month <= run.last_month
  GROUP BY tickets.opened_month
  ORDER BY opened_month DESC
  LIMIT 2
)
SELECT
  tickets.opened_month,
  tickets.module,
  COUNT(*) AS tickets
FROM tickets
JOIN months ON months.opened_month = tickets.opened_month
CROSS JOIN run
WHERE tickets.module IS NOT NULL
  AND tickets.opened_at <= run.as_of_at
  AND tickets.status_class NOT IN ('merged', 'duplicate', 'cancelled', 'spam')
GROUP BY tickets.opened_month, tickets.module
ORDER BY opened_month DESC, tickets DESC, module
