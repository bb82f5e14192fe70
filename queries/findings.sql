-- title    = "Odd but usable"
-- question = "What in the exports could mislead a reader?"
-- section  = "quality"
-- key      = ["source", "code", "subject"]
-- labels   = { first_place = "First seen" }
-- words    = ["meaning"]
SELECT
  findings.source,
  findings.code,
  findings.subject,
  SUM(findings.findings) AS findings,
  MIN(findings.first_place) AS first_place,
  MIN(findings.meaning) AS meaning
FROM findings
GROUP BY findings.source, findings.code, findings.subject
ORDER BY source, code, subject
