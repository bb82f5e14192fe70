-- Three clocks for each ticket, then attainment and percentiles by ten
-- dimensions, as `sla.toml` beside this file has it. Run by `duckdb_peer.py`,
-- which sets the variables `folder` and `as_of` and writes `summary`.
--
-- Business time is arithmetic on a cumulated-seconds column: `slots` has, for
-- each zone and quarter of an hour, the open seconds before it. A join on
-- equality finds the slot of an instant in a third of the time that an ASOF
-- join with the windows needs.
--
-- No window function orders the events: each says what it leaves and what it
-- enters, so the time in a status is a difference of two sums, clipped at the
-- stop where the stop may come first.

CREATE TEMP TABLE slots AS
SELECT *
FROM read_csv(
  getvariable('folder') || '/slots.csv',
  columns = {'zone': 'VARCHAR', 'slot_at': 'BIGINT', 'before_s': 'BIGINT', 'is_open': 'BIGINT'}
);

CREATE TEMP TABLE targets AS
SELECT *
FROM read_csv(
  getvariable('folder') || '/targets.csv',
  columns = {
    'clock': 'VARCHAR', 'severity': 'VARCHAR', 'request_type': 'VARCHAR',
    'target_s': 'BIGINT', 'limit_s': 'BIGINT', 'calendar': 'VARCHAR'
  }
);

CREATE TEMP TABLE tickets AS
WITH
  sites AS (
    SELECT "Site" AS site, "Time zone" AS zone
    FROM read_csv(
      getvariable('folder') || '/sites-in-eight-zones.csv',
      columns = {'Site': 'VARCHAR', 'Time zone': 'VARCHAR'}
    )
  ),
  opened AS (
    SELECT
      "Ticket" AS ticket_id,
      epoch_ms("Opened") // 1000 AS opened_at,
      epoch_ms("First response") // 1000 AS first_response_at,
      epoch_ms("On site") // 1000 AS on_site_at,
      epoch_ms("Resolved") // 1000 AS resolved_at,
      "Status" AS status,
      "Severity" AS severity,
      LOWER("Request type") AS request_type,
      "Customer" AS customer,
      "Site" AS site,
      "Product" AS product,
      "Category" AS category,
      "Group" AS group_name,
      STRFTIME("Opened", '%Y-%m') AS opened_month
    FROM read_csv(
      getvariable('folder') || '/tickets.csv',
      header = true, auto_detect = false, delim = ',', quote = '"', escape = '"',
      columns = {
        'Ticket': 'VARCHAR', 'Opened': 'TIMESTAMP', 'First response': 'TIMESTAMP', 'On site': 'TIMESTAMP',
        'Resolved': 'TIMESTAMP', 'Closed': 'TIMESTAMP', 'Status': 'VARCHAR', 'Severity': 'VARCHAR',
        'Application blocked': 'VARCHAR', 'Request type': 'VARCHAR', 'Customer': 'VARCHAR', 'Site': 'VARCHAR',
        'Asset': 'VARCHAR', 'Product': 'VARCHAR', 'Module': 'VARCHAR', 'Hardware model': 'VARCHAR',
        'Software version': 'VARCHAR', 'Server OS': 'VARCHAR', 'Client OS': 'VARCHAR', 'Channel': 'VARCHAR',
        'Category': 'VARCHAR', 'Error code': 'VARCHAR', 'Summary': 'VARCHAR', 'Activity': 'VARCHAR',
        'Resolution code': 'VARCHAR', 'Assignee': 'VARCHAR', 'Group': 'VARCHAR', 'Handled by': 'VARCHAR',
        'Article': 'VARCHAR', 'Reopens': 'VARCHAR', 'Parent': 'VARCHAR'
      }
    )
  )
SELECT
  opened.*,
  slots.zone,
  slots.before_s + slots.is_open * (opened_at - slot_at) AS opened_open_s
FROM opened
LEFT JOIN sites USING (site)
JOIN slots ON slots.zone = COALESCE(sites.zone, 'Europe/Lisbon') AND slot_at = opened_at - opened_at % 900;

