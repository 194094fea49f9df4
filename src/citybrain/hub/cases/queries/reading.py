"""Reads a case and the parts a caller names in one statement. No right is asked here: see ``access``.

Written as SQL because a case with its materials, files, clocks, tasks and history would otherwise be eight round
trips, and a page or an act pays for each. Parts come back as JSON beside the row and become the same model
instances the ORM gives; what is not named is not read, and nothing encrypted is opened that nobody shows.

A part that was not read with the case is read when first asked for. Refuses to read parts in the statement that
locks the row: that statement's snapshot is older than the lock it waited for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.db import connection, models

from citybrain.hub.cases.models import (
    Attachment,
    Case,
    Clock,
    ClockInterval,
    Comment,
    Document,
    Link,
    Material,
    Task,
    Transition,
)
from citybrain.kernel.fields import EncryptedTextField

PERSONAL = ("subject_name", "subject_number", "subject_phone", "data")
UNREAD = (*PERSONAL, "search", "subject_name_index", "subject_number_index")

# part -> (model, columns left out, rest of the SELECT); ``c`` is the case
_PARTS: dict[str, tuple[type[models.Model], tuple[str, ...], str]] = {
    "materials": (Material, (), "FROM cases_material p WHERE p.case_id = c.id ORDER BY p.position"),
    "files": (Attachment, (), "FROM cases_attachment p WHERE p.case_id = c.id AND p.removed_at IS NULL ORDER BY p.uploaded_at"),
    "clocks": (Clock, (), "FROM cases_clock p WHERE p.case_id = c.id ORDER BY p.started_at, p.id"),
    "intervals": (
        ClockInterval, (),
        "FROM cases_clockinterval p WHERE p.clock_id IN (SELECT k.id FROM cases_clock k WHERE k.case_id = c.id AND"
        " k.suspensions > 0) ORDER BY p.started_at",
    ),
    "tasks": (Task, ("search",), "FROM cases_task p WHERE p.case_id = c.id AND p.closed_at IS NULL ORDER BY p.opened_at, p.id"),
    "timeline": (Transition, (), "FROM cases_transition p WHERE p.case_id = c.id ORDER BY p.seq"),
    "history": (
        Transition, ("name", "actor", "comment", "data", "effects", "organisation", "role", "branch", "digest"),
        "FROM cases_transition p WHERE p.case_id = c.id ORDER BY p.seq",
    ),
    "documents": (Document, ("content",), "FROM cases_document p WHERE p.case_id = c.id ORDER BY p.issued_at, p.id"),
    "ties": (
        Link, (),
        "FROM cases_link p WHERE (p.case_id = c.id OR p.other_id = c.id) AND p.kind <> 'child' ORDER BY p.at",
    ),
    "comments": (Comment, (), "FROM cases_comment p WHERE p.case_id = c.id ORDER BY p.at, p.id"),
}  # fmt: skip
PARTS = frozenset(_PARTS)


class CaseRows:
    """One case row and its parts, each read at most once."""

    def __init__(self, case: Case, parts: dict[str, list[Any]] | None = None) -> None:
        self.case = case
        self._parts = parts or {}

    def rows(self, part: str) -> list[Any]:
        """The rows of a part, in their order."""
        if part == "history" and "timeline" in self._parts:
            part = "timeline"
        if part not in self._parts:
            self.read(part)
        return self._parts[part]

    def read(self, *parts: str, fields: Iterable[str] = ()) -> None:
        """Read parts, and columns of the case left out so far, in one statement."""
        missing = tuple(part for part in parts if part not in self._parts)
        more = tuple(name for name in fields if name in self.case.get_deferred_fields())
        if not missing and not more:
            return
        with connection.cursor() as cursor:
            cursor.execute(_statement(more, missing, lock=""), [self.case.pk])
            row = cursor.fetchone()
        for name, value in zip(more, row, strict=False):
            setattr(self.case, name, _from_row(Case._meta.get_field(name))(value))
        self._keep(missing, row[len(more) :])

    def know(self, part: str, rows: list[Any]) -> None:
        """The rows of a part as the caller holds them."""
        self._parts[part] = rows

    def forget(self, part: str) -> None:
        """The part changed: read it again when asked for."""
        self._parts.pop(part, None)

    def _keep(self, parts: Iterable[str], values: Iterable[Any]) -> None:
        for part, value in zip(parts, values, strict=True):
            self._parts[part] = _instances(part, value or [])


def read(case_id: object, *, fields: tuple[str, ...] = (), parts: tuple[str, ...] = ()) -> CaseRows | None:
    """The case with its light columns, ``fields`` beside them, and ``parts``; None when there is none."""
    return _read(case_id, fields, parts, "")


def lock(case_id: object, *, fields: tuple[str, ...] = (), skip_locked: bool = False) -> CaseRows | None:
    """The same with the row locked until the transaction ends; parts follow in their own statement (see the module)."""
    return _read(case_id, fields, (), "FOR NO KEY UPDATE SKIP LOCKED" if skip_locked else "FOR NO KEY UPDATE")


def _read(case_id: object, fields: tuple[str, ...], parts: tuple[str, ...], lock: str) -> CaseRows | None:
    names = tuple(f.attname for f in Case._meta.concrete_fields if f.name not in UNREAD or f.name in fields)
    with connection.cursor() as cursor:
        cursor.execute(_statement(names, parts, lock), [_uuid(case_id)])
        row = cursor.fetchone()
    if row is None:
        return None
    values = [convert(value) for convert, value in zip(_converters(names), row, strict=False)]
    found = CaseRows(Case.from_db(connection.alias, list(names), values))
    found._keep(parts, row[len(names) :])
    return found


def _uuid(value: object) -> UUID | None:
    try:
        return value if isinstance(value, UUID) else UUID(str(value))
    except ValueError:
        return None


@lru_cache(maxsize=200)
def _statement(names: tuple[str, ...], parts: tuple[str, ...], lock: str) -> str:
    columns = [f'c."{name}"' for name in names]
    for part in parts:
        model, unread, rest = _PARTS[part]
        shown = ", ".join(f"p.{f.column}" for f in model._meta.concrete_fields if f.name not in unread)
        columns.append(f"(SELECT json_agg(r) FROM (SELECT {shown} {rest}) r) AS {part}")  # noqa: S608
    return f"SELECT {', '.join(columns)} FROM cases_case c WHERE c.id = %s {lock}"  # noqa: S608


@lru_cache(maxsize=50)
def _converters(names: tuple[str, ...]) -> tuple[Callable[[Any], Any], ...]:
    by_name = {f.attname: f for f in Case._meta.concrete_fields}
    return tuple(_from_row(by_name[name]) for name in names)


def _from_row(field: Any) -> Callable[[Any], Any]:
    """From what the driver gives to the model's value."""
    if not hasattr(field, "from_db_value"):
        return _as_it_is
    return lambda value: field.from_db_value(value, None, connection)


