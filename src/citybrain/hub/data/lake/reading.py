"""Reading tables with the embedded engine: plan in the catalogue, then the engine opens exactly the planned files.

SQL is DuckDB's; tables are named ``namespace.noun`` and replaced by their files. Nothing here asks who is reading.
"""

import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from uuid import uuid4

import duckdb
import pyarrow as pa
import sqlglot
from cachetools import LRUCache
from pyiceberg.exceptions import NoSuchTableError
from pyiceberg.expressions import BooleanExpression, EqualTo
from pyiceberg.table import Table
from pyiceberg.table.snapshots import Snapshot
from sqlglot import exp

from citybrain.hub.data.lake import engine
from citybrain.hub.data.lake.engine import SECONDS, cursor
from citybrain.hub.data.lake.keys import lookup_key
from citybrain.hub.data.lake.planning import Plan, plan
from citybrain.hub.data.lake.relations import Shape, nothing, relation_of
from citybrain.hub.data.lake.tables import HISTORY, declared, schema_of, table
from citybrain.kernel.errors import NotFound

COUNT_SECONDS = 600.0
MOST_TEXT = 8_000_000  # characters of relations remembered
MOST_SECONDS = 6 * 3600.0  # no question outlives the rest of dead files

_guard = threading.Lock()
_relations: LRUCache[tuple[str, str], str] = LRUCache(MOST_TEXT, getsizeof=len)


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
    with answering(question) as own:
        found = own.to_arrow_table()
        return Answer(tuple(found.column_names), tuples(found))


def tuples(found: pa.Table) -> list[tuple[Any, ...]]:
    """Rows as Python values; times are aware."""
    return list(zip(*(column.to_pylist() for column in found.columns), strict=True))


@contextmanager
def batches(asked: Asked, *, size: int = 65_536) -> Iterator[pa.RecordBatchReader]:
    """The rows of a question as a stream of record batches, valid inside the ``with`` block."""
    with answering(asked) as own:
        yield own.to_arrow_reader(size)


@contextmanager
def answering(asked: Asked) -> Iterator[duckdb.DuckDBPyConnection]:
    """A cursor that has executed the question."""
    tree = sqlglot.parse_one(asked.sql, read="duckdb")
    sources = {}
    with cursor(min(asked.seconds, MOST_SECONDS)) as own:
        for name, nodes in named_tables(tree).items():
            word = f"lake_{uuid4().hex}"
            sources[word] = relation_named(name, asked.filters.get(name), asked.as_of)
            for node in nodes:
                node.replace(aliased(node, word))
        sql = tree.sql(dialect="duckdb")
        for word, source in sources.items():  # a view would be bound once more, and so its files be opened
            sql = sql.replace(word, f"({source})")
        try:
            own.execute(sql, asked.params or None)
        except duckdb.Error as error:
            # What it quotes of the statement may name files, and nobody wrote it that way.
            raise type(error)(str(error).partition("\n\nLINE ")[0]) from None
        yield own


def named_tables(tree: exp.Expr) -> dict[str, list[exp.Table]]:
    """Tables of the lake a statement names, with the places they are named at."""
    found: dict[str, list[exp.Table]] = {}
    for node in list(tree.find_all(exp.Table)):
        if node.db:
            found.setdefault(f"{node.db}.{node.name}", []).append(node)
    return found


def aliased(node: exp.Table, word: str) -> exp.Expr:
    """A word for the relation in place of a table, under the table's alias or its own noun."""
    return exp.to_table(word).as_(node.alias or node.name, table=True)


def relation_named(name: str, only: BooleanExpression | None, as_of: datetime | None) -> str:
    """SELECT over a table by name; one that is declared and was never written to has no rows. NoSuchTableError."""
    try:
        return relation(table(name), only, as_of)
    except NoSuchTableError:
        columns = declared(name)
        if not columns:
            raise
        return nothing(Shape(tuple(schema_of(columns).fields), steady=True), places=False)


def relation(found: Table, only: BooleanExpression | None, as_of: datetime | None) -> str:
    """SELECT over the living rows of one plan; an empty table has the right columns and no rows."""
    snapshot = found.current_snapshot() if as_of is None else snapshot_at(found, as_of)
    if snapshot is None:
        return relation_of(found, Plan())
    if only is not None:
        return relation_of(found, plan(found, only, snapshot))
    known = (found.metadata_location, snapshot.manifest_list)  # neither ever changes
    with _guard:
        text = _relations.get(known)
    if text is None:
        text = relation_of(found, plan(found, None, snapshot))
        with _guard:
            if len(text) < _relations.maxsize:
                _relations[known] = text
    return text


def snapshot_at(found: Table, moment: datetime) -> Snapshot | None:
    """The snapshot that was the newest at a moment; None before the first. NotFound when history is not kept so far."""
    milliseconds = int(moment.timestamp() * 1000)
    if milliseconds < int(found.properties.get(HISTORY, 0)):
        raise NotFound("history does not reach back so far / 历史版本已超过保留期", code="history_expired")
    return found.snapshot_as_of_timestamp(milliseconds)


def person_filter(name: str, value: str) -> tuple[dict[str, BooleanExpression], str, list[Any]]:
    """For looking up a person or firm: the filter for ``Asked.filters``, the SQL condition and its parameter.

    The condition is on the keyed hash; whoever shows a row compares the identifier itself as well.
    """
    key = lookup_key(value)
    same: Any = EqualTo
    return {name: same("_key", key)}, "_key = ?", [key]


def row_count(name: str) -> int:
    """How many rows live in a table: from the manifests, counted only where rows were deleted. NoSuchTableError."""
    try:
        found = table(name)
    except NoSuchTableError:
        if declared(name):
            return 0
        raise
    made = plan(found)
    clean = sum(entry.file.record_count for entry in made.clean())
    dirty = made.dirty()
    if not dirty:
        return clean
    sql = f"SELECT count(*) FROM ({relation_of(found, replace(made, data=dirty))})"  # noqa: S608
    return clean + engine.rows(sql, seconds=COUNT_SECONDS)[0][0]
