-- title    = "Tickets of the areas"
-- question = "Which tickets stand behind an area?"
-- section  = "faults"
-- order    = 9
-- key      = ["area", "ticket_id"]
-- is_filterable = true
SELECT
  areas.place,
  area_tickets.area,
  area_tickets.ticket_id,
  area_tickets.opened_at,
  area_tickets.site,
  area_tickets.asset,
  area_tickets.module,
  area_tickets.software_version,
  area_tickets.error_code,
  area_tickets.resolution_code,
  area_tickets.missed,
  area_tickets.summary
FROM area_tickets
JOIN areas ON areas.area = area_tickets.area
ORDER BY place, ticket_id
