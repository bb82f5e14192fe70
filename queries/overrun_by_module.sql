-- title    = "Where the overrun is"
-- question = "Which modules account for most of the hours over the limit?"
-- section  = "faults"
-- order    = 0
-- key      = ["module"]
-- chart    = { kind = "pareto", x = "module", y = "overrun_s", unit = "h" }
-- checks   = ["overrun_s >= 0", "missed > 0"]
-- notes    = "Of all clocks of the period that missed their limit: the hours over it, each clock in hours of its calendar, by the module of the ticket or, without one, its category. Each clock counts once, so the shares add up; where a ticket has neither, it is under unknown."
-- fractions = { missed_share = ["missed", "of_missed"] }
-- labels   = { missed_share = "Share of missed clocks" }
WITH missed AS (
  SELECT
    COALESCE(tickets.module, tickets.category, 'unknown') AS module,
    clocks.overrun_s
  FROM clocks
  JOIN tickets ON tickets.ticket_id = clocks.ticket_id
  WHERE clocks.is_in_period AND clocks.is_missed
),
total AS (
  SELECT COUNT(*) AS of_missed FROM missed
),
counted AS (
  SELECT missed.module, COUNT(*) AS missed, SUM(missed.overrun_s) AS overrun_s
  FROM missed
  GROUP BY missed.module
)
SELECT
  counted.module,
  counted.overrun_s,
  CAST(counted.missed AS DOUBLE) / total.of_missed AS missed_share,
  counted.missed,
  total.of_missed
FROM counted
CROSS JOIN total
ORDER BY overrun_s DESC, module
