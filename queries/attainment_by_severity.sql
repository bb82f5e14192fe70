-- title    = "Attainment by clock and severity"
-- question = "Which promises were kept in this period, for which severity?"
-- section  = "trend"
-- key      = ["clock", "severity"]
-- checks   = ["attainment IS NULL OR attainment BETWEEN 0 AND 1", "kept + missed = decided", "decided + undecided + unmeasured + not_entitled + excluded + no_target = tickets"]
-- notes    = "Undecided clocks are open and within the limit. Unmeasured, not entitled, excluded and no-target ones are counted apart; where any is unmeasured, the attainment lies between the share if all of them were missed and the share if all were kept."
-- fractions = { on_target_share = ["on_target", "decided"], lowest_attainment = ["kept", "measurable"], highest_attainment = ["kept_or_unmeasured", "measurable"] }
-- labels   = { lowest_attainment = "If unmeasured were missed", highest_attainment = "If unmeasured were kept" }
WITH counted AS (
  SELECT
    clocks.clock,
    COALESCE(clocks.severity, 'unknown') AS severity,
    COUNT(*) AS tickets,
    SUM(CASE WHEN clocks.is_kept THEN 1 ELSE 0 END) AS kept,
    SUM(CASE WHEN clocks.is_missed THEN 1 ELSE 0 END) AS missed,
    SUM(CASE WHEN clocks.is_kept OR clocks.is_missed THEN 1 ELSE 0 END) AS decided,
    SUM(CASE WHEN clocks.is_on_target THEN 1 ELSE 0 END) AS on_target,
    SUM(CASE WHEN clocks.is_undecided THEN 1 ELSE 0 END) AS undecided,
    SUM(CASE WHEN clocks.verdict = 'unmeasured' THEN 1 ELSE 0 END) AS unmeasured,
    SUM(CASE WHEN clocks.verdict = 'not_entitled' THEN 1 ELSE 0 END) AS not_entitled,
    SUM(CASE WHEN clocks.verdict = 'excluded' THEN 1 ELSE 0 END) AS excluded,
    SUM(CASE WHEN clocks.verdict = 'no_target' THEN 1 ELSE 0 END) AS no_target,
    SUM(CASE WHEN clocks.is_missed THEN clocks.overrun_s ELSE 0 END) AS overrun_s
  FROM clocks
  WHERE clocks.is_in_period
  GROUP BY clocks.clock, COALESCE(clocks.severity, 'unknown')
)
SELECT
  clock,
  severity,
  CAST(kept AS DOUBLE) / NULLIF(decided, 0) AS attainment,
  kept,
  decided,
  missed,
  CAST(on_target AS DOUBLE) / NULLIF(decided, 0) AS on_target_share,
  on_target,
  overrun_s,
  undecided,
  unmeasured,
  CASE
    WHEN unmeasured > 0 THEN CAST(kept AS DOUBLE) / (decided + unmeasured)
  END AS lowest_attainment,
  CASE
    WHEN unmeasured > 0 THEN CAST(kept + unmeasured AS DOUBLE) / (decided + unmeasured)
  END AS highest_attainment,
  decided + unmeasured AS measurable,
  kept + unmeasured AS kept_or_unmeasured,
  not_entitled,
  excluded,
  no_target,
  tickets
FROM counted
ORDER BY clock, severity
