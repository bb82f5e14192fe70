WITH
  measured AS (
    SELECT
      clocks.clock,
      clocks.severity,
      clocks.request_type,
      clocks.customer,
      clocks.site,
      clocks.product,
      tickets.module,
      tickets.channel,
      clocks.category,
      clocks.group_name,
      clocks.opened_month,
      CASE WHEN clocks.is_kept THEN 1 ELSE 0 END AS kept,
      CASE WHEN clocks.is_missed THEN 1 ELSE 0 END AS missed,
      CASE WHEN clocks.is_closed_only THEN clocks.elapsed_s END AS elapsed_s
    FROM clocks
    JOIN tickets ON tickets.ticket_id = clocks.ticket_id
  )
SELECT 'severity' AS dimension, severity AS value, clock, SUM(kept) AS kept, SUM(missed) AS missed,
 CAST(SUM(kept) AS DOUBLE) / NULLIF(SUM(kept)+SUM(missed),0) AS attainment, QUANTILE_DISC(elapsed_s, 0.5) AS elapsed_p50_s, QUANTILE_DISC(elapsed_s, 0.9) AS elapsed_p90_s
FROM measured
GROUP BY clock, severity
UNION ALL
SELECT 'module' AS dimension, module AS value, clock, SUM(kept) AS kept, SUM(missed) AS missed,
 CAST(SUM(kept) AS DOUBLE) / NULLIF(SUM(kept)+SUM(missed),0) AS attainment, QUANTILE_DISC(elapsed_s, 0.5) AS elapsed_p50_s, QUANTILE_DISC(elapsed_s, 0.9) AS elapsed_p90_s
FROM measured
GROUP BY clock, module
ORDER BY dimension, clock, value
