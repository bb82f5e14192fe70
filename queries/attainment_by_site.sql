-- title    = "Attainment by site"
-- question = "Which sites get less than they were promised?"
-- section  = "contracts"
-- key      = ["site", "clock"]
-- checks   = ["attainment IS NULL OR attainment BETWEEN 0 AND 1", "kept + missed = decided", "decided + undecided + unmeasured + not_entitled + excluded + no_target = tickets"]
-- notes    = "Only clocks of which at least one ticket has a target. A site with few decided clocks varies by chance: compare counts, not only shares."
WITH counted AS (
  SELECT
    COALESCE(clocks.site, 'unknown') AS site,
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
  GROUP BY COALESCE(clocks.site, 'unknown'), clocks.clock
)
SELECT
  site,
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
ORDER BY missed DESC, site, clock
