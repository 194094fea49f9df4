"""Processes that write to a table of the lake and may be killed: ``main(<work>, <number>, <turns>, [<point>])``.

``point`` names a step; the process kills itself with -9 when it comes to it. Prints how many rows it wrote. Children of
a ``Nursery``; what needs file systems of its own is run as ``python -m tests.faults.lake full 0 0``.
"""

import os
import signal
import sys
from datetime import UTC, datetime
from pathlib import Path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "citybrain.project.settings")
import django

if __name__ == "__main__":
    django.setup()

import pyarrow as pa
from sqlalchemy.orm import Session

from citybrain.hub.data.lake import catalog, commits, files, merging, tables, writing
from citybrain.hub.data.lake.compaction import gather_marks, need, rewrite
from citybrain.hub.data.lake.tables import LakeColumn
from citybrain.kernel.errors import Unavailable

NAME = "gaj.person"
AT = datetime(2026, 11, 30, tzinfo=UTC)
COLUMNS = [LakeColumn("number", "text"), LakeColumn("amount", "number")]
POINTS = {
    "a file is written": (files.Writing, "described"),
    "manifests are to be written": (commits.Change, "_manifests"),
    "the summary is to be made": (commits.Change, "_summary"),
    "metadata is to be written": (catalog.CityCatalog, "_write_metadata"),
    "both rows are to be committed": (Session, "commit"),
    "all is committed": (catalog.CityCatalog, "_delete_old_metadata"),
}


def rows(*numbers: str, amount: int = 0) -> pa.Table:
    return pa.table({"number": list(numbers), "amount": [amount] * len(numbers)})


def append(mine: int, turn: int) -> int:
    """Rows of one's own."""
    numbers = [f"A{mine}-{turn}-{n}" for n in range(10)]
    return writing.append(NAME, rows(*numbers), batch=f"a-{mine}-{turn}", at=AT, key="number")


def same(mine: int, turn: int) -> int:
    """The same delivery as everybody."""
    return writing.append(NAME, rows(f"S{turn}"), batch=f"s-{turn}", at=AT, key="number")


def change(mine: int, turn: int) -> int:
    """The same row as everybody, and one of one's own."""
    given = rows("SHARED", f"U{mine}", amount=turn + 1)
    return merging.upsert(NAME, given, batch=f"u-{mine}-{turn}", at=AT, key="number", on=["number"])


def compact(mine: int, turn: int) -> int:
    """Upkeep."""
    gather_marks(NAME)
    return sum(rewrite(NAME, group) for group in need(tables.table(NAME)).groups)


KINDS = {"append": append, "same": same, "change": change, "compact": compact}


def die_at(point: str) -> None:
    """Be killed at a step."""
    owner, name = POINTS[point]
    setattr(owner, name, lambda *_given, **_more: os.kill(os.getpid(), signal.SIGKILL))


def full_disk() -> None:
    """Deliveries on a disk that is really full; a word for each."""
    tables.create_table(NAME, COLUMNS)
    folder = Path(catalog.local(catalog.warehouse()))

    def deliver(count: int, batch: str) -> str:
        text = [os.urandom(48).hex() for _ in range(count)]
        try:
            return f"stored {writing.append(NAME, rows(*text), batch=batch, at=AT, key='number')}"
        except Unavailable as refusal:
            return f"refused {refusal.code}"

    for count, batch in ((100, "first"), (200_000, "large"), (100, "second"), (100, "second")):
        print(deliver(count, batch), len(list(folder.rglob("*.parquet"))))


def main(kind: str, mine: str, turns: str, point: str = "") -> None:
    if kind == "full":
        full_disk()
        return
    if point:
        die_at(point)
    print(sum(KINDS[kind](int(mine), turn) for turn in range(int(turns))))


if __name__ == "__main__":
    main(*sys.argv[1:])
