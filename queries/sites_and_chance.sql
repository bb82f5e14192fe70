-- title    = "Sites, and what chance explains"
-- question = "Is a site's resolution attainment worse than its size alone would make it?"
-- section  = "contracts"
-- order    = 1
-- key      = ["site"]
-- chart    = { kind = "funnel", x = "decided", y = ["attainment", "lower95_share", "upper95_share", "lower998_share", "upper998_share"], series = "site", unit = "%" }
-- checks   = ["attainment BETWEEN 0 AND 1", "lower998_share <= lower95_share", "upper95_share <= upper998_share"]
-- notes    = "Limits of chance around the attainment of all sites together, tickets without a site left out, exact for the binomial: of sites that are all alike, one in twenty lies outside the inner and one in five hundred outside the outer ones."
-- labels   = { lower95_share = "Chance: 95% from", upper95_share = "Chance: 95% to", lower998_share = "Chance: 99.8% from", upper998_share = "Chance: 99.8% to" }
SELECT
  site_attainment.site,
  site_attainment.attainment,
  site_attainment.kept,
  site_attainment.decided,
  site_attainment.lower95_share,
  site_attainment.upper95_share,
  site_attainment.lower998_share,
  site_attainment.upper998_share
FROM site_attainment
WHERE site_attainment.clock = 'resolution'
ORDER BY attainment, decided DESC, site