-- What happened, as far as a clock depends on it. A step is +1 where a ticket
-- enters the statuses in question, and -1 where it leaves them.
CREATE TEMP TABLE changes AS
WITH
  read AS (
    SELECT
      "Ticket" AS ticket_id,
      epoch_ms("At") // 1000 AS at_s,
      "Field" AS field,
      "From" AS before,
      "To" AS after,
      "By role" AS role
    FROM read_csv(
      getvariable('folder') || '/events.csv',
      header = true, auto_detect = false, delim = ',', quote = '"', escape = '"',
      columns = {
        'Ticket': 'VARCHAR', 'At': 'TIMESTAMP', 'Field': 'VARCHAR', 'From': 'VARCHAR', 'To': 'VARCHAR',
        'By': 'VARCHAR', 'By role': 'VARCHAR'
      }
    )
    WHERE field IN ('status', 'severity') OR (field = 'reply' AND after = 'public' AND role <> 'customer')
  ),
  stepped AS (
    SELECT
      ticket_id,
      at_s,
      CASE
        WHEN field = 'status'
          THEN (after IN ('Resolved', 'Closed'))::TINYINT
            - COALESCE(before IN ('Resolved', 'Closed'), FALSE)::TINYINT
        ELSE 0
      END AS over_step,
      CASE
        WHEN field = 'status'
          THEN STARTS_WITH(after, 'Waiting')::TINYINT
            - COALESCE(STARTS_WITH(before, 'Waiting'), FALSE)::TINYINT
        ELSE 0
      END AS waiting_step,
      CASE WHEN field = 'reply' THEN role END AS replied_by,
      CASE WHEN field = 'severity' THEN before END AS severity_before,
      CASE WHEN field = 'severity' THEN after END AS severity_after
    FROM read
  )
SELECT
  stepped.* REPLACE (GREATEST(at_s, opened_at) AS at_s),
  before_s + is_open * (GREATEST(at_s, opened_at) - slot_at) AS open_s
FROM stepped
JOIN tickets USING (ticket_id)
JOIN slots
  ON slots.zone = tickets.zone
  AND slot_at = GREATEST(at_s, opened_at) - GREATEST(at_s, opened_at) % 900
WHERE over_step <> 0 OR waiting_step <> 0 OR replied_by IS NOT NULL OR severity_after IS NOT NULL;

-- One row a ticket.
CREATE TEMP TABLE lives AS
WITH
  told AS (
    SELECT
      ticket_id,
      MIN(at_s) FILTER (WHERE replied_by = 'agent') AS replied_at,
      MIN(at_s) FILTER (WHERE replied_by = 'automation') AS acknowledged_at,
      MAX(at_s) FILTER (WHERE over_step = 1) AS last_over_at,
      COUNT(*) FILTER (WHERE over_step = -1) AS reopens,
      SUM(over_step) > 0 AS is_over,
      SUM(waiting_step) > 0 AS is_waiting,
      SUM((over_step + waiting_step) * at_s) AS standing_at_sum,
      SUM((over_step + waiting_step) * open_s) AS standing_open_sum
    FROM changes
    GROUP BY ticket_id
  ),
  ended AS (
    SELECT
      tickets.*,
      told.* EXCLUDE (ticket_id),
      CASE WHEN last_over_at IS NULL THEN resolved_at WHEN is_over THEN last_over_at END AS over_at
    FROM tickets
    LEFT JOIN told USING (ticket_id)
  )
SELECT
  *,
  COALESCE(
    replied_at,
    CASE WHEN first_response_at IS DISTINCT FROM acknowledged_at THEN first_response_at END,
    over_at
  ) AS responded_at
FROM ended;

-- One row a ticket and clock: where it stopped or stands.
CREATE TEMP VIEW readings AS
WITH
  stops AS (
    SELECT *, 'response' AS clock, responded_at AS stopped_at FROM lives
    UNION ALL
    SELECT *, 'on_site' AS clock, on_site_at AS stopped_at FROM lives
    UNION ALL
    SELECT *, 'resolution' AS clock, over_at AS stopped_at FROM lives
  ),
  ended AS (
    SELECT *, COALESCE(stopped_at, getvariable('as_of')) AS until_at FROM stops
  )
SELECT ended.*, before_s + is_open * (until_at - slot_at) AS until_open_s
FROM ended
JOIN slots ON slots.zone = ended.zone AND slot_at = until_at - until_at % 900;

-- The last severity before the stop; where all changes came later, the first one.
CREATE TEMP TABLE severities AS
SELECT
  ticket_id,
  clock,
  COALESCE(
    ARG_MAX(severity_after, at_s) FILTER (WHERE at_s < stopped_at OR stopped_at IS NULL),
    ARG_MIN(severity_before, at_s)
  ) AS severity
FROM changes
JOIN readings USING (ticket_id)
WHERE severity_after IS NOT NULL
GROUP BY ticket_id, clock;

-- What a reopening takes off, for clocks that don't pause: from resolve to reopening, up to the stop.
CREATE TEMP TABLE gaps AS
SELECT
  ticket_id,
  clock,
  COALESCE(MAX(LEAST(at_s, until_at)) FILTER (WHERE is_over AND over_step = 1), 0)
    - SUM(over_step * LEAST(at_s, until_at)) AS gap_s,
  COALESCE(MAX(LEAST(open_s, until_open_s)) FILTER (WHERE is_over AND over_step = 1), 0)
    - SUM(over_step * LEAST(open_s, until_open_s)) AS gap_open_s
