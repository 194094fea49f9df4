"""Accepted rows on their way into the lake, by mode.

``append``: each batch is a delivery of its own, named by run and number, so it is there wholly and once. ``replace`` and
``upsert``: batches are laid beside the run and become visible together with one snapshot named by the run, so nobody reads
half a table; an upsert keeps, of rows with the same key, the one that came last.
"""

from collections.abc import Sequence
from pathlib import Path
from uuid import UUID

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from citybrain.hub.data.collection.domain.checks import Mapped
from citybrain.hub.data.collection.staging import folder_of
from citybrain.hub.data.lake import reading, writing
from citybrain.hub.data.models import Collection, CollectionRun, Resource

LONG = 6 * 3600.0


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
    pq.write_table(rows, draft)
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
    if mode == "replace":
        rows = pa.concat_tables([pq.read_table(file) for file in files])
    else:
        rows = merged(
            collection.resource, files, [m.item for m in mapping], [m.item for m in mapping if m.is_key]
        )
    write = writing.append if is_empty(collection.resource) else writing.replace
    write(collection.resource, rows, batch=str(run.pk), at=run.began_at, key=key_item(collection))


def is_empty(resource: str) -> bool:
    """Whether the table has no rows: then there is nothing to replace."""
    return reading.query(f"SELECT count(*) FROM {resource}").rows[0][0] == 0  # noqa: S608 - a key of the catalogue


def merged(resource: str, files: Sequence[Path], items: Sequence[str], keys: Sequence[str]) -> pa.Table:
    """The table's rows whose key did not come again, and the newest of those that came."""
    listed = ", ".join("'" + str(file).replace("'", "''") + "'" for file in files)
    names, on = ", ".join(f'"{item}"' for item in items), ", ".join(f'"{key}"' for key in keys)
    newest = (
        f"SELECT {names} FROM read_parquet([{listed}], filename = true, file_row_number = true) "  # noqa: S608 - names of the catalogue
        f"QUALIFY row_number() OVER (PARTITION BY {on} ORDER BY filename DESC, file_row_number DESC) = 1"
    )
    old = reading.Asked(f"SELECT * EXCLUDE (_batch, _at, _row, _key) FROM {resource}", seconds=LONG)  # noqa: S608
    engine = duckdb.connect(
        config={"autoinstall_known_extensions": "false", "memory_limit": "2GB", "threads": 2}
    )
    try:
        engine.execute("SET TimeZone = 'Asia/Shanghai'")
        engine.execute(f"CREATE TABLE came AS {newest}")
        with reading.batches(old) as found:
            engine.register("old", found)
            sql = f"SELECT * FROM old ANTI JOIN came USING ({on}) UNION ALL BY NAME SELECT * FROM came"  # noqa: S608
            return engine.execute(sql).to_arrow_table()
    finally:
        engine.close()
