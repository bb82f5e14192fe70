-- title    = "Failures by age of a unit"
-- question = "Does a model fail more as it gets older?"
-- section  = "faults"
-- order    = 4
-- key      = ["model", "age_days"]
-- chart    = { kind = "mcf", x = "age_days", y = ["mean_incidents", "at_least", "at_most"], series = "model", unit = "" }
-- checks   = ["mean_incidents >= 0"]
-- notes    = "Mean cumulative number of incidents of a unit up to an age (Nelson), with its robust 95% band (Lawless and Nadeau). Of models with incidents enough to tell. A line that bends upwards is wear; a straight one is not."
SELECT
  failures_by_age.model,
  failures_by_age.age_days,
  failures_by_age.mean_incidents,
  failures_by_age.at_least,
  failures_by_age.at_most,
  failures_by_age.units
FROM failures_by_age
JOIN models ON models.model = failures_by_age.model
WHERE models.trend <> 'too few to tell'
ORDER BY model, age_days
