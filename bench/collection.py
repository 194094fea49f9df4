"""``./citybrain bench collection --gigabytes N``: one CSV of N gigabytes through a whole collection, in one process.

Every hundredth row is bad, and a row near the end is in no encoding at all. Prints rows a second beside raw DuckDB copying
the same file, the most memory the process held while it collected, and whether every row is accounted for. Needs 2.3 times
the file's size on the disk.
"""

from __future__ import annotations

import argparse
import re
import shutil
import tempfile
from pathlib import Path

from bench import _city, _lake_city, _lake_load
from bench._figures import say

ROW_BYTES = 109  # of the generated rows
SPACE = 2.3


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="citybrain bench collection", description=__doc__)
    parser.add_argument("--gigabytes", type=float, default=1.0)
    parser.add_argument("--memory", default="1GB", help="of the lake's engine")
    options = parser.parse_args(argv)
    need, free = options.gigabytes * SPACE * 1e9, shutil.disk_usage(tempfile.gettempdir()).free
    say(f"collection  ·  {options.gigabytes:g} GB of CSV  ·  {_city.machine()}")
    if need > free:
        say(f"  needs {need / 1e9:.1f} GB, {free / 1e9:.1f} GB are free")
        return 2
    rows = int(options.gigabytes * 1e9 / ROW_BYTES)
    with _lake_city.lake_city("", options.memory, 2) as folder:
        done = _lake_load.from_csv(folder, rows, spoil=True, before=forget_peak)
        peak = peak_bytes()
    say(f"  {rows:,} rows, {done['bytes'] / 1e9:.2f} GB in {done['seconds']:,.0f} s   {done['rate']:,.0f} rows/s   "
        f"raw DuckDB COPY {done['limit']:,.0f} rows/s   ratio {done['rate'] / done['limit']:.2f}")  # fmt: skip
    say(f"  {done['accepted']:,} accepted + {done['rejected']:,} rejected, {done['lost']} lost")
    say(
        f"  at most {peak / 2**20:,.0f} MiB in the process, {done['before'] / 2**20:,.0f} MiB before it began"
    )
    return 0


def forget_peak() -> float:
    """Begin to measure the most memory anew; what the process holds now, in bytes."""
    Path("/proc/self/clear_refs").write_text("5")
    return peak_bytes()


def peak_bytes() -> float:
    """The most memory this process has held."""
    status = Path("/proc/self/status").read_text()
    found = re.search(r"VmHWM:\s+(\d+)", status)
    return float(found[1]) * 1024 if found else 0.0
