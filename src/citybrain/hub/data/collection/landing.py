"""Accepted rows on their way into the lake, by mode; nothing here holds a table in memory.

``append``: each batch is a delivery of its own, named by run and number, so it is there wholly and once. ``replace`` and
``upsert``: batches are laid beside the run as files and become visible together with one snapshot named by the run, so
nobody reads half a table. Of rows with the same key the one that came last stays; the lake marks the older ones and
rewrites nothing.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from uuid import UUID

import pyarrow as pa
import pyarrow.parquet as pq

from citybrain.hub.data.collection.domain.checks import Mapped
from citybrain.hub.data.collection.staging import folder_of
from citybrain.hub.data.lake import merging, writing
from citybrain.hub.data.models import Collection, CollectionRun, Resource

ROWS = 122_880  # of a piece that is read at once


def mode_of(run: CollectionRun) -> str:
    """Corrected rows of a table that is replaced each time are added to it."""
    mode = run.collection.mode
    return "append" if run.kind == "correction" and mode == "replace" else mode


def land(run: CollectionRun, number: int, rows: pa.Table) -> None:
    """Bring one batch in, or lay it aside until the run is complete; doing it again changes nothing."""
    if mode_of(run) != "append":
        lay_aside(parts(run.pk) / f"{number:06d}.parquet", rows)
    elif rows.num_rows:
        key = key_item(run.collection)
        writing.append(run.collection.resource, rows, batch=f"{run.pk}:{number}", at=run.began_at, key=key)


def key_item(collection: Collection) -> str:
    """The item rows are looked up by."""
    return Resource.objects.filter(pk=collection.resource).values_list("key_item", flat=True).first() or ""


def lay_aside(path: Path, rows: pa.Table) -> None:
    """A part, wholly or not at all."""
    draft = path.with_suffix(".draft")
    pq.write_table(rows, draft, row_group_size=ROWS)
    draft.replace(path)


def parts(run: UUID) -> Path:
    """Where the parts of a run lie."""
    folder = folder_of(run) / "parts"
    folder.mkdir(exist_ok=True)
    return folder


def complete(run: CollectionRun, mapping: Sequence[Mapped]) -> None:
    """Make parts laid aside visible in one snapshot."""
    mode, files = mode_of(run), sorted(parts(run.pk).glob("*.parquet"))
    if mode == "append" or not files:
        return
    collection = run.collection
    name, batch, at, key = collection.resource, str(run.pk), run.began_at, key_item(collection)
    if mode == "replace":
        writing.replace(name, streamed(files), batch=batch, at=at, key=key)
    else:
        on = [m.item for m in mapping if m.is_key]
        merging.upsert(name, streamed(files), batch=batch, at=at, key=key, on=on)


def streamed(files: Sequence[Path]) -> pa.RecordBatchReader:
    """The rows of the parts in the order they came, a piece at a time."""
    schema = pq.read_schema(files[0])

    def pieces() -> Iterator[pa.RecordBatch]:
        for file in files:
            with pq.ParquetFile(file) as opened:
                for piece in opened.iter_batches(batch_size=ROWS):
                    yield piece.cast(schema)

    return pa.RecordBatchReader.from_batches(schema, pieces())
