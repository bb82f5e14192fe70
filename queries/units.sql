-- title    = "Units with repeated incidents"
-- question = "Which single unit should be replaced?"
-- section  = "faults"
-- order    = 2
-- key      = ["asset"]
-- checks   = ["same_fault <= year_incidents", "year_incidents <= incidents"]
-- notes    = "Units with four incidents or more in 12 months, and all to act on or to watch. Tested is the fault that a unit has most, against the other units of its model over two years. Few incidents can't show much: too few to tell is an answer."
-- labels   = { observed_by_expected = "Ratio", unit_verdict = "Verdict", year_incidents = "In 12 months", mtbf_days = "MTBF, days" }
-- is_filterable = true
-- words    = ["unit_verdict"]
SELECT
  units.asset,
  units.serial,
  units.model,
  units.site,
  units.unit_verdict,
  units.year_incidents,
  units.same_fault,
  units.incidents,
  units.expected,
  units.observed_by_expected,
  units.at_least,
  units.at_most,
  units.q,
  units.mtbf_days
FROM units
WHERE units.year_incidents >= 4 OR units.unit_verdict IN ('bad unit', 'watch')
ORDER BY q, units.year_incidents DESC, asset
