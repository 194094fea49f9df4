"""Reading tables with the embedded engine: plan in the catalogue, then the engine opens exactly the planned files.

SQL is DuckDB's; tables are named ``namespace.noun`` and replaced by their files. Nothing here asks who is reading.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import duckdb
import pyarrow as pa
import sqlglot
from pyiceberg.expressions import AlwaysTrue, BooleanExpression
from pyiceberg.table import Table
from sqlglot import exp

from citybrain.hub.data.lake.catalog import local
from citybrain.hub.data.lake.engine import SECONDS, cursor
from citybrain.hub.data.lake.tables import table


@dataclass(frozen=True)
class Asked:
    """A question: SQL, its parameters, a filter per table for pruning files, the moment it is asked about."""

    sql: str
    params: Sequence[Any] | Mapping[str, Any] = ()
    filters: Mapping[str, BooleanExpression] = field(default_factory=dict)
    as_of: datetime | None = None
    seconds: float = SECONDS


@dataclass(frozen=True)
class Answer:
    """Column names and rows."""

    columns: tuple[str, ...]
    rows: list[tuple[Any, ...]]


def query(asked: Asked | str, params: Sequence[Any] | Mapping[str, Any] = ()) -> Answer:
    """All rows of a question; the asker bounds them in the SQL. NoSuchTableError, Unavailable (too slow, too large)."""
    question = Asked(asked, params) if isinstance(asked, str) else asked
    with answering(question) as engine:
        found = engine.to_arrow_table()
        return Answer(tuple(found.column_names), tuples(found))


def tuples(found: pa.Table) -> list[tuple[Any, ...]]:
    """Rows as Python values; times are aware."""
    return list(zip(*(column.to_pylist() for column in found.columns), strict=True))


@contextmanager
def batches(asked: Asked, *, size: int = 65_536) -> Iterator[pa.RecordBatchReader]:
    """The rows of a question as a stream of record batches, valid inside the ``with`` block."""
    with answering(asked) as engine:
        yield engine.to_arrow_reader(size)


@contextmanager
def answering(asked: Asked) -> Iterator[duckdb.DuckDBPyConnection]:
    """A cursor that has executed the question."""
    tree = sqlglot.parse_one(asked.sql, read="duckdb")
    with cursor(asked.seconds) as engine:
        for number, (name, nodes) in enumerate(named_tables(tree).items()):
            view = f"lake_{number}"
            source = relation(table(name), asked.filters.get(name), asked.as_of)
            engine.execute(f"CREATE TEMP VIEW {view} AS {source}")
            for node in nodes:
                node.replace(aliased(node, view))
        engine.execute(tree.sql(dialect="duckdb"), asked.params or None)
        yield engine


def named_tables(tree: exp.Expr) -> dict[str, list[exp.Table]]:
    """Tables of the lake a statement names, with the places they are named at."""
    found: dict[str, list[exp.Table]] = {}
    for node in list(tree.find_all(exp.Table)):
        if node.db:
            found.setdefault(f"{node.db}.{node.name}", []).append(node)
    return found


def aliased(node: exp.Table, view: str) -> exp.Expr:
    """The view in place of a table, under the table's alias or its own noun."""
    return exp.to_table(view).as_(node.alias or node.name, table=True)


def relation(found: Table, only: BooleanExpression | None, as_of: datetime | None) -> str:
    """SELECT over the files of one plan; an empty table has the right columns and no rows."""
    files = [local(task.file.file_path) for task in scanned(found, only, as_of)]
    if not files:
        columns = ", ".join(f'NULL::{duckdb_type(f.field_type)} AS "{f.name}"' for f in found.schema().fields)
        return f"SELECT {columns} WHERE false"
    listed = ", ".join("'" + path.replace("'", "''") + "'" for path in files)
    # By field number, as Iceberg means it: a column added later is unknown in old files, a renamed one is the same.
    fields = ", ".join(
        f"{f.field_id}: {{name: '{f.name}', type: '{duckdb_type(f.field_type)}', default_value: NULL}}"
        for f in found.schema().fields
    )
    return f"SELECT * FROM read_parquet([{listed}], schema = MAP {{{fields}}})"  # noqa: S608


def scanned(found: Table, only: BooleanExpression | None, as_of: datetime | None) -> list[Any]:
    """The planned files: pruned by ``only``, as they were at ``as_of`` (none before the first snapshot)."""
    row_filter = only if only is not None else AlwaysTrue()
    if as_of is None:
        return list(found.scan(row_filter=row_filter).plan_files())
    snapshot = found.snapshot_as_of_timestamp(int(as_of.timestamp() * 1000))
    if snapshot is None:
        return []
    return list(found.scan(row_filter=row_filter, snapshot_id=snapshot.snapshot_id).plan_files())


def duckdb_type(kind: Any) -> str:
    """The engine's name of an Iceberg type."""
    known = {"string": "VARCHAR", "long": "BIGINT", "double": "DOUBLE", "boolean": "BOOLEAN", "date": "DATE"}
    text = str(kind)
    return known.get(text) or ("TIMESTAMPTZ" if text.startswith("timestamptz") else text.upper())
