-- title    = "Areas by hours over the limit"
-- question = "Which area would give back most if it were fixed?"
-- section  = "faults"
-- key      = ["area"]
-- chart    = { kind = "pareto", x = "area", y = "overrun_s", unit = "h" }
-- checks   = ["overrun_s >= 0"]
-- notes    = "Overrun of the clocks missed in the current window's tickets. A ticket may be in several areas; the sum of areas may count it more than once."
SELECT
  areas.area,
  areas.tier,
  areas.overrun_s,
  areas.missed,
  areas.visits,
  areas.incidents
FROM areas
WHERE areas.overrun_s > 0
ORDER BY overrun_s DESC, area
