"""Writing to tables: a delivery (batch) is in the table wholly and once, or not at all.

Whoever writes in a database transaction must know that the table's own commit does not wait for it: after a rollback
the delivery is there, and writing it again is refused as it should be.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from uuid import UUID

import pyarrow as pa
from pyiceberg.table import Table
from pyiceberg.table.snapshots import Operation

from citybrain.hub.data.lake.arriving import Delivery, Rows, from_arrow, from_files
from citybrain.hub.data.lake.catalog import batch_of
from citybrain.hub.data.lake.commits import Delta, land
from citybrain.hub.data.lake.files import Writing
from citybrain.hub.data.lake.planning import plan
from citybrain.hub.data.lake.tables import made, table
from citybrain.hub.data.models import LakeBatch

Source = AbstractContextManager[Iterator[pa.RecordBatch]]
Seen = Callable[[int], None]


def append(
    name: str, rows: Rows, *, batch: UUID | str, at: datetime, key: str = "", seen: Seen | None = None
) -> int:
    """Append a delivery; returns how many rows came in (0 when this batch is there already).

    ``rows``: a table, or a reader that is streamed in bounded memory. It has the table's own columns (missing ones become
    unknown, others are left out); ours are added. ``key`` names the column rows are looked up by: files are sorted by
    its keyed hash. A time without zone is city time. ``seen`` is called with the rows written so far; what it raises ends
    the write and leaves nothing. ValueError: a value does not fit its column. Unavailable: disk full, memory, too busy.
    """
    found = made(name)
    source = from_arrow(rows, found.schema(), Delivery(str(batch), at, key))
    return brought(found, source, str(batch), seen)


def append_files(
    name: str,
    paths: Sequence[str],
    *,
    batch: UUID | str,
    at: datetime,
    key: str = "",
    seen: Seen | None = None,
) -> int:
    """Append the rows of Parquet files, in their order, as one delivery; otherwise like ``append``. The files stay."""
    found = made(name)
    source = from_files(list(paths), found.schema(), Delivery(str(batch), at, key))
    return brought(found, source, str(batch), seen)


def replace(
    name: str, rows: Rows, *, batch: UUID | str, at: datetime, key: str = "", seen: Seen | None = None
) -> int:
    """The whole table anew in one snapshot; earlier snapshots stay readable. Rows written (0: this batch was there)."""
    found = made(name)
    source = from_arrow(rows, found.schema(), Delivery(str(batch), at, key))
    return brought(found, source, str(batch), seen, anew=True)


def brought(found: Table, source: Source, batch: str, seen: Seen | None, *, anew: bool = False) -> int:
    """Write the files and land them; nothing is left of a write that fails."""
    if has_batch(found, batch):
        return 0
    writing = Writing(found, seen=seen)
    try:
        with source as batches:
            files = writing.write(batches)
        landed = land(".".join(found.name()), lambda now: delta(now, files, anew=anew), batch=batch)
    except Exception:
        writing.undo()
        raise
    if landed is None:
        writing.undo()
        return 0
    return writing.rows


def delta(now: Table, files: list, *, anew: bool) -> Delta:
    """What the delivery changes in the table as it is now."""
    if not anew:
        return Delta(Operation.APPEND, added=files)
    there = plan(now)
    return Delta(Operation.OVERWRITE, added=files, removed={entry.file for entry in there.everything()})


def has_batch(name: str | Table, batch: UUID | str) -> bool:
    """Whether a delivery is in the table, also when its snapshot has expired."""
    found = table(name) if isinstance(name, str) else name
    if LakeBatch.objects.filter(table=found.metadata.table_uuid, batch=str(batch)).exists():
        return True
    return any(batch_of(snapshot) == str(batch) for snapshot in found.metadata.snapshots)
