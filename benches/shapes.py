#!/usr/bin/env python3
"""Skewed and hostile exports, each in three sizes: does the cost grow with them and no faster?

    python benches/shapes.py --sla target/release/sla [--largest 1000000]

Prints CPU seconds and peak memory of `sla report` at a quarter, half and all of the size, and the
exponent with which the time grows from half to all (1 is linear).
"""

import argparse
import math
import os
import subprocess
import tempfile
from datetime import datetime, timedelta
from pathlib import Path

START = datetime(2026, 1, 1)
BASE = """
[inputs.tickets]
path = "tickets.csv"
[inputs.events]
path = "events.csv"
[severity]
levels = ["high", "low"]
[statuses]
queue = ["New"]
work = ["Work"]
closed = ["Closed"]
[clocks.resolution]
limit = "8h"
[clocks.response]
enabled = false
[clocks.on_site]
enabled = false
"""
TICKETS = "ticket_id,opened_at,resolved_at,status,severity,customer,site,module,error_code,contract\n"
EVENTS = "ticket_id,event_at,field,from,to\n"


def at(minutes):
    """`minutes` after the start of the year, folded into its first eight months."""
    return (START + timedelta(minutes=minutes % 345_600)).strftime("%Y-%m-%dT%H:%M:00Z")


def tickets(count, customer=None, error_code=None, contract=None):
    for n in range(count):
        minute = n * 7919
        yield (
            f"T{n:08},{at(minute)},{at(minute + 60) if minute % 345_600 < 345_000 else ''},Closed,"
            f"{'high' if n % 5 == 0 else 'low'},{customer(n) if customer else f'C{n % 200}'},S{n % 500},M{n % 40},"
            f"{error_code(n) if error_code else f'E{n % 300}'},{contract(n) if contract else ''}\n"
        )


def lifecycle(count):
    for n in range(count):
        minute = n * 7919
        if minute % 345_600 < 345_000:
            yield f"T{n:08},{at(minute + 10)},status,New,Work\n"
            yield f"T{n:08},{at(minute + 60)},status,Work,Closed\n"


def plain(folder, count):
    write(folder, BASE, tickets(count), lifecycle(count))


def one_customer_with_half(folder, count):
    write(folder, BASE, tickets(count, customer=lambda n: "Big" if n % 2 else f"C{n % 5000}"), lifecycle(count))


def distinct_error_codes(folder, count):
    write(folder, BASE, tickets(count, error_code=lambda n: f"ERR-{n}"), lifecycle(count))


def one_ticket_with_all_events(folder, count):
    events = (f"T00000000,{at(n % 345_000)},status,{'New,Work' if n % 2 else 'Work,New'}\n" for n in range(count))
    write(folder, BASE, tickets(1000), events)


def a_calendar_for_every_hundredth(folder, count):
    """As many calendars as a hundredth of the tickets, each in use by a contract."""
    calendars = count // 100
    config = BASE.replace('[clocks.resolution]\n', '[clocks.resolution]\ncalendar = "contract"\n')
    config += '[inputs.contracts]\npath = "contracts.csv"\n'
    for n in range(calendars):
        config += f'[calendars.c{n}]\nhours = {{ mon-fri = "{n % 9:02}:{n % 60:02}-{17 + n % 6}:00" }}\n'
    rows = (f"K{n},C{n},2025-01-01,2027-12-31,c{n}\n" for n in range(calendars))
    (folder / "contracts.csv").write_text("contract,customer,valid_from,valid_until,calendar\n" + "".join(rows))
    contract = lambda n: f"K{n % calendars}"
    write(folder, config, tickets(count, customer=lambda n: f"C{n % calendars}", contract=contract), lifecycle(count))


def write(folder, config, tickets, events):
    (folder / "sla.toml").write_text(config)
    for name, header, rows in (("tickets", TICKETS, tickets), ("events", EVENTS, events)):
        with open(folder / f"{name}.csv", "w") as file:
            file.write(header)
            file.writelines(rows)


SHAPES = [
    ("nothing special", plain),
    ("one customer with half the tickets", one_customer_with_half),
    ("all error codes distinct", distinct_error_codes),
    ("one ticket with all events", one_ticket_with_all_events),
    ("a calendar for every hundredth ticket", a_calendar_for_every_hundredth),
]


def measured(command, folder):
    """CPU seconds and peak memory (MB) of a command."""
    process = subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    said = process.stderr.read().decode()
    _, status, usage = os.wait4(process.pid, 0)
    if status != 0:
        raise SystemExit(f"{' '.join(command)}: exit {status >> 8}\n{said}")
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--sla", required=True, type=Path)
    options.add_argument("--largest", type=int, default=1_000_000)
    options.add_argument("--only", default="")
    asked = options.parse_args()
    print("| shape | size | CPU s | peak MB | grows as |\n| --- | ---: | ---: | ---: | ---: |")
    for name, make in SHAPES:
        if asked.only not in name:
            continue
        before = None
        for size in (asked.largest // 4, asked.largest // 2, asked.largest):
            with tempfile.TemporaryDirectory() as folder:
                folder = Path(folder)
                make(folder, size)
                command = [str(asked.sla.resolve()), "report", "--period", "2026-06", "--out", "out", "-q"]
                cpu, peak = measured(command, folder)
            grows = "" if before is None else f"{math.log2(cpu / before):.2f}"
            print(f"| {name} | {size:,} | {cpu:.2f} | {peak:,.0f} | {grows} |", flush=True)
            before = cpu


if __name__ == "__main__":
    main()
