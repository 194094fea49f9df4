"""Rows on their way in: a stream from wherever they are, in the table's columns and types, with ours added, sorted.

The engine does the work (types, keyed hash, sorting with spill to disk); no step holds a delivery as a whole.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

import duckdb
import numpy as np
import pyarrow as pa
from pyiceberg.schema import Schema

from citybrain.hub.data.lake import engine
from citybrain.hub.data.lake.catalog import local, warehouse
from citybrain.hub.data.lake.files import GROUP_ROWS, disk
from citybrain.hub.data.lake.keys import key_expression, secret
from citybrain.hub.data.lake.tables import OURS
from citybrain.hub.data.lake.types import duckdb_type

SECONDS = 6 * 3600.0
CONSTANT = ("_batch", "_at")
Rows: TypeAlias = "pa.Table | pa.RecordBatchReader"


@dataclass(frozen=True)
class Delivery:
    """Which delivery rows come with, when, the column they are looked up by, the columns of which the last row wins."""

    batch: str
    at: datetime
    key: str = ""
    on: tuple[str, ...] = ()


@contextmanager
def from_arrow(rows: Rows, schema: Schema, delivery: Delivery) -> Iterator[Iterator[pa.RecordBatch]]:
    """Sorted batches of a table or of a stream, which is read once and never held whole."""
    reader = numbered(rows)
    with engine.cursor(SECONDS) as cursor:
        cursor.register("arriving", reader)
        yield from_source(cursor, "arriving", reader.schema.names, schema, delivery)


@contextmanager
def from_files(
    paths: Sequence[str], schema: Schema, delivery: Delivery
) -> Iterator[Iterator[pa.RecordBatch]]:
    """Sorted batches of Parquet files, opened by an engine of their own that may open these files and no others."""
    listed = ", ".join(map(engine.literal, paths))
    own = engine.opened(local(warehouse()), paths)
    try:
        with engine.cursor(SECONDS, own) as cursor:
            sql = f"SELECT file_name, num_rows FROM parquet_file_metadata([{listed}])"  # noqa: S608 - names of ours
            counts = dict(cursor.execute(sql).fetchall())
            starts = ", ".join(f"({engine.literal(path)}, {start})" for path, start in running(paths, counts))
            source = (
                "(SELECT d.* EXCLUDE (filename, file_row_number), d.file_row_number + s.start + 1 AS _row "  # noqa: S608
                f"FROM read_parquet([{listed}], filename = true, file_row_number = true, union_by_name = true) d "
                f"JOIN (VALUES {starts}) s(path, start) ON s.path = d.filename)"
            )
            names = [row[0] for row in cursor.execute(f"DESCRIBE SELECT * FROM {source}").fetchall()]  # noqa: S608
            yield from_source(cursor, source, names, schema, delivery)
    finally:
        own.close()


def running(paths: Sequence[str], counts: dict[str, int]) -> Iterator[tuple[str, int]]:
    """Each file with how many rows come before it."""
    before = 0
    for path in paths:
        yield path, before
        before += counts[path]


def numbered(rows: Rows) -> pa.RecordBatchReader:
    """The stream with every row's number in the delivery; columns named like ours are left out."""
    reader = rows if isinstance(rows, pa.RecordBatchReader) else rows.to_reader(max_chunksize=GROUP_ROWS)
    ours = {name for name, _ in OURS}
    kept = [i for i, name in enumerate(reader.schema.names) if name not in ours]
    fields = [reader.schema.field(i) for i in kept]

    def batches() -> Iterator[pa.RecordBatch]:
        done = 0
        for batch in reader:
            numbers = pa.array(np.arange(done + 1, done + batch.num_rows + 1, dtype=np.int64))
            done += batch.num_rows
            yield pa.RecordBatch.from_arrays([*(batch.column(i) for i in kept), numbers], schema=schema)

    schema = pa.schema([*fields, pa.field("_row", pa.int64())])
    return pa.RecordBatchReader.from_batches(schema, batches())


def from_source(
    cursor: duckdb.DuckDBPyConnection, source: str, given: Sequence[str], schema: Schema, delivery: Delivery
) -> Iterator[pa.RecordBatch]:
    """Run the statement over the source; ValueError when a value does not fit its column."""
    names = set(given)
    columns = ", ".join(
        f"CAST({written(field.name, names, delivery)} AS {duckdb_type(field.field_type)}) AS {quoted(field.name)}"
        for field in schema.fields
        if field.name not in CONSTANT
    )
    sql = f"SELECT {columns} FROM {source} AS arriving"  # noqa: S608
    if delivery.on:
        listed = ", ".join(map(quoted, delivery.on))
        sql += f" QUALIFY row_number() OVER (PARTITION BY {listed} ORDER BY arriving._row DESC) = 1"
    if delivery.key:
        sql += " ORDER BY _key"
    values = {"lookup_secret": secret()} if delivery.key else None
    try:
        with disk():
            for batch in cursor.execute(sql, values).to_arrow_reader(GROUP_ROWS):
                yield completed(batch, delivery)
    except (duckdb.ConversionException, duckdb.OutOfRangeException) as error:
        raise ValueError(f"a value does not fit its column: {error}") from error


def completed(batch: pa.RecordBatch, delivery: Delivery) -> pa.RecordBatch:
    """The batch with what is the same in every row; added after sorting, which then carries less."""
    same = [
        pa.repeat(pa.scalar(delivery.batch, pa.string()), batch.num_rows),
        pa.repeat(pa.scalar(delivery.at, pa.timestamp("us", tz="UTC")), batch.num_rows),
    ]
    return pa.RecordBatch.from_arrays([*batch.columns, *same], names=[*batch.schema.names, *CONSTANT])


def written(name: str, given: set[str], delivery: Delivery) -> str:
    """SQL of one column of the table: ours, the source's in our type, or unknown."""
    if name == "_key":
        return key_expression(f"arriving.{quoted(delivery.key)}") if delivery.key else "NULL"
    return f"arriving.{quoted(name)}" if name in given else "NULL"


def quoted(name: str) -> str:
    """A column's name as SQL."""
    return '"' + name.replace('"', '""') + '"'