FROM changes
JOIN readings USING (ticket_id)
WHERE over_step <> 0 AND reopens > 0 AND clock <> 'resolution'
GROUP BY ticket_id, clock;

CREATE TEMP TABLE clocks AS
WITH
  measured AS (
    SELECT
      readings.* EXCLUDE (severity),
      COALESCE(severities.severity, readings.severity) AS severity,
      target_s,
      limit_s,
      COALESCE(targets.calendar, 'business') AS calendar,
      CASE WHEN clock = 'resolution' THEN is_waiting ELSE FALSE END AS is_paused,
      CASE
        WHEN clock = 'resolution' THEN (is_over OR is_waiting)::INT * until_at - standing_at_sum
        ELSE gap_s
      END AS paused_s,
      CASE
        WHEN clock = 'resolution' THEN (is_over OR is_waiting)::INT * until_open_s - standing_open_sum
        ELSE gap_open_s
      END AS paused_open_s
    FROM readings
    LEFT JOIN severities USING (ticket_id, clock)
    LEFT JOIN gaps USING (ticket_id, clock)
    LEFT JOIN targets
      ON targets.clock = readings.clock
      AND targets.severity = COALESCE(severities.severity, readings.severity)
      AND (targets.request_type IS NULL OR targets.request_type = readings.request_type)
  ),
  timed AS (
    SELECT
      *,
      CASE
        WHEN calendar = '24x7' THEN GREATEST(until_at - opened_at, 0) - COALESCE(paused_s, 0)
        ELSE GREATEST(until_open_s - opened_open_s, 0) - COALESCE(paused_open_s, 0)
      END::BIGINT AS elapsed_s
    FROM measured
  )
SELECT
  ticket_id,
  clock,
  severity,
  request_type,
  customer,
  site,
  product,
  category,
  group_name,
  opened_month,
  calendar,
  COALESCE(reopens, 0) AS reopens,
  elapsed_s,
  CASE
    WHEN status IN ('Merged', 'Cancelled', 'Spam') THEN 'excluded'
    WHEN limit_s IS NULL THEN 'no_target'
    WHEN request_type IN ('upgrade', 'integration') THEN 'not_entitled'
    WHEN stopped_at < opened_at THEN 'unmeasured'
    WHEN stopped_at IS NOT NULL AND elapsed_s <= target_s THEN 'met'
    WHEN stopped_at IS NOT NULL AND elapsed_s <= limit_s THEN 'late'
    WHEN stopped_at IS NOT NULL THEN 'breached'
    WHEN status IN ('Resolved', 'Closed') THEN 'unmeasured'
    WHEN elapsed_s > limit_s THEN 'overdue'
    WHEN is_paused THEN 'paused'
    WHEN elapsed_s * 100 >= limit_s * 75 THEN 'at_risk'
    ELSE 'running'
  END AS verdict
FROM timed;

CREATE TEMP TABLE summary AS
WITH
  counted AS (
    SELECT
      CASE
        WHEN GROUPING(severity) = 0 THEN 'severity'
        WHEN GROUPING(request_type) = 0 THEN 'request_type'
        WHEN GROUPING(customer) = 0 THEN 'customer'
        WHEN GROUPING(site) = 0 THEN 'site'
        WHEN GROUPING(product) = 0 THEN 'product'
        WHEN GROUPING(category) = 0 THEN 'category'
        WHEN GROUPING(group_name) = 0 THEN 'group_name'
        WHEN GROUPING(opened_month) = 0 THEN 'opened_month'
        WHEN GROUPING(calendar) = 0 THEN 'calendar'
        WHEN GROUPING(reopens) = 0 THEN 'reopens'
      END AS dimension,
      COALESCE(
        severity, request_type, customer, site, product, category, group_name, opened_month, calendar, reopens::VARCHAR
      ) AS value,
      clock,
      COUNT(*) FILTER (WHERE verdict IN ('met', 'late')) AS kept,
      COUNT(*) FILTER (WHERE verdict IN ('breached', 'overdue')) AS missed,
      QUANTILE_DISC(elapsed_s, [0.5, 0.9]) FILTER (WHERE verdict IN ('met', 'late', 'breached')) AS quantiles_s
    FROM clocks
    GROUP BY
      clock,
      GROUPING SETS (
        severity, request_type, customer, site, product, category, group_name, opened_month, calendar, reopens
      )
  )
SELECT
  dimension,
  value,
  clock,
  kept,
  missed,
  kept / NULLIF(kept + missed, 0) AS attainment,
  quantiles_s[1] AS elapsed_p50_s,
  quantiles_s[2] AS elapsed_p90_s
FROM counted
ORDER BY dimension, clock, value;