def _as_it_is(value: Any) -> Any:
    return value


@lru_cache(maxsize=20)
def _shape(part: str) -> tuple[type[models.Model], list[str], list[tuple[str, Callable[[Any], Any]]]]:
    model, unread, _rest = _PARTS[part]
    fields = [f for f in model._meta.concrete_fields if f.name not in unread]
    return model, [f.attname for f in fields], [(f.column, _from_json(f)) for f in fields]


def _from_json(field: Any) -> Callable[[Any], Any]:
    """From what stands in JSON to the model's value."""
    if isinstance(field, models.ForeignKey):
        field = field.target_field
    if isinstance(field, EncryptedTextField):
        return lambda value: None if value is None else field._open(bytes.fromhex(value[2:]))
    if isinstance(field, models.BinaryField):
        return lambda value: None if value is None else bytes.fromhex(value[2:])
    if isinstance(field, models.DateTimeField):
        return lambda value: None if value is None else datetime.fromisoformat(value)
    if isinstance(field, models.UUIDField):
        return lambda value: None if value is None else UUID(value)
    return _as_it_is


def _instances(part: str, rows: list[dict[str, Any]]) -> list[Any]:
    model, names, columns = _shape(part)
    return [
        model.from_db(connection.alias, names, [convert(row[column]) for column, convert in columns])
        for row in rows
    ]
