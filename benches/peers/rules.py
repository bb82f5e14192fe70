"""What all three have in common, from `sla.toml`: dimensions, and calendars and targets as tables.

`python rules.py FOLDER` writes them into the folder of a generated export:

    sla.toml                   a copy, for our own program
    sites-in-eight-zones.csv   the generator's sites, which lie in five zones, spread over eight
    slots.csv                  zone, slot_at, before_s, is_open: each quarter of an hour, wholly open or closed
    targets.csv                clock, severity, request_type, target_s, limit_s, calendar
    ours.sql                   the summary as `sla query` is asked for it

Reads of a calendar only what that `sla.toml` says: hours of mon-fri and yearly holidays.
"""

import csv
import datetime
import shutil
import sys
import tomllib
from pathlib import Path
from zoneinfo import ZoneInfo

CONFIG = Path(__file__).with_name("sla.toml")
RULES = tomllib.loads(CONFIG.read_text())
AS_OF = int(datetime.datetime.fromisoformat(RULES["report"]["exported_at"]).timestamp())
# All that the generator makes is opened and decided in it.
FIRST_DAY, LAST_DAY = "2025-04-01", "2026-09-30"
PERIOD = f"{FIRST_DAY}..{LAST_DAY}"
LAST_MONTH = LAST_DAY[:7]
# Every opening and closing falls on a quarter of an hour, in UTC as well.
SLOT_S = 900
ZONES = [
    "Europe/Lisbon",
    "Europe/Warsaw",
    "Africa/Luanda",
    "Asia/Kolkata",
    "Asia/Tokyo",
    "Australia/Adelaide",
    "America/Sao_Paulo",
    "America/New_York",
]
# Columns of our table `clocks`; the clock's own severity, calendar and number of reopenings among them.
DIMENSIONS = [
    "severity",
    "request_type",
    "customer",
    "site",
    "product",
    "category",
    "group_name",
    "opened_month",
    "calendar",
    "reopens",
]


def prepare(folder):
    shutil.copy(CONFIG, folder / "sla.toml")
    with open(folder / "sites.csv", newline="") as file:
        sites = [row["Site"] for row in csv.DictReader(file)]
    zones = (ZONES[index % len(ZONES)] for index in range(len(sites)))
    write(folder / "sites-in-eight-zones.csv", ["Site", "Time zone"], zip(sites, zones))
    write(folder / "slots.csv", ["zone", "slot_at", "before_s", "is_open"], slots())
    write(
        folder / "targets.csv",
        ["clock", "severity", "request_type", "target_s", "limit_s", "calendar"],
        targets(),
    )
    (folder / "ours.sql").write_text(our_query())


def write(path, header, rows):
    with open(path, "w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


def slots():
    # A day more on both sides, as local days begin and end elsewhere.
    day = datetime.timedelta(days=1)
    first = datetime.date.fromisoformat(FIRST_DAY) - day
    last = datetime.date.fromisoformat(LAST_DAY) + 2 * day
    from_at, until_at = (
        int(datetime.datetime.combine(date, datetime.time(), datetime.UTC).timestamp()) for date in (first, last)
    )
    for name in ZONES:
        is_open = open_slots(ZoneInfo(name), first, last)
        before_s = 0
        for slot_at in range(from_at, until_at, SLOT_S):
            yield name, slot_at, before_s, int(slot_at in is_open)
            before_s += SLOT_S * (slot_at in is_open)


def open_slots(zone, first, last):
    """Instants at which an open quarter of an hour begins."""
    calendar = RULES["calendars"]["business"]
    hours = calendar["hours"]["mon-fri"]
    windows = [[datetime.time.fromisoformat(edge) for edge in window.split("-")] for window in hours]
    found = set()
    for number in range((last - first).days + 1):
        date = first + datetime.timedelta(days=number)
        if date.weekday() > 4 or f"{date:%m-%d}" in calendar["holidays"]:
            continue
        for window in windows:
            open_at, close_at = (int(datetime.datetime.combine(date, edge, zone).timestamp()) for edge in window)
            assert open_at % SLOT_S == close_at % SLOT_S == 0, f"{zone} {date}: not on a quarter of an hour"
            found.update(range(open_at, close_at, SLOT_S))
    return found


def targets():
    for name, clock in RULES["clocks"].items():
        for target in clock["targets"]:
            limit = target["limit"]
            yield (
                name,
                target["severity"],
                target.get("request_type", ""),
                duration_s(target.get("target", limit)),
                duration_s(limit),
                target.get("calendar", clock["calendar"]),
            )


def duration_s(text):
    return int(text[:-1]) * {"m": 60, "h": 3600}[text[-1]]


def our_query():
    counted = [
        f"""SELECT
  '{dimension}' AS dimension,
  CAST({dimension} AS VARCHAR) AS value,
  clock,
  SUM(kept) AS kept,
  SUM(missed) AS missed,
  CAST(SUM(kept) AS DOUBLE) / NULLIF(SUM(kept) + SUM(missed), 0) AS attainment,
  QUANTILE_DISC(closed_s, 0.5) AS elapsed_p50_s,
  QUANTILE_DISC(closed_s, 0.9) AS elapsed_p90_s
FROM measured
GROUP BY clock, {dimension}
"""
        for dimension in DIMENSIONS
    ]
    columns = ",\n    ".join(DIMENSIONS)
    union = "UNION ALL\n".join(counted)
    return f"""WITH measured AS (
  SELECT
    clock,
    {columns},
    CASE WHEN is_kept THEN 1 ELSE 0 END AS kept,
    CASE WHEN is_missed THEN 1 ELSE 0 END AS missed,
    CASE WHEN is_closed_only THEN elapsed_s END AS closed_s
  FROM clocks
)
{union}ORDER BY dimension, clock, value
"""


if __name__ == "__main__":
    prepare(Path(sys.argv[1]))
