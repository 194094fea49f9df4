"""``./citybrain bench lake --rows N``: a city's tables of N rows in all, written and read beside raw DuckDB.

Prints bytes a row, rows a second in, each question's ratio to raw DuckDB on the same Parquet, look-ups by key, sixteen
readers at once, the same questions on a Sail cluster, and what that means for ten billion rows. Limits are measured in
the same run with the same memory and threads. ``--keep FOLDER`` goes on where an earlier run stopped.
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
from pathlib import Path

from bench import _city, _lake_city, _lake_load, _lake_questions
from bench._figures import say

LAKE_BYTES, RAW_BYTES = (
    30,
    16,
)  # a row; measured at 1 to 10 million: 25 and 13, used to say beforehand what a run will need
AIM_IN, AIM_CSV = 500_000, 150_000
TEN_BILLION = 10_000_000_000


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="citybrain bench lake", description=__doc__)
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--memory", default="2GB", help="of the engine")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--keep", default="", help="a folder to use and keep; a stopped run goes on there")
    options = parser.parse_args(argv)
    place = Path(options.keep or tempfile.gettempdir()).resolve()
    say(f"lake  ·  {options.rows:,} rows  ·  {_city.machine()}")
    copies = room(place, options.rows)
    if copies is None:
        return 2
    with _lake_city.lake_city(options.keep, options.memory, options.threads) as folder:
        measure(folder, options.rows, copies=copies)
    return 0


def room(place: Path, rows: int) -> bool | None:
    """Whether raw copies fit beside the tables; None (and a sentence) when not even the tables fit."""
    there = sum(p.stat().st_size for p in (place / "lake").rglob("*") if p.is_file())  # of an earlier run
    while not place.exists():
        place = place.parent
    free = shutil.disk_usage(place).free + there
    tables = (
        rows * LAKE_BYTES * 1.45 + 2e9
    )  # three of ten rows are transactions, which compaction writes again
    both = tables + rows * RAW_BYTES * 1.15
    say(
        f"  needs {tables / 1e9:.1f} GB for the tables, {both / 1e9:.1f} GB with raw copies; {free / 1e9:.1f} GB are free or filled already in {place}"
    )
    if tables > free:
        say("  too little: choose another folder with --keep, or fewer rows")
        return None
    if both > free:
        say(
            "  raw copies do not fit: the limit is raw DuckDB on the tables' own files, without catalogue and plan"
        )
    return both <= free


def measure(folder: Path, rows: int, *, copies: bool) -> None:
    """Everything, in the order it is printed."""
    _lake_load.make_tables(rows)
    say("\n  in")
    done = _lake_load.fill(folder, rows, copies=copies)
    size = bytes_of(folder, rows)
    say(f"    bytes a row        {size['lake']:.1f} in the lake, four columns of ours and all metadata included"
        + (f", {size['raw']:.1f} raw, ratio {size['lake'] / size['raw']:.2f}" if copies else ""))  # fmt: skip
    if done["rows"]:
        say(f"    from Parquet       {done['rate']:,.0f} rows/s   raw DuckDB COPY {done['limit']:,.0f} rows/s   "
            f"ratio {done['rate'] / done['limit']:.2f}{'' if done['rate'] >= AIM_IN else '   aim missed'}")  # fmt: skip
    csv = _lake_load.from_csv(folder)
    say(f"    from CSV, 6 rules  {csv['rate']:,.0f} rows/s   raw DuckDB COPY {csv['limit']:,.0f} rows/s   ratio {csv['rate'] / csv['limit']:.2f}"
        f"   {csv['accepted']:,} accepted + {csv['rejected']:,} rejected, {csv['lost']} lost{'' if csv['rate'] >= AIM_CSV else '   aim missed'}")  # fmt: skip
    say("\n  out")
    taken = _lake_questions.compare(folder, copies=copies)
    p50, _p95 = _lake_questions.lookups(folder, rows, copies=copies)
    if _lake_questions.compact():
        p50, _p95 = _lake_questions.lookups(folder, rows, copies=copies, again=True)
    _lake_questions.together(rows)
    say("\n  on a cluster (Sail, two workers on this machine)")
    _lake_questions.distributed(taken)
    extrapolate(rows, size["lake"], done, taken, p50)


def bytes_of(folder: Path, rows: int) -> dict[str, float]:
    """Bytes a row of the tables and of the raw copies."""
    from citybrain.hub.data.catalogue.actions.declare import table_rows
    from citybrain.hub.data.lake import planning, tables

    names = ("person", "firm", "case", "reading", "transaction")
    there = sum(table_rows(f"bench.{name}") for name in names)
    lake = 0
    for name in names:  # the files of now: compaction leaves the old ones for readers under way
        data = planning.plan(tables.table(f"bench.{name}")).everything()
        lake += sum(entry.file.file_size_in_bytes for entry in data)
        lake += sum(p.stat().st_size for p in (folder / "lake" / "bench" / name / "metadata").iterdir())
    raw = sum(p.stat().st_size for p in (folder / "lake" / "raw").rglob("*.parquet"))
    return {"lake": lake / there, "raw": raw / there}


def extrapolate(rows: int, size: float, done: dict, taken: dict[str, float], p50: float) -> None:
    """What ten billion rows would need on this machine, and under which assumptions."""
    factor = TEN_BILLION / rows
    say(f"\n  ten billion rows, extrapolated from {rows:,}")
    say(f"    disk               {size * TEN_BILLION / 1e12:.2f} TB")
    if done["rows"]:
        say(f"    loading            {TEN_BILLION / done['rate'] / 3600:.1f} h by one process")
    for name in ("scan", "group-by", "org x month"):
        say(
            f"    {name:<18} {taken[name] * factor:,.0f} s here, {taken[name] * factor / 20:,.0f} s on ten machines of twice the cores"
        )
    say(
        "    assumptions: same mix and skew; bytes a row, loading and full scans grow with the rows (they do from one size to"
    )
    say(
        "    the next in docs/benchmarks.md); the disk reads as fast as here; a cluster scales to 80 % (20 x = 25 x 0.8). A"
    )
    say(
        f"    look-up (p50 {p50:.0f} ms here) grows with the number of files whose key range holds the key: after compaction one"
    )
    say(
        "    for every 64 full files of the table, so that ten billion rows need a few; it is to be measured, not extrapolated."
    )
