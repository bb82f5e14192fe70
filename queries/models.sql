-- title    = "Models of equipment"
-- question = "Which model wears out, and how often does each fail?"
-- section  = "faults"
-- order    = 3
-- key      = ["model"]
-- checks   = ["units_without_incident <= units", "mtbf_at_least_days <= mtbf_at_most_days OR mtbf_at_most_days IS NULL"]
-- notes    = "Power: incidents grow as this power of age; above 1 they come faster. Trend by MIL-HDBK-189 with the Lewis-Robinson guard; below ten incidents nothing is said. MTBF with its 95% interval, for one rate of all units. The age at which replacing costs least is given only where costs are configured and wear is sure."
-- labels   = { mtbf_days = "MTBF, days", mtbf_at_least_days = "MTBF at least", mtbf_at_most_days = "MTBF at most", power_at_least = "Power at least", power_at_most = "Power at most" }
-- words    = ["trend"]
SELECT
  models.model,
  models.trend,
  models.units,
  models.units_without_incident,
  models.incidents,
  models.incidents_per_unit_year,
  models.mtbf_days,
  models.mtbf_at_least_days,
  models.mtbf_at_most_days,
  models.power,
  models.power_at_least,
  models.power_at_most,
  models.p,
  models.q,
  models.replacement_age_days
FROM models
ORDER BY incidents_per_unit_year DESC, model
