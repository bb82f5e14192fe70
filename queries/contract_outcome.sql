-- title    = "Contract outcome"
-- question = "Which contract's attainment target was met, what would have met it, and what does it cost?"
-- section  = "contracts"
-- order    = -1
-- key      = ["contract", "clock"]
-- checks   = ["kept + missed = decided", "attainment IS NULL OR attainment BETWEEN 0 AND 1", "gap_tickets IS NULL OR gap_tickets <= missed", "credit_amount IS NULL OR credit_amount BETWEEN 0 AND fee_amount"]
-- notes    = "More kept needed: the fewest missed clocks that, had they been kept, would have met the target. A credit is the fee times the share of the last step whose attainment was not reached. Indicative: too few decided to judge."
-- labels   = { gap_tickets = "More kept needed", below_attainment = "Step: below", credit_share = "Share of fee", fee_amount = "Fee", credit_amount = "Credit" }
-- words    = ["status"]
SELECT
  outcomes.contract,
  outcomes.customer,
  outcomes.clock,
  outcomes.status,
  CAST(outcomes.kept AS DOUBLE) / NULLIF(outcomes.decided, 0) AS attainment,
  outcomes.kept,
  outcomes.decided,
  outcomes.attainment_target,
  outcomes.gap_tickets,
  outcomes.missed,
  outcomes.below_attainment,
  outcomes.credit_share,
  outcomes.fee_amount,
  outcomes.credit_amount,
  outcomes.currency
FROM outcomes
ORDER BY contract, outcomes.clock_order, clock
