"""Runs our program, DuckDB and Polars over the same exports and writes one table: FOLDER/results.md.

    cargo build --release --bins --examples
    python -m venv target/peers-venv && target/peers-venv/bin/pip install -r benches/peers/requirements.txt
    target/peers-venv/bin/python benches/peers/run.py --tickets 100000 1000000 --repeat 5

For each size: an export is generated, unless it is there; all three are run
once and their results compared, and unless they are equal it ends there; then
every tool runs `--repeat` times, in alternating order, with the files in the
page cache. Nothing but the standard library is imported here, so that the
peak memory of what it starts is their own.
"""

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import time
from pathlib import Path

import rules

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
READ_FILES = ["tickets.csv", "events.csv"]
# What each row does beside the same work, which comes first; the key is for `--skip`.
TOOLS = {
    "ours": "ours, `sla query`",
    "duckdb": "DuckDB",
    "polars": "Polars",
    "report": "ours, the full report of the last month",
    "read-duckdb-count": "reading only: DuckDB `count(*)`",
    "read-duckdb": "reading only: DuckDB, all columns",
    "read-polars": "reading only: Polars `read_csv`, all columns as text",
    "read-lines": "reading only: `wc -l`",
}


def main():
    args = parse()
    versions = version_line(args)
    lines = []
    for tickets in args.tickets:
        folder = args.folder / str(tickets)
        generate(args, folder, tickets)
        for sentence in check(args, folder):
            print(sentence, flush=True)
        size = f"{tickets:,} tickets, {rows_of(folder / 'events.csv'):,} events, {megabytes(folder):,} MB"
        lines += rows(size, measure_all(args, folder))
    table = "\n".join([versions, "", *heading(args), *lines, ""])
    (args.folder / "results.md").write_text(table)
    print(f"\n{table}")


def parse():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tickets", type=int, nargs="+", default=[1_000_000])
    parser.add_argument("--sites", type=int, default=600)
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--skip", choices=TOOLS, nargs="+", default=[])
    parser.add_argument("--folder", type=Path, help="of exports and results; default: peers/ in cargo's target folder")
    parser.add_argument("--sla", type=Path, help="default: the release build in cargo's target folder")
    parser.add_argument("--generator", type=Path, help="default: the same of the example `generate`")
    parser.add_argument("--duckdb-memory-limit", help="such as 16GB; default: DuckDB's own, 80 %% of the memory")
    args = parser.parse_args()
    if not (args.folder and args.sla and args.generator):
        metadata = subprocess.run(
            ["cargo", "metadata", "--format-version", "1", "--no-deps"], cwd=ROOT, capture_output=True, check=True
        )
        target = Path(json.loads(metadata.stdout)["target_directory"])
        args.folder = args.folder or target / "peers"
        args.sla = args.sla or target / "release" / "sla"
        args.generator = args.generator or target / "release" / "examples" / "generate"
    args.folder, args.sla = args.folder.resolve(), args.sla.resolve()
    return args


def version_line(args):
    ours = subprocess.run([args.sla, "--version"], capture_output=True, text=True, check=True).stdout.split()[-1]
    code = "import duckdb, polars; print(f'DuckDB {duckdb.__version__}, Polars {polars.__version__}')"
    peers = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip()
    memory_gb = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
    return (
        f"sla-report {ours}, {peers}; {os.cpu_count()} cores, {memory_gb:.0f} GB of memory; median (least to most) of "
        f"{args.repeat} runs; load before them {os.getloadavg()[0]:.1f}."
    )


def generate(args, folder, tickets):
    if not (folder / "sites.csv").exists():
        command = [args.generator, "--out", folder, "--tickets", str(tickets), "--sites", str(args.sites)]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    rules.prepare(folder)
    shutil.rmtree(folder / "out", ignore_errors=True)
    (folder / "out").mkdir()


def command_of(tool, args, folder):
    """Arguments, file for standard input and for standard output."""
    out = folder / "out"
    config = ["--quiet", "--config", folder / "sla.toml"]
    query = ["query", *config, "--period", rules.PERIOD, "--format", "csv", "-"]
    report = ["report", *config, "--period", rules.LAST_MONTH, "--out", out / "report"]
    limit = ["--memory-limit", args.duckdb_memory_limit] if args.duckdb_memory_limit else []
    duckdb = [sys.executable, HERE / "duckdb_peer.py", *limit, folder]
    polars = [sys.executable, HERE / "polars_peer.py", folder]
    read_files = [folder / name for name in READ_FILES]
    return {
        "ours": ([args.sla, *query], folder / "ours.sql", out / "ours.csv"),
        "duckdb": ([*duckdb, out / "duckdb.csv"], None, None),
        "polars": ([*polars, out / "polars.csv"], None, None),
        "report": ([args.sla, *report], None, None),
        "read-duckdb-count": ([*duckdb, "--read", "count"], None, None),
        "read-duckdb": ([*duckdb, "--read", "columns"], None, None),
        "read-polars": ([*polars, "--read"], None, None),
        "read-lines": (["wc", "-l", *read_files], None, None),
    }[tool]


