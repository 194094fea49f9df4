"""Writing to tables: a delivery (batch) is in the table wholly and once, or not at all."""

from datetime import datetime
from uuid import UUID

import pyarrow as pa
import pyarrow.compute as pc

from citybrain.hub.data.lake.keys import lookup_key
from citybrain.hub.data.lake.tables import table

BATCH = "citybrain.batch"


def append(name: str, rows: pa.Table, *, batch: UUID | str, at: datetime, key: str = "") -> int:
    """Append a delivery; returns how many rows came in (0 when this batch is there already).

    ``rows`` has the table's own columns (missing ones become unknown); ours are added. ``key`` names the column rows
    are looked up by.
    """
    found = table(name)
    if has_batch(name, batch):
        return 0
    found.append(
        fitted(rows, found.schema().as_arrow(), str(batch), at, key), snapshot_properties={BATCH: str(batch)}
    )
    return rows.num_rows


def has_batch(name: str, batch: UUID | str) -> bool:
    """Whether a delivery is in the table."""
    return any(
        snapshot.summary is not None and snapshot.summary.additional_properties.get(BATCH) == str(batch)
        for snapshot in table(name).metadata.snapshots
    )


def fitted(rows: pa.Table, schema: pa.Schema, batch: str, at: datetime, key: str) -> pa.Table:
    """Rows in the table's columns and types, with ours filled, sorted by the lookup key when there is one."""
    count = rows.num_rows
    ours = {
        "_batch": pa.array([batch] * count, pa.string()),
        "_at": pa.array([at] * count, pa.timestamp("us", tz="UTC")),
        "_row": pa.array(range(1, count + 1), pa.int64()),
        "_key": pa.array(keys_of(rows, key), pa.int64()),
    }
    arrays = []
    for field in schema:
        given = ours.get(field.name)
        if given is None:
            given = (
                rows.column(field.name) if field.name in rows.column_names else pa.nulls(count, field.type)
            )
        arrays.append(cast(given, field.type))
    made = pa.Table.from_arrays(arrays, schema=schema)
    return made.sort_by("_key") if key else made


def cast(values: pa.Array | pa.ChunkedArray, kind: pa.DataType) -> pa.Array | pa.ChunkedArray:
    """Values in the column's type; whole numbers become decimals by way of a wider one."""
    if pa.types.is_decimal(kind) and pa.types.is_integer(values.type):
        values = pc.cast(values, pa.decimal128(38, kind.scale))
    return pc.cast(values, kind)


def keys_of(rows: pa.Table, key: str) -> list[int | None]:
    """The lookup key of every row."""
    if not key:
        return [None] * rows.num_rows
    return [None if value is None else lookup_key(str(value)) for value in rows.column(key).to_pylist()]


def replace(name: str, rows: pa.Table, *, batch: UUID | str, at: datetime, key: str = "") -> int:
    """The whole table anew in one snapshot; earlier snapshots stay readable. Rows written (0: this batch was there)."""
    found = table(name)
    if has_batch(name, batch):
        return 0
    found.overwrite(
        fitted(rows, found.schema().as_arrow(), str(batch), at, key), snapshot_properties={BATCH: str(batch)}
    )
    return rows.num_rows
