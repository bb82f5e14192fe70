-- title    = "Facts missing from requests, by channel"
-- question = "Which facts must the desk ask for, and on which channel?"
-- section  = "quality"
-- key      = ["channel"]
-- checks   = ["missing_activity <= incidents"]
-- notes    = "Incidents opened in the period. A caller gives software version, operating systems of server and client, hardware model, what was being done, and any error; an incident without an error code may have had none."
-- fractions = { software_version_missing_share = ["missing_software_version", "incidents"], server_os_missing_share = ["missing_server_os", "incidents"], client_os_missing_share = ["missing_client_os", "incidents"], hardware_model_missing_share = ["missing_hardware_model", "incidents"], activity_missing_share = ["missing_activity", "incidents"], error_code_missing_share = ["missing_error_code", "incidents"] }
SELECT
  COALESCE(tickets.channel, 'unknown') AS channel,
  COUNT(*) AS incidents,
  CAST(SUM(CASE WHEN tickets.software_version IS NULL THEN 1 ELSE 0 END) AS DOUBLE) / COUNT(*) AS software_version_missing_share,
  SUM(CASE WHEN tickets.software_version IS NULL THEN 1 ELSE 0 END) AS missing_software_version,
  CAST(SUM(CASE WHEN tickets.server_os IS NULL THEN 1 ELSE 0 END) AS DOUBLE) / COUNT(*) AS server_os_missing_share,
  SUM(CASE WHEN tickets.server_os IS NULL THEN 1 ELSE 0 END) AS missing_server_os,
  CAST(SUM(CASE WHEN tickets.client_os IS NULL THEN 1 ELSE 0 END) AS DOUBLE) / COUNT(*) AS client_os_missing_share,
  SUM(CASE WHEN tickets.client_os IS NULL THEN 1 ELSE 0 END) AS missing_client_os,
  CAST(SUM(CASE WHEN tickets.hardware_model IS NULL THEN 1 ELSE 0 END) AS DOUBLE) / COUNT(*) AS hardware_model_missing_share,
  SUM(CASE WHEN tickets.hardware_model IS NULL THEN 1 ELSE 0 END) AS missing_hardware_model,
  CAST(SUM(CASE WHEN tickets.activity IS NULL THEN 1 ELSE 0 END) AS DOUBLE) / COUNT(*) AS activity_missing_share,
  SUM(CASE WHEN tickets.activity IS NULL THEN 1 ELSE 0 END) AS missing_activity,
  CAST(SUM(CASE WHEN tickets.error_code IS NULL THEN 1 ELSE 0 END) AS DOUBLE) / COUNT(*) AS error_code_missing_share,
  SUM(CASE WHEN tickets.error_code IS NULL THEN 1 ELSE 0 END) AS missing_error_code
FROM tickets
WHERE tickets.is_opened_in_period AND COALESCE(tickets.request_type, 'incident') = 'incident'
GROUP BY COALESCE(tickets.channel, 'unknown')
ORDER BY channel
