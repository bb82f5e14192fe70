-- title    = "The source's verdicts against ours"
-- question = "How often does the help desk's own verdict agree with ours, and what would make the others agree?"
-- section  = "audit"
-- key      = ["clock", "agreement", "would_agree_if"]
-- checks   = ["tickets <= audited", "tickets > 0"]
-- notes    = "At the export's last instant, not at the report's as-of, as the source's verdicts are of then. Each disagreement was replayed with one rule changed, else two, else three; named are the changes that alone give the source's verdict. They are consistent with it, which doesn't prove that the source did so."
-- fractions = { tickets_share = ["tickets", "audited"] }
-- labels   = { tickets_share = "Share of tickets", would_agree_if = "Would agree if" }
-- words    = ["agreement"]
WITH kinds AS (
  SELECT
    audit.clock,
    audit.agreement,
    COALESCE(audit.would_agree_if, '–') AS would_agree_if,
    MAX(CASE WHEN audit.is_disagreed THEN 1 ELSE 0 END) AS is_disagreed,
    COUNT(*) AS tickets
  FROM audit
  GROUP BY audit.clock, audit.agreement, COALESCE(audit.would_agree_if, '–')
),
totals AS (
  SELECT audit.clock, COUNT(*) AS audited
  FROM audit
  GROUP BY audit.clock
)
SELECT
  kinds.clock,
  kinds.agreement,
  kinds.would_agree_if,
  CAST(kinds.tickets AS DOUBLE) / totals.audited AS tickets_share,
  kinds.tickets,
  totals.audited
FROM kinds
JOIN totals ON totals.clock = kinds.clock
ORDER BY clock, kinds.is_disagreed, tickets DESC, agreement, would_agree_if
