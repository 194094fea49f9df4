"""Writes what a run gathered: clocks, tasks, the case, transitions and documents, in one statement.

An act changes half a dozen tables by a row or two each. Sent one by one that is a round trip and an ORM query apiece,
inside the time the case is locked; together they are one statement with one JSON argument per table. The rows are the
models' own; only their way to the database differs. Everything stays in the caller's transaction, so an act is
written whole or not at all. Names in the SQL come from the models, never from outside.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import connection, models

from citybrain.hub.cases.models import Case, Material
from citybrain.kernel.fields import EncryptedTextField

if TYPE_CHECKING:
    from citybrain.hub.cases.actions.run import Run

# what acts change of a case, always written together so that the statement is the same one; other columns
# (facts, the form) only when they changed, for they can be large
CASE_COLUMNS = (
    "state", "finished", "outcome", "revision", "case_no", "submitted_at", "received_at", "accepted_at", "decided_at",
    "delivered_at", "closed_at", "updated_at", "due_at", "yellow_at", "paused", "statutory_due_at", "overdue_told",
    "decided_late", "worked_days",
)  # fmt: skip
UNWRITTEN = {
    "search",
    "subject_name",
    "subject_number",
}  # these need the ORM: words and blind indexes follow them
CLOCK_COLUMNS = (
    "state", "extended", "due_at", "yellow_at", "statutory_due_at", "internal_due_at", "suspensions", "stopped_at",
    "fires_at",
)  # fmt: skip
# what a work list finds a task by: the case's words and the task's own unit
TASK_WORDS = "(SELECT k.search FROM cases_case k WHERE k.id = r.case_id) || array_to_tsvector(ARRAY['@' || r.organisation])"
TASK_TIMES = ("due_at", "yellow_at", "paused", "sort_at")


def write(run: Run) -> None:
    """Send the rows of a run. A clock stopped and begun again under its name stops in a statement of its own first:
    within one statement the order of the parts is not defined, and a name runs once."""
    parts = _Parts()
    clocks = run.clocks
    parts.update("cases_clock", CLOCK_COLUMNS, clocks.changed)
    if {row.name for row in clocks.changed} & {row.name for row in clocks.new}:
        parts.send()
        parts = _Parts()
    parts.update("cases_clockinterval", ("ended_at", "result"), clocks.ended_intervals)
    if run.tasks.close:
        parts.close_tasks(run)
    if run.tasks.times:
        parts.time_tasks(run)
    if run.changed and not run.fresh:
        parts.update("cases_case", CASE_COLUMNS, [run.case], run.changed)
    for rows in (clocks.new, clocks.fresh_intervals, run.transition_rows, run.papers):
        parts.insert(rows)
    parts.insert(run.tasks.new, search=TASK_WORDS)
    parts.send()


def insert_case(case: Case, materials: list[Material]) -> None:
    """A new case and its materials. The case goes through the ORM, which fills blind indexes and the search column."""
    case.save(force_insert=True)
    case.search = None
    parts = _Parts()
    for row in materials:
        row.case_id = case.pk
    parts.insert(materials)
    parts.send()


def renew_words(case: Case) -> None:
    """The open tasks of a case follow its words, which have just been written."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE cases_task r SET search = {TASK_WORDS} WHERE r.case_id = %s AND r.closed_at IS NULL",  # noqa: S608
            [case.pk],
        )


class _Parts:
    """Parts of one statement and their arguments."""

    def __init__(self) -> None:
        self.sql: list[str] = []
        self.arguments: list[Any] = []

    def insert(self, rows: Iterable[models.Model], **reckoned: str) -> None:
        """``reckoned`` columns are SQL of ours over the row ``r``."""
        rows = list(rows)
        if not rows:
            return
        fields = rows[0]._meta.concrete_fields
        names = ", ".join(f'"{f.column}"' for f in fields)
        values = ", ".join(reckoned.get(f.column, f'r."{f.column}"') for f in fields)
        table = rows[0]._meta.db_table
        self._add(
            f"INSERT INTO {table} ({names}) SELECT {values} FROM json_populate_recordset(NULL::{table}, %s::json) r",  # noqa: S608
            _json(rows, [f.attname for f in fields if f.column not in reckoned]),
        )

    def update(
        self, table: str, columns: tuple[str, ...], rows: list[Any], changed: set[str] | None = None
    ) -> None:
        if not rows:
            return
        more = (changed or set()) - set(columns)
        if more & UNWRITTEN:
            raise LookupError(f"a run does not write {', '.join(sorted(more & UNWRITTEN))}")
        columns = (*columns, *sorted(more))
        values = ", ".join(f"{name} = r.{name}" for name in columns)
        self._add(
            f"UPDATE {table} t SET {values} FROM json_populate_recordset(NULL::{table}, %s::json) r WHERE t.id = r.id",  # noqa: S608
            _json(rows, ["id", *columns]),
        )

    def close_tasks(self, run: Run) -> None:
        """Tasks opened in this very act are not there yet for this statement, so they stay open."""
        which = "case_id = %s AND closed_at IS NULL AND opened_at <= %s"
        which += "" if run.tasks.close == "all" else " AND branch = ''"
        sql = f"UPDATE cases_task SET closed_at = %s, closed_by = %s WHERE {which}"  # noqa: S608
        self._add(sql, run.at, run.by.account_id, run.case.pk, run.at)

    def time_tasks(self, run: Run) -> None:
        values = ", ".join(f"{name} = %s" for name in TASK_TIMES)
        self._add(
            f"UPDATE cases_task SET {values} WHERE case_id = %s AND closed_at IS NULL AND branch = ''",  # noqa: S608
            *(run.tasks.times[name] for name in TASK_TIMES), run.case.pk,
        )  # fmt: skip

    def _add(self, sql: str, *arguments: Any) -> None:
        self.sql.append(sql)
        self.arguments.extend(arguments)

    def send(self) -> None:
        if not self.sql:
            return
        first = ", ".join(f"part_{n} AS ({sql})" for n, sql in enumerate(self.sql[:-1]))
        with connection.cursor() as cursor:
            cursor.execute((f"WITH {first} " if first else "") + self.sql[-1], self.arguments)


def _json(rows: list[Any], names: list[str]) -> str:
    converters = _converters(rows[0]._meta.model, tuple(names))
    return json.dumps(
        [{column: convert(getattr(row, name)) for name, column, convert in converters} for row in rows],
        default=_plain,
    )


@lru_cache(maxsize=100)
def _converters(
    model: type[models.Model], names: tuple[str, ...]
) -> tuple[tuple[str, str, Callable[[Any], Any]], ...]:
    by_name = {f.attname: f for f in model._meta.concrete_fields}
    return tuple((name, by_name[name].column, _to_json(by_name[name])) for name in names)


def _to_json(field: Any) -> Callable[[Any], Any]:
    if isinstance(field, EncryptedTextField):
        return lambda value: None if value is None else "\\x" + field._seal(value).hex()
    if isinstance(field, models.BinaryField):
        return lambda value: None if value is None else "\\x" + bytes(value).hex()
    return lambda value: value


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, UUID):
        return str(value)
    return str(value)  # Decimal
