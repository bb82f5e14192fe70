-- title    = "Attainment by month and clock"
-- question = "Are we keeping our promises, and where is it slipping?"
-- section  = "trend"
-- key      = ["decided_month", "clock"]
-- chart    = { kind = "spc", x = "decided_month", y = ["kept", "decided"], series = "clock", unit = "%" }
-- checks   = ["attainment BETWEEN 0 AND 1", "kept + missed = decided"]
-- notes    = "A clock belongs to the month in which it was decided: it stopped, or its limit passed. Open tickets past the limit count as missed; closed-only attainment leaves them out, as most help desks do."
-- fractions = { on_target_share = ["on_target", "decided"], closed_only_attainment = ["kept", "closed"] }
WITH counted AS (
  SELECT
    clocks.decided_month,
    clocks.clock,
    SUM(CASE WHEN clocks.is_kept THEN 1 ELSE 0 END) AS kept,
    SUM(CASE WHEN clocks.is_missed THEN 1 ELSE 0 END) AS missed,
    SUM(CASE WHEN clocks.is_on_target THEN 1 ELSE 0 END) AS on_target,
    SUM(CASE WHEN clocks.is_closed_only THEN 1 ELSE 0 END) AS closed,
    SUM(clocks.overrun_s) AS overrun_s
  FROM clocks
  CROSS JOIN run
  WHERE clocks.decided_month IS NOT NULL AND clocks.decided_month <= run.last_month
  GROUP BY clocks.decided_month, clocks.clock
),
told AS (
  SELECT
    counted.decided_month,
    counted.clock,
    CAST(counted.kept AS BIGINT) AS kept,
    CAST(counted.missed AS BIGINT) AS missed,
    CAST(counted.on_target AS BIGINT) AS on_target,
    CAST(counted.closed AS BIGINT) AS closed,
    CAST(counted.overrun_s AS BIGINT) AS overrun_s
  FROM counted
  LEFT JOIN history
    ON history.decided_month = counted.decided_month AND history.clock = counted.clock
  WHERE history.kept IS NULL
  UNION ALL
  SELECT
    history.decided_month,
    history.clock,
    history.kept,
    history.missed,
    history.on_target,
    history.closed,
    history.overrun_s
  FROM history
)
SELECT
  told.decided_month,
  told.clock,
  CAST(told.kept AS DOUBLE) / NULLIF(told.kept + told.missed, 0) AS attainment,
  told.kept,
  told.missed,
  told.kept + told.missed AS decided,
  CAST(told.on_target AS DOUBLE) / NULLIF(told.kept + told.missed, 0) AS on_target_share,
  told.on_target,
  CAST(told.kept AS DOUBLE) / NULLIF(told.closed, 0) AS closed_only_attainment,
  told.closed,
  told.overrun_s
FROM told
ORDER BY decided_month DESC, clock
