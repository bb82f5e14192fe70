-- title    = "What each area costs"
-- question = "Which area would give back most if it were fixed?"
-- section  = "faults"
-- key      = ["area"]
-- chart    = { kind = "hbar", x = "area", y = "overrun_s", unit = "h" }
-- checks   = ["overrun_s >= 0"]
-- notes    = "Of all tickets opened in the current window: the missed clocks, their hours over the limit and the visits that belong to the area. A ticket may be in several areas, so shares of areas can't be added."
-- fractions = { missed_share = ["missed", "window_missed"], visits_share = ["visits", "window_visits"] }
-- labels   = { missed_share = "Missed clocks", visits_share = "Share of visits", overrun_share = "Share of all overrun" }
-- words    = ["tier"]
SELECT
  areas.area,
  areas.tier,
  areas.incidents,
  CAST(areas.missed AS DOUBLE) / NULLIF(areas.window_missed, 0) AS missed_share,
  areas.missed,
  areas.window_missed,
  areas.overrun_s,
  CAST(areas.overrun_s AS DOUBLE) / NULLIF(areas.window_overrun_s, 0) AS overrun_share,
  CAST(areas.visits AS DOUBLE) / NULLIF(areas.window_visits, 0) AS visits_share,
  areas.visits,
  areas.window_visits
FROM areas
WHERE areas.missed > 0 OR areas.visits > 0
ORDER BY overrun_s DESC, area
