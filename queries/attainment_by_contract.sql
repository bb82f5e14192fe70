-- title    = "Attainment by customer and contract"
-- question = "For whom were promises missed, with and without a contract?"
-- section  = "contracts"
-- key      = ["customer", "contract", "clock"]
-- notes    = "Only clocks of which at least one ticket has a target."
-- checks   = ["attainment IS NULL OR attainment BETWEEN 0 AND 1", "kept + missed = decided", "decided + undecided + unmeasured + not_entitled + excluded + no_target = tickets"]
WITH counted AS (
  SELECT
    COALESCE(clocks.customer, 'unknown') AS customer,
    COALESCE(clocks.contract, 'none') AS contract,
    clocks.clock,
    COUNT(*) AS tickets,
    SUM(CASE WHEN clocks.is_kept THEN 1 ELSE 0 END) AS kept,
    SUM(CASE WHEN clocks.is_missed THEN 1 ELSE 0 END) AS missed,
    SUM(CASE WHEN clocks.is_kept OR clocks.is_missed THEN 1 ELSE 0 END) AS decided,
    SUM(CASE WHEN clocks.is_undecided THEN 1 ELSE 0 END) AS undecided,
    SUM(CASE WHEN clocks.verdict = 'unmeasured' THEN 1 ELSE 0 END) AS unmeasured,
    SUM(CASE WHEN clocks.verdict = 'not_entitled' THEN 1 ELSE 0 END) AS not_entitled,
    SUM(CASE WHEN clocks.verdict = 'excluded' THEN 1 ELSE 0 END) AS excluded,
    SUM(CASE WHEN clocks.verdict = 'no_target' THEN 1 ELSE 0 END) AS no_target,
    SUM(CASE WHEN clocks.is_missed THEN clocks.overrun_s ELSE 0 END) AS overrun_s
  FROM clocks
  WHERE clocks.is_in_period
  GROUP BY COALESCE(clocks.customer, 'unknown'), COALESCE(clocks.contract, 'none'), clocks.clock
)
SELECT
  customer,
  contract,
  clock,
  CAST(kept AS DOUBLE) / NULLIF(decided, 0) AS attainment,
  kept,
  decided,
  missed,
  overrun_s,
  undecided,
  unmeasured,
  not_entitled,
  excluded,
  no_target,
  tickets
FROM counted
WHERE tickets > no_target
ORDER BY missed DESC, customer, contract, clock
