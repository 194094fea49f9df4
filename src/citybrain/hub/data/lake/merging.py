"""Changing and deleting rows: the rows' places are marked in a small delete file, nothing large is rewritten.

One snapshot adds the new rows and the marks of the old ones (merge on read). The places are found again whenever another
engine changed the table meanwhile, so that no row it brought is missed. Compaction takes marks and marked rows away.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

import numpy as np
import pyarrow as pa
from pyiceberg.conversions import from_bytes
from pyiceberg.manifest import DataFile
from pyiceberg.table import Table
from pyiceberg.table.snapshots import Operation
from pyiceberg.types import LongType

from citybrain.hub.data.lake import engine
from citybrain.hub.data.lake.arriving import SECONDS, Delivery, Rows, from_arrow, quoted
from citybrain.hub.data.lake.catalog import local
from citybrain.hub.data.lake.commits import Delta, land
from citybrain.hub.data.lake.files import GROUP_ROWS, Writing, disk
from citybrain.hub.data.lake.keys import lookup_key, normal
from citybrain.hub.data.lake.planning import Entry, Plan, plan
from citybrain.hub.data.lake.relations import PATH, ROW, relation_of
from citybrain.hub.data.lake.tables import made
from citybrain.hub.data.lake.writing import Seen, has_batch

MOST_KEYS = 1_000_000


def upsert(
    name: str, rows: Rows, *, batch: UUID | str, at: datetime, key: str = "", on: Sequence[str],
    seen: Seen | None = None,
) -> int:  # fmt: skip
    """Insert rows, each in place of the row with the same values in ``on``; rows written (0: this batch was there).

    Of several rows with the same values in one delivery the last wins; a row with an unknown one replaces nothing.
    ``key`` is the column the table's rows are looked up by; when it is among ``on`` only files that may hold these keys are
    opened. Errors as ``writing.append``.
    """
    found = made(name)
    if has_batch(found, batch):
        return 0
    writing = Writing(found, seen=seen)
    marks: list[Writing] = []
    try:
        with from_arrow(rows, found.schema(), Delivery(str(batch), at, key, tuple(on))) as batches:
            files = writing.write(batches)
        keys = keys_of(files) if key in on else None

        def change(now: Table) -> Delta:
            undo(marks)
            marked = Writing(now, deletes=True)
            marks.append(marked)
            return Delta(Operation.OVERWRITE, added=files, deletes=replaced(now, files, keys, on, marked))

        landed = land(name, change, batch=str(batch))
    except Exception:
        undo([writing, *marks])
        raise
    if landed is None:
        undo([writing, *marks])
        return 0
    return writing.rows


def delete(
    name: str, where: str = "true", params: Mapping[str, Any] | None = None, *, batch: UUID | str, at: datetime,
    key: str = "", keys: Sequence[str] = (),
) -> int:  # fmt: skip
    """Delete the rows a condition holds for; how many (0: none, or this batch was there).

    ``where`` is SQL of the engine over the table's columns, written in code, with named parameters (``$name``). ``key``
    and ``keys``: only rows whose identifier in that column is one of these; files that cannot hold them stay closed.
    ``at`` is the moment of the delivery; marks carry no time of their own.
    """
    found = made(name)
    if has_batch(found, batch):
        return 0
    condition, values = of_keys(where, dict(params or {}), key, keys)
    numbers = np.unique(np.array(values.get("_keys", []), dtype=np.int64)) if key else None
    marks: list[Writing] = []

    def change(now: Table) -> Delta:
        undo(marks)
        marks.append(Writing(now, deletes=True))
        there = relation_of(now, within(now, plan(now), numbers), places=True)
        sql = f"SELECT d.{PATH}, d.{ROW} FROM ({there}) d WHERE {condition}"  # noqa: S608
        return Delta(Operation.DELETE, deletes=written(now, sql, values, marks[-1]))

    try:
        landed = land(name, change, batch=str(batch))
    except Exception:
        undo(marks)
        raise
    if landed is None:
        undo(marks)
        return 0
    return marks[-1].rows


def of_keys(where: str, params: dict[str, Any], key: str, keys: Sequence[str]) -> tuple[str, dict[str, Any]]:
    """The condition and its parameters, narrowed to identifiers: by keyed hash first, then by the identifier itself."""
    if not key:
        return where, params
    narrowed = (
        f"({where}) AND d._key IN (SELECT unnest($_keys)) "
        f"AND upper(trim(CAST(d.{quoted(key)} AS VARCHAR))) IN (SELECT unnest($_values))"
    )
    return narrowed, params | {
        "_keys": [lookup_key(word) for word in keys],
        "_values": [normal(w) for w in keys],
    }


def undo(writings: list[Writing]) -> None:
    """Remove what was written in vain."""
    for writing in writings:
        writing.undo()
        writing.paths.clear()


def replaced(
    now: Table, files: Sequence[DataFile], keys: np.ndarray | None, on: Sequence[str], marks: Writing
) -> list[DataFile]:
    """Delete files with the places of the living rows that the new files replace."""
    there = within(now, plan(now), keys)
    if not files or not there.data:
        return []
    new = Plan(data=[Entry(file, 0) for file in files])
    known = " AND ".join(f"d.{quoted(column)} IS NOT NULL" for column in on)
    mine, given = (", ".join(f"{side}.{quoted(column)}" for column in on) for side in "dn")
    sql = (
        f"SELECT d.{PATH}, d.{ROW} FROM ({relation_of(now, there, places=True)}) d "  # noqa: S608
        f"WHERE {known} AND (row({mine}) IN (SELECT row({given}) FROM ({relation_of(now, new)}) n)) IS TRUE"
        if len(on) > 1
        else f"SELECT d.{PATH}, d.{ROW} FROM ({relation_of(now, there, places=True)}) d "  # noqa: S608
        f"WHERE ({mine} IN (SELECT {given} FROM ({relation_of(now, new)}) n)) IS TRUE"
    )
    return written(now, sql, None, marks)


def written(now: Table, sql: str, params: Mapping[str, Any] | None, marks: Writing) -> list[DataFile]:
    """The places a statement finds, as delete files sorted by file and row, with paths as the manifests say them."""
    names = {entry.path: entry.file.file_path for entry in plan(now).data}
    with engine.cursor(SECONDS) as cursor, disk():
        found = cursor.execute(f"{sql} ORDER BY 1, 2", dict(params) if params else None)
        return marks.write(named(batch, names) for batch in found.to_arrow_reader(GROUP_ROWS))


def named(batch: pa.RecordBatch, names: Mapping[str, str]) -> pa.RecordBatch:
    """A batch of places with the whole names of files."""
    whole = batch.column(0).dictionary_encode()
    words = pa.array([names[local(path)] for path in whole.dictionary.to_pylist()], pa.string())
    paths = pa.DictionaryArray.from_arrays(whole.indices, words).cast(pa.string())
    return pa.RecordBatch.from_arrays([paths, batch.column(1)], names=["file_path", "pos"])


def keys_of(files: Sequence[DataFile]) -> np.ndarray | None:
    """The lookup keys in new files, sorted; None when there are too many to be worth pruning."""
    if sum(file.record_count for file in files) > MOST_KEYS:
        return None
    if not files:
        return np.array([], dtype=np.int64)
    listed = ", ".join(engine.literal(local(file.file_path)) for file in files)
    with engine.cursor(SECONDS) as cursor:
        sql = f"SELECT DISTINCT _key FROM read_parquet([{listed}]) WHERE _key IS NOT NULL ORDER BY 1"  # noqa: S608
        return cursor.execute(sql).fetchnumpy()["_key"].astype(np.int64)


def within(now: Table, made: Plan, keys: np.ndarray | None) -> Plan:
    """The plan with only the files whose range of lookup keys holds one of ``keys``."""
    if keys is None:
        return made
    number = now.schema().find_field("_key").field_id
    return replace(made, data=[entry for entry in made.data if may_hold(entry.file, number, keys)])


def may_hold(file: DataFile, number: int, keys: np.ndarray) -> bool:
    """Whether a file may hold one of the sorted keys; a file with rows without key is never left out."""
    low, high = (file.lower_bounds or {}).get(number), (file.upper_bounds or {}).get(number)
    if low is None or high is None or (file.null_value_counts or {}).get(number) != 0:
        return True
    at = int(np.searchsorted(keys, from_bytes(LongType(), low)))
    return at < len(keys) and int(keys[at]) <= int(from_bytes(LongType(), high))
