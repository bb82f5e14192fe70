-- title    = "When tickets come in"
-- question = "Do tickets come when somebody is there to take them?"
-- section  = "when"
-- order    = 1
-- key      = ["weekday", "hour"]
-- chart    = { kind = "heatmap", x = "hour", y = ["tickets_per_week", "is_open"], series = "weekday_name", unit = "a week" }
-- checks   = ["tickets >= 0", "days >= 0", "hour BETWEEN 0 AND 23"]
-- notes    = "Tickets opened in the 52 weeks that end with the period, per day of that weekday, by the hour at which they were opened, in the report's time zone. Blank where fewer than 5 came. Days in gaps of more than three months without any ticket don't count. Support hours: those in which the calendar of most clocks is open at least half the time, holidays apart; one that is always open only where no other is used."
-- labels   = { weekday = "No.", weekday_name = "Weekday", tickets_per_week = "Tickets opened per week", is_open = "Support hours" }
-- words    = ["weekday_name"]
WITH opened AS (
  SELECT tickets.opened_weekday AS weekday, tickets.opened_hour AS hour, COUNT(*) AS tickets
  FROM tickets
  WHERE tickets.is_opened_in_year
  GROUP BY tickets.opened_weekday, tickets.opened_hour
),
counted AS (
  SELECT
    hours.weekday,
    hours.weekday_name,
    hours.hour,
    hours.days,
    hours.is_open,
    CAST(COALESCE(opened.tickets, 0) AS BIGINT) AS tickets
  FROM hours
  LEFT JOIN opened ON opened.weekday = hours.weekday AND opened.hour = hours.hour
)
SELECT
  weekday,
  weekday_name,
  hour,
  tickets,
  days,
  CASE WHEN tickets >= 5 THEN CAST(tickets AS DOUBLE) / NULLIF(days, 0) END AS tickets_per_week,
  is_open
FROM counted
ORDER BY weekday, hour
