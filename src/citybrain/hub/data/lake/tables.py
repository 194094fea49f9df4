"""Making and changing tables of the lake.

A table is named ``namespace.noun``. Besides its own columns every table has four of ours: ``_batch`` (which delivery a
row came with), ``_at`` (when), ``_row`` (its number in the delivery) and ``_key`` (keyed hash of the identifier rows
are looked up by; files are clustered by it, so that their statistics prune).

A resource of the catalogue is declared before its table is made: until the first write it reads as empty.
"""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from pyiceberg.exceptions import NamespaceAlreadyExistsError, NoSuchTableError, TableAlreadyExistsError
from pyiceberg.schema import Schema
from pyiceberg.table import Table
from pyiceberg.types import (
    BooleanType,
    DateType,
    DecimalType,
    DoubleType,
    IcebergType,
    LongType,
    NestedField,
    StringType,
    TimestamptzType,
)

from citybrain.hub.data.lake.catalog import catalog
from citybrain.hub.data.models import Item

TYPES: dict[str, IcebergType] = {
    "text": StringType(),
    "integer": LongType(),
    "number": DecimalType(18, 6),
    "real": DoubleType(),
    "bool": BooleanType(),
    "date": DateType(),
    "datetime": TimestamptzType(),
}
OURS = (("_batch", "text"), ("_at", "datetime"), ("_row", "integer"), ("_key", "integer"))
HISTORY = "citybrain.history-from"  # milliseconds; snapshots before it have expired
KEEP_DAYS = "citybrain.keep-days"
PROPERTIES = {
    "write.parquet.compression-codec": "zstd",
    "write.metadata.previous-versions-max": "20",
    "write.metadata.delete-after-commit.enabled": "true",
    "commit.retry.num-retries": "20",
    "format-version": "2",
}


@dataclass(frozen=True)
class LakeColumn:
    """A column: name, type (a key of ``TYPES``), what it holds."""

    name: str
    type: str
    doc: str = ""


def schema_of(columns: Sequence[LakeColumn]) -> Schema:
    """The Iceberg schema of columns, ours included."""
    every = [*columns, *(LakeColumn(name, kind) for name, kind in OURS)]
    fields = [
        NestedField(i, c.name, TYPES[c.type], required=False, doc=c.doc or None)
        for i, c in enumerate(every, 1)
    ]
    return Schema(*fields)


def create_table(name: str, columns: Sequence[LakeColumn], properties: dict[str, str] | None = None) -> Table:
    """Make a table; the existing one is returned when it is there already. KeyError for an unknown column type."""
    namespace, _, _noun = name.partition(".")
    with suppress(NamespaceAlreadyExistsError):
        catalog().create_namespace(namespace)
    try:
        return catalog().create_table(
            name, schema_of(columns), properties={**PROPERTIES, **(properties or {})}
        )
    except TableAlreadyExistsError:
        return catalog().load_table(name)


def table(name: str) -> Table:
    """A table; NoSuchTableError otherwise."""
    return catalog().load_table(name)


def declared(name: str) -> list[LakeColumn]:
    """The columns the catalogue declares for a table; empty when it declares none of this name."""
    rows = Item.objects.filter(resource_id=name, resource__kind="lake").order_by("position")
    return [LakeColumn(*said) for said in rows.values_list("name", "type")]


def made(name: str) -> Table:
    """A table to write to; one that is declared and not there yet is made. NoSuchTableError otherwise."""
    try:
        return table(name)
    except NoSuchTableError:
        columns = declared(name)
        if not columns:
            raise
        return create_table(name, columns)


def has_table(name: str) -> bool:
    """Whether there is such a table."""
    try:
        return catalog().table_exists(name)
    except NoSuchTableError:
        return False


def drop_table(name: str) -> None:
    """Forget a table and its files. For throwaway tables; what people delivered is withdrawn, not dropped."""
    catalog().purge_table(name)


def add_columns(name: str, columns: Sequence[LakeColumn]) -> None:
    """Add columns; those there already stay. Old files read them as unknown."""
    known = {field.name for field in table(name).schema().fields}
    with table(name).update_schema() as change:
        for column in columns:
            if column.name not in known:
                change.add_column(column.name, TYPES[column.type], doc=column.doc or None)


def rename_column(name: str, old: str, new: str) -> None:
    """Rename a column; old files read under the new name, because columns are known by number. ValueError: no such one."""
    with table(name).update_schema() as change:
        change.rename_column(old, new)


def widen_column(name: str, column: str, digits: int) -> None:
    """Let a number have more digits (up to 38, its decimals stay). ValueError: it is no number, or has as many."""
    kind = shape(name)[column]
    if not isinstance(kind, DecimalType) or digits <= kind.precision:
        raise ValueError(f"{name}.{column} ({kind}) cannot be widened to {digits} digits")
    with table(name).update_schema() as change:
        change.update_column(column, DecimalType(digits, kind.scale))


def shape(name: str) -> dict[str, Any]:
    """Column name → Iceberg type, ours included."""
    return {field.name: field.field_type for field in table(name).schema().fields}
