-- title    = "Rows that could not be used"
-- question = "What should be mended in the export?"
-- section  = "quality"
-- key      = ["source", "code"]
-- notes    = "Each row is in csv/rejects.csv with file and line."
-- labels   = { first_line = "First line" }
-- words    = ["meaning"]
SELECT
  rejects.source,
  rejects.code,
  COUNT(*) AS rejected_rows,
  MIN(rejects.file) AS first_file,
  MIN(rejects.line) AS first_line,
  MIN(rejects.meaning) AS meaning
FROM rejects
GROUP BY rejects.source, rejects.code
ORDER BY source, code
