-- title    = "Bursts: many tickets, one incident"
-- question = "Which crowds of tickets were one event at one site?"
-- section  = "faults"
-- order    = 5
-- key      = ["site", "kind", "first_at"]
-- checks   = ["first_at <= last_at", "tickets >= 4", "p BETWEEN 0 AND 1"]
-- notes    = "Tickets of one kind that one site opened within hours, far more often than chance allows: counted as one incident, so that one power cut isn't taken for eight faults. Of the whole history."
SELECT
  bursts.site,
  bursts.kind,
  bursts.first_at,
  bursts.last_at,
  bursts.tickets,
  bursts.p
FROM bursts
ORDER BY first_at DESC, site, kind
