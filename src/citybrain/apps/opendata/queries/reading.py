"""Rows of a source for the making of a version, through the guarded door of the data room, by the system and logged.

Nothing is read that the treatment drops. A personal value that is masked or generalised is read in full for that step,
which the use log and the audit log say.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pyarrow as pa

from citybrain.apps.opendata.data import NotOpenable
from citybrain.apps.opendata.domain.treatment import Treatment
from citybrain.apps.opendata.queries.standing import standing
from citybrain.hub.data import api as data
from citybrain.kernel.actor import Actor

MOST_ROWS = 5_000_000
PAGE = 20_000
MOST_PAGED = 100_000
PURPOSE = "开放前脱敏处理 de-identification before opening"
SYSTEM = Actor.system("opendata.build")
ARROW = {
    "text": pa.string(), "integer": pa.int64(), "number": pa.float64(), "real": pa.float64(), "bool": pa.bool_(),
    "date": pa.date32(), "datetime": pa.timestamp("us", tz="UTC"),
}  # fmt: skip


def items_of(source: str) -> tuple[data.ItemRecord, ...]:
    """Items of a source. NotFound when it is not there."""
    kind, _, name = source.partition(":")
    return standing(name).items if kind == "standing" else data.resource(name).items


def opening_of(source: str) -> str:
    """The opening attribute of the resource behind a source; standing sources are open by their nature."""
    kind, _, name = source.partition(":")
    return "unconditional" if kind == "standing" else data.resource(name).opening


def source_batches(source: str, treatment: Treatment, only: list[str] | None = None) -> Iterator[pa.Table]:
    """The kept columns of all rows, batch by batch, one batch at least. NotOpenable: more rows than are treated at once."""
    kind, _, name = source.partition(":")
    kept = set(treatment.kept if only is None else only)
    columns = [item.name for item in items_of(source) if item.name in kept]  # in the catalogue's order
    if kind == "standing":
        yield standing(name).table().select(columns)
        return
    record = data.resource(name)
    clear = any(item.personal for item in record.items if item.name in columns)
    read = streamed if record.kind == "lake" else paged
    yield from read(name, record, columns, unmask=clear)


def streamed(
    key: str, record: data.ResourceRecord, columns: list[str], *, unmask: bool
) -> Iterator[pa.Table]:
    """Rows of a table of the lake."""
    count = 0
    with data.stream(SYSTEM, key, columns=columns, purpose=PURPOSE, unmask=unmask) as batches:
        for batch in batches:
            count += batch.num_rows
            refuse_too_many(count)
            yield normal(pa.Table.from_batches([batch]))
    if not count:
        yield empty(key, columns)


def paged(key: str, record: data.ResourceRecord, columns: list[str], *, unmask: bool) -> Iterator[pa.Table]:
    """Rows of a room's dataset, a page at a time."""
    personal = {item.name for item in record.items if item.personal}
    schema = pa.schema([
        pa.field(n, pa.string() if n in personal and not unmask else ARROW[record.item(n).type]) for n in columns
    ])  # fmt: skip
    offset, more = 0, True
    while more:
        rows = data.read(
            SYSTEM, key, columns=columns, limit=PAGE, offset=offset, purpose=PURPOSE, unmask=unmask, kind="export"
        )  # fmt: skip
        yield pa.Table.from_pylist([fitted(row, schema) for row in rows.dicts()], schema=schema)
        offset, more = offset + len(rows.rows), rows.more
        if more:
            refuse_too_many(offset, MOST_PAGED)


def fitted(row: dict[str, Any], schema: pa.Schema) -> dict[str, Any]:
    """Values as the column's type takes them: exact numbers become numbers, anything else in a text column text."""
    made = {}
    for field in schema:
        value = row[field.name]
        if value is not None and pa.types.is_floating(field.type):
            value = float(value)
        elif value is not None and pa.types.is_integer(field.type):
            value = int(value)
        elif value is not None and pa.types.is_string(field.type):
            value = str(value)
        made[field.name] = value
    return made


def normal(rows: pa.Table) -> pa.Table:
    """Exact numbers as floating ones, large text as text: what every download format can carry."""
    fields = []
    for field in rows.schema:
        kind = pa.float64() if pa.types.is_decimal(field.type) else field.type
        fields.append(pa.field(field.name, pa.string() if pa.types.is_large_string(kind) else kind))
    return rows.cast(pa.schema(fields))


def empty(key: str, columns: list[str]) -> pa.Table:
    """No rows, the right columns."""
    record = data.resource(key)
    return pa.table({n: pa.array([], ARROW[record.item(n).type]) for n in columns})


def refuse_too_many(count: int, most: int = MOST_ROWS) -> None:
    """NotOpenable beyond ``most`` rows."""
    if count > most:
        raise NotOpenable(
            f"超过 {most} 行，请先汇总再开放 / more than {most} rows: summarise first", code="too_large"
        )
