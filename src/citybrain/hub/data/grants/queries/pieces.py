"""Pieces of a grant's rows for exchange: batch by batch, in an order that a second reading repeats, logged before they leave."""

import hashlib
import json
from collections.abc import Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

from citybrain.hub.data.domain.statement import Statement
from citybrain.hub.data.grants.actions.release import Leaving, release
from citybrain.hub.data.grants.data import Caller
from citybrain.hub.data.grants.domain import records as rules
from citybrain.hub.data.grants.domain.selecting import all_of, params_of, row_filter_test, rows_statement
from citybrain.hub.data.grants.exchange.target import Piece, Position, Shape
from citybrain.hub.data.grants.queries.living import Living
from citybrain.hub.data.grants.queries.shared import run_statement
from citybrain.hub.data.registers.queries.objections import (
    count_under_objection,
    marks_under_objection,
    record_mark,
)

ROWS = 20_000
NAMED = 1000  # up to so many rows the log names each record; L4 always


def shape_of(found: Living) -> Shape:
    """The columns that leave; a masked item is text."""
    masked = set(found.grant.masked)
    columns = tuple((n, "text" if n in masked else found.items[n].type) for n in found.chosen(()))
    return Shape(found.dataset.key, columns)


def batches_of(found: Living, run: str) -> list[str]:
    """Batches to deliver, oldest first: a table's deliveries; of a room's facts one full batch a run."""
    if found.dataset.store != "lake":
        return [run]
    tests = row_filter_test(found.dataset, found.grant.row_filter)
    sql = f'SELECT d."_batch", min(d."_at") AS at FROM {found.dataset.source} WHERE {all_of(tests)} GROUP BY 1 ORDER BY 2, 1'  # noqa: S608
    return [row[0] for row in run_statement(found, Statement(sql, params_of(tests)))]


def rows_left(found: Living) -> dict[str, tuple[int, int]]:
    """Batch → how many of its rows the source still has under the row filter, and the greatest row number."""
    tests = row_filter_test(found.dataset, found.grant.row_filter)
    sql = f'SELECT d."_batch", count(*), max(d."_row") FROM {found.dataset.source} WHERE {all_of(tests)} GROUP BY 1'  # noqa: S608
    return {
        batch: (count, last) for batch, count, last in run_statement(found, Statement(sql, params_of(tests)))
    }


def numbers_left(found: Living, batch: str, first: int, last: int) -> set[int]:
    """Numbers of a batch's rows that the source still has, from ``first`` up to and without ``last``."""
    tests = row_filter_test(found.dataset, found.grant.row_filter)
    tests.append(Statement('d."_batch" = %s AND d."_row" >= %s AND d."_row" < %s', [batch, first, last]))
    sql = f'SELECT d."_row" FROM {found.dataset.source} WHERE {all_of(tests)}'  # noqa: S608
    return {n for (n,) in run_statement(found, Statement(sql, params_of(tests)))}


def piece_of(
    found: Living, batch: str, start: Position, *, way: str, exchange: UUID, caller: Caller
) -> Piece | None:
    """The next rows of a batch behind ``start``; None when there are no more. Counted and logged once however often read."""
    items = found.chosen(())
    lake = found.dataset.store == "lake"
    order: Sequence[str] = ('d."_row"',) if lake else rules.order_of(found.dataset, found.key_item)
    tests = row_filter_test(found.dataset, found.grant.row_filter)
    tests += [Statement('d."_batch" = %s', [batch])] if lake else []
    tests += [rules.after_test(order, start, clustered=False)] if start else []
    statement = rows_statement(
        found.dataset, items, found.grant.masked, tests, order=order, limit=ROWS,
        record=rules.key_sql(found.dataset, found.key_item),
    )  # fmt: skip
    rows = run_statement(found, statement)
    if not rows:
        return None
    return released(found, rows, batch, start, way=way, exchange=exchange, caller=caller)


def released(
    found: Living, rows: list[tuple], batch: str, start: Position, *, way: str, exchange: UUID, caller: Caller
) -> Piece:
    """The piece, after the log has it."""
    items = found.chosen(())
    width, grade = len(items), found.grade_of(items)
    hashes = hashes_of(found, [str(row[width] or "") for row in rows], grade)
    disputed = marks_under_objection(found.dataset.key, {h for h in hashes if h})
    named = [h for h in hashes if h] if grade == "L4" or len(rows) <= NAMED else []
    release(
        Leaving(
            found.grant.pk, found.dataset.key, found.grant.purpose_word, way, items, grade, rows=len(rows),
            records=named, disputed=disputed, chunk=chunk_name(exchange, batch, start),
        ),
        caller,
    )  # fmt: skip
    flags = [h in disputed for h in hashes] if hashes else [False] * len(rows)
    until = [plain(value) for value in rows[-1][width + 1 :]]
    given = [(*row[:width], flag) for row, flag in zip(rows, flags, strict=True)]
    numbers = [int(row[width + 1]) for row in rows] if found.dataset.store == "lake" else []
    return Piece(batch, start, until, given, numbers)


def hashes_of(found: Living, keys: list[str], grade: str) -> list[str]:
    """Record hashes where anybody needs them: few rows, L4, or a record of the resource under objection."""
    objected = count_under_objection(found.dataset.key)
    if not found.key_item or not (objected or grade == "L4" or len(keys) <= NAMED):
        return []
    return [record_mark(found.dataset.key, key) for key in keys]


def chunk_name(exchange: UUID, batch: str, start: Position) -> str:
    """By which the log knows a piece again."""
    digest = hashlib.sha256(json.dumps([batch, start], default=str).encode()).hexdigest()[:40]
    return f"{exchange}:{digest}"


def plain(value: Any) -> Any:
    """A value of a position as JSON gives it back."""
    if isinstance(value, Decimal):
        return int(value) if value == int(value) else str(value)
    return value if isinstance(value, int | str) else str(value)
