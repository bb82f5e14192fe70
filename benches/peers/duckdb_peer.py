"""Three clocks for each ticket, then attainment and percentiles by ten dimensions, in DuckDB: `duckdb.sql`.

    python duckdb_peer.py FOLDER SUMMARY.csv [--clocks CLOCKS.parquet] [--memory-limit 16GB]
    python duckdb_peer.py FOLDER --read count       # only counts the rows of the two files
    python duckdb_peer.py FOLDER --read columns     # only reads all their columns into tables
"""

import argparse
from pathlib import Path

import duckdb

from rules import AS_OF

TIMES = ["Opened", "First response", "On site", "Resolved", "Closed", "At"]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("summary", nargs="?")
    parser.add_argument("--clocks")
    parser.add_argument("--read", choices=["count", "columns"])
    parser.add_argument("--memory-limit")
    args = parser.parse_args()
    database = duckdb.connect()
    # As DuckDB's guide to performance says for data near the size of memory; nothing here needs the order.
    database.execute("SET preserve_insertion_order = false")
    database.execute("SET temp_directory = ?", [str(args.folder / "out" / "duckdb-tmp")])
    if args.memory_limit:
        database.execute("SET memory_limit = ?", [args.memory_limit])
    if args.read:
        read(database, args.folder, args.read)
        return
    database.execute("SET VARIABLE folder = ?", [str(args.folder)])
    database.execute("SET VARIABLE as_of = ?", [AS_OF])
    database.execute(Path(__file__).with_name("duckdb.sql").read_text())
    database.table("summary").write_csv(args.summary)
    if args.clocks:
        database.table("clocks").write_parquet(args.clocks)


def read(database, folder, what):
    for name in ["tickets", "events"]:
        path = folder / f"{name}.csv"
        header = path.open().readline().strip().split(",")
        types = {column: "TIMESTAMP" if column in TIMES else "VARCHAR" for column in header}
        rows = (
            f"read_csv('{path}', header = true, auto_detect = false, delim = ',', quote = '\"', escape = '\"', "
            f"columns = {types})"
        )
        if what == "count":
            database.execute(f"SELECT COUNT(*) FROM {rows}").fetchall()
        else:
            database.execute(f"CREATE TEMP TABLE {name} AS SELECT * FROM {rows}")


if __name__ == "__main__":
    main()
