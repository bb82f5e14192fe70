-- title    = "Files read"
-- question = "Is everything in that should be?"
-- section  = "quality"
-- key      = ["source", "file"]
-- checks   = ["rows_read = rows_used + rows_rejected"]
SELECT
  files.source,
  files.file,
  files.rows_read,
  files.rows_used,
  files.rows_rejected,
  files.first_at,
  files.last_at,
  files.sha256
FROM files
ORDER BY source, file
