-- title    = "Attainment by month and clock"
-- question = "Are we keeping our promises, and where is it slipping?"
-- section  = "trend"
-- key      = ["decided_month", "clock"]
-- chart    = { kind = "spc", x = "decided_month", y = ["kept", "decided"], series = "clock", unit = "%" }
-- checks   = ["attainment BETWEEN 0 AND 1", "kept + missed = decided"]
-- notes    = "A clock belongs to the month in which it was decided: it stopped, or its limit passed. Open tickets past the limit count as missed; closed-only attainment leaves them out, as most help desks do."
-- fractions = { on_target_share = ["on_target", "decided"], closed_only_attainment = ["kept", "closed"] }
SELECT
  clocks.decided_month,
  clocks.clock,
  CAST(SUM(CASE WHEN clocks.is_kept THEN 1 ELSE 0 END) AS DOUBLE) / COUNT(*) AS attainment,
  SUM(CASE WHEN clocks.is_kept THEN 1 ELSE 0 END) AS kept,
  SUM(CASE WHEN clocks.is_missed THEN 1 ELSE 0 END) AS missed,
  COUNT(*) AS decided,
  CAST(SUM(CASE WHEN clocks.is_on_target THEN 1 ELSE 0 END) AS DOUBLE) / COUNT(*) AS on_target_share,
  SUM(CASE WHEN clocks.is_on_target THEN 1 ELSE 0 END) AS on_target,
  CAST(SUM(CASE WHEN clocks.is_kept THEN 1 ELSE 0 END) AS DOUBLE)
    / NULLIF(SUM(CASE WHEN clocks.is_closed_only THEN 1 ELSE 0 END), 0) AS closed_only_attainment,
  SUM(CASE WHEN clocks.is_closed_only THEN 1 ELSE 0 END) AS closed,
  SUM(clocks.overrun_s) AS overrun_s
FROM clocks
CROSS JOIN run
WHERE clocks.decided_month IS NOT NULL AND clocks.decided_month <= run.last_month
GROUP BY clocks.decided_month, clocks.clock
ORDER BY decided_month, clock
