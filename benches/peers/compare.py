"""Do all three say the same? Prints what differs; exit code 1 if anything does.

    python compare.py summaries OURS.csv OTHER.csv
    python compare.py clocks    OURS.parquet OTHER.parquet

Of `clocks`, every ticket's elapsed seconds, verdict and dimensions; of
summaries, every figure but the attainment, which follows from kept and missed.
"""

import sys

import duckdb

from rules import DIMENSIONS

KEYS = {"summaries": ["dimension", "value", "clock"], "clocks": ["ticket_id", "clock"]}
VALUES = {
    "summaries": ["kept", "missed", "elapsed_p50_s", "elapsed_p90_s"],
    "clocks": ["elapsed_s", "verdict", *DIMENSIONS],
}


def main():
    kind, ours, other = sys.argv[1:]
    keys, values = KEYS[kind], VALUES[kind]
    database = duckdb.connect()

    joined = " AND ".join(f"ours.{key} IS NOT DISTINCT FROM other.{key}" for key in keys)
    differing = ", ".join(
        f"COUNT(*) FILTER (WHERE ours.{value}::VARCHAR IS DISTINCT FROM other.{value}::VARCHAR)" for value in values
    )
    counts = database.execute(
        f"""SELECT COUNT(ours.clock), COUNT(other.clock), COUNT(*), {differing}
        FROM '{ours}' AS ours FULL JOIN '{other}' AS other ON {joined}"""
    ).fetchone()
    rows, other_rows, joined_rows, *differences = counts
    found = [f"{value} {count}" for value, count in zip(values, differences) if count]
    if not rows == other_rows == joined_rows:
        found.append(f"rows {rows} and {other_rows}, {joined_rows} together")
    print(f"{kind}: {rows:,} rows, {', '.join(found) or 'none'} differ: {other}")
    sys.exit(1 if found else 0)


if __name__ == "__main__":
    main()