def run(command, stdin=None, stdout=None):
    """Seconds of wall time and CPU, and peak memory in bytes."""
    with open(stdin or os.devnull) as source, open(stdout or os.devnull, "w") as sink:
        started = time.perf_counter()
        process = subprocess.Popen(command, stdin=source, stdout=sink)
        _, status, usage = os.wait4(process.pid, 0)
        wall_s = time.perf_counter() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(f"exit code {process.returncode}: {' '.join(map(str, command))}")
    # Linux counts in units of 1,024 bytes, macOS in bytes.
    unit = 1 if sys.platform == "darwin" else 1024
    return {"wall_s": wall_s, "cpu_s": usage.ru_utime + usage.ru_stime, "peak": usage.ru_maxrss * unit}


def check(args, folder):
    """Compares the results; the clocks of single tickets where the full report, which writes them, is wanted."""
    out = folder / "out"
    peers = [tool for tool in ["duckdb", "polars"] if tool not in args.skip]
    has_clocks = "report" not in args.skip
    run(*command_of("ours", args, folder))
    if has_clocks:
        run(*command_of("report", args, folder))
        # Of all history, whatever the report's period.
        ours = out / "report" / rules.LAST_MONTH / "data" / "clocks.parquet"
    for tool in peers:
        command, stdin, stdout = command_of(tool, args, folder)
        run(command + (["--clocks", out / f"{tool}.parquet"] if has_clocks else []), stdin, stdout)
        yield compare("summaries", out / "ours.csv", out / f"{tool}.csv")
        if has_clocks:
            yield compare("clocks", ours, out / f"{tool}.parquet")


def compare(*arguments):
    done = subprocess.run([sys.executable, HERE / "compare.py", *arguments], stdout=subprocess.PIPE, text=True)
    if done.returncode:
        sys.exit(f"not equal, so nothing is measured\n{done.stdout}")
    return done.stdout.strip()


def measure_all(args, folder):
    """The runs of each tool."""
    tools = [tool for tool in TOOLS if tool not in args.skip]
    runs = {tool: [] for tool in tools}
    run(*command_of("read-lines", args, folder))
    for number in range(args.repeat):
        for tool in tools if number % 2 == 0 else reversed(tools):
            runs[tool].append(run(*command_of(tool, args, folder)))
            print(f"{runs[tool][-1]['wall_s']:8.2f} s  {TOOLS[tool]}", file=sys.stderr, flush=True)
    (folder / "out" / "runs.json").write_text(json.dumps(runs, indent=1))
    return runs


def heading(args):
    columns = ["size", "tool", "wall s", "CPU s", "peak MB"]
    aligned = ["---", "---", "---:", "---:", "---:"]
    if "duckdb" not in args.skip:
        columns += ["wall ÷ DuckDB's", "CPU ÷ DuckDB's"]
        aligned += ["---:", "---:"]
    return [f"| {' | '.join(cells)} |" for cells in (columns, aligned)]


def rows(size, runs):
    def median(tool, key):
        return statistics.median(run[key] for run in runs[tool])

    def spread(tool, key):
        values = [run[key] for run in runs[tool]]
        return f"{median(tool, key):.2f} ({min(values):.2f} to {max(values):.2f})"

    for tool in runs:
        peak_mb = max(run["peak"] for run in runs[tool]) / 1e6
        cells = [size, TOOLS[tool], spread(tool, "wall_s"), spread(tool, "cpu_s"), f"{peak_mb:,.0f}"]
        if "duckdb" in runs:
            cells += [f"{median(tool, key) / median('duckdb', key):.2f}" for key in ("wall_s", "cpu_s")]
        yield f"| {' | '.join(cells)} |"
        size = ""


def rows_of(path):
    """Rows of a file without line breaks in cells."""
    with open(path, "rb") as file:
        lines = sum(block.count(b"\n") for block in iter(lambda: file.read(1 << 20), b""))
    return lines - 1


def megabytes(folder):
    return round(sum((folder / name).stat().st_size for name in READ_FILES) / 1e6)


if __name__ == "__main__":
    main()
