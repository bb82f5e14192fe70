-- title    = "Recurring problem areas"
-- question = "What keeps breaking, is it the system or one place, and what would help?"
-- section  = "faults"
-- order    = -1
-- key      = ["area"]
-- checks   = ["p BETWEEN 0 AND 1", "q BETWEEN 0 AND 1"]
-- notes    = "Act: unlikely to be chance among all that was tested. Watch: worth a look, without advice. Observed by expected has a 95% interval; missed clocks, overrun and visits are those of the current window's tickets: what fixing would give back at most. Every area can be followed with `sla areas --explain AREA`."
-- labels   = { observed_by_expected = "Ratio", at_least = "At least", at_most = "At most", advice_rule = "Advice", missed = "Missed clocks", tested_with = "Tested with" }
-- words    = ["question", "spread", "tier", "advice_rule"]
SELECT
  areas.place,
  areas.tier,
  areas.area,
  areas.spread,
  areas.advice_rule,
  areas.observed,
  areas.expected,
  areas.observed_by_expected,
  areas.at_least,
  areas.at_most,
  areas.sites_hit,
  areas.sites,
  areas.shared_cause,
  areas.question,
  areas.incidents,
  areas.tickets,
  areas.missed,
  areas.overrun_s,
  areas.visits,
  areas.p,
  areas.q,
  areas.tested_with
FROM areas
ORDER BY place
