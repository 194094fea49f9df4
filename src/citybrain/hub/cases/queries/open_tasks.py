"""Open tasks in an actor's scope as hand-written SQL: a page with its cases, bounded counts, the head of a list.

Every desk asks these all day, and the ORM needs more time to write such a statement than the server to answer it.
Nothing is counted without a bound. A search goes through the words of the task itself, which carry its unit, so that a
word common in the city costs only what one's own unit holds of it; names and numbers go through the case's indexes.
The units and roles asked are those of ``tasks_in_scope``. Column names are ours; everything from outside is a parameter.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import connection

from citybrain.hub.cases.data import Filters
from citybrain.hub.cases.domain import search
from citybrain.hub.cases.queries.listed import CASE_COLUMNS, TASK_COLUMNS, ListedTask, listed_task
from citybrain.hub.cases.queries.scope import roles_by_scope, units_of
from citybrain.hub.cases.queries.when import period
from citybrain.hub.identity.data import ScopePart
from citybrain.kernel import clock
from citybrain.kernel.actor import Actor
from citybrain.kernel.crypto import blind_index

COUNT_TO = 1000
WALK = 5000  # tasks looked at for the lights of what is not overdue
ORDERS = {"due": "t.sort_at, t.id", "opened": "t.opened_at, t.id", "-opened": "t.opened_at DESC, t.id DESC"}
LIGHTS = {  # due tasks are sorted by their due date, so a range of sort_at narrows by index
    "red": "t.sort_at < %(now)s AND t.due_at < %(now)s AND NOT t.paused",
    "yellow": "t.sort_at >= %(now)s AND t.yellow_at <= %(now)s AND t.due_at >= %(now)s AND NOT t.paused",
    "green": "t.sort_at >= %(now)s AND t.yellow_at > %(now)s AND t.due_at >= %(now)s AND NOT t.paused",
    "paused": "t.paused AND t.due_at IS NOT NULL",
}


@dataclass
class Where:
    """Conditions on a task ``t`` (and its case ``c`` when ``joined``) with their named parameters."""

    parts: list[str] = field(default_factory=list)
    params: dict[str, Any] = field(default_factory=dict)
    joined: bool = False

    def add(self, part: str, **params: Any) -> None:
        self.parts.append(part)
        self.params |= params

    def rows(self, columns: str, *more: str, joined: bool = False) -> str:
        """A SELECT of ``columns`` with these conditions and ``more``."""
        join = " JOIN cases_case c ON c.id = t.case_id" if self.joined or joined else ""
        return f"SELECT {columns} FROM cases_task t{join} WHERE {' AND '.join([*self.parts, *more])}"  # noqa: S608


def in_scope(actor: Actor) -> Where:
    """Open tasks the actor could act on: role by role within the role's scope."""
    found = Where(["t.closed_at IS NULL"])
    if actor.kind == "system":
        return found
    ways = []
    for scope, roles in roles_by_scope(actor).items():
        role = _one_of("t.role", roles, found.params)
        ways += [f"({role}{_part(part, found.params)})" for part in scope.parts]
    found.parts.append("(" + " OR ".join(ways) + ")" if ways else "FALSE")
    return found


def _part(part: ScopePart, params: dict[str, Any]) -> str:
    sql = ""
    for column, allowed in (("t.organisation", part.organisations), ("t.matter", part.matters)):
        if isinstance(allowed, frozenset):  # not ALL
            sql += f" AND {_one_of(column, sorted(allowed), params)}"
    return sql


def _one_of(column: str, values: list[str], params: dict[str, Any]) -> str:
    """One value is asked by ``=``: only then does an index that continues with the due date give the list's order."""
    name = f"set_{len(params)}"
    params[name] = values[0] if len(values) == 1 else values
    return f"{column} = %({name})s" if len(values) == 1 else f"{column} = ANY(%({name})s)"


def filtered(actor: Actor, filters: Filters) -> Where:
    """What a work list shows, without its search."""
    found = in_scope(actor)
    for name in ("matter", "state", "channel", "organisation"):
        if value := getattr(filters, name):
            found.add(f"t.{name} = %(f_{name})s", **{f"f_{name}": value})
    if filters.role:
        found.add("t.role = %(role)s", role=filters.role if "." in filters.role else f"cases.{filters.role}")
    if filters.place:
        found.add("starts_with(t.division, %(place)s)", place=filters.place.rstrip("0") or filters.place)
    if filters.mine:
        found.add("t.taken_by = %(me)s", me=actor.account_id)
    if filters.untaken:
        found.add("t.taken_by IS NULL")
    if filters.light in LIGHTS:
        found.add(LIGHTS[filters.light], now=clock.now())
    since, until = period(filters)
    if since:
        found.add("t.opened_at >= %(since)s", since=since)
    if until:
        found.add("t.opened_at < %(until)s", until=until)
    if filters.demo is not None:
        found.add("c.demo = %(demo)s", demo=filters.demo)
        found.joined = True
    return found


_LISTED = ", ".join([*(f"t.{name}" for name in TASK_COLUMNS), *(f"c.{name}" for name in CASE_COLUMNS)])


def order_column(filters: Filters) -> str:
    """The column the list is sorted by, before the id."""
    return "opened_at" if filters.sort in ("opened", "-opened") else "sort_at"


def page(
    actor: Actor, filters: Filters, *, limit: int, offset: int = 0, after: tuple[datetime, Any] | None = None
) -> list[ListedTask]:
    """``limit`` tasks with their cases in the list's order, from ``offset`` on or behind a place in it."""
    order, where = ORDERS.get(filters.sort, ORDERS["due"]), filtered(actor, filters)
    if after is not None:
        side = "<" if "DESC" in order else ">"
        where.add(f"(t.{order_column(filters)}, t.id) {side} (%(at)s, %(last)s)", at=after[0], last=after[1])
    return [listed_task(row) for row in _rows(actor, where, filters.q, _LISTED, order, limit, offset)]


def head(actor: Actor, filters: Filters, columns: Iterable[str], size: int) -> list[tuple[Any, ...]]:
    """``columns`` of the first tasks (``t``) and their cases (``c``) by due date, uncounted."""
    return _rows(actor, filtered(actor, filters), filters.q, ", ".join(columns), ORDERS["due"], size)


def _rows(
    actor: Actor, where: Where, text: str, columns: str, order: str, limit: int, offset: int = 0
) -> list[tuple[Any, ...]]:
    where.params |= {"limit": limit, "offset": offset, "reach": limit + offset}
    rest = f"ORDER BY {order} LIMIT %(reach)s"
    arms = (
        _arms(actor, where, text, rest) or f"({where.rows('t.id')} {rest})"
    )  # the case is read for these rows only
    sql = (f"SELECT {columns} FROM ({arms}) found JOIN cases_task t ON t.id = found.id "  # noqa: S608
           "JOIN cases_case c ON c.id = t.case_id")  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(f"{sql} ORDER BY {order} LIMIT %(limit)s OFFSET %(offset)s", where.params)
        return list(cursor.fetchall())


def count(actor: Actor, filters: Filters) -> int:
    """How many tasks the list has; COUNT_TO + 1 means more than COUNT_TO."""
    where = filtered(actor, filters)
    where.params["bound"] = COUNT_TO + 1
    arms = _arms(actor, where, filters.q, "LIMIT %(bound)s")
    inner = where.rows("1") if arms is None else arms
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM ({inner} LIMIT %(bound)s) found", where.params)  # noqa: S608
        return int(cursor.fetchone()[0])


def _arms(actor: Actor, where: Where, text: str, rest: str) -> str | None:
    """The ids of the tasks a search finds, as a UNION of one SELECT a way of finding; None without a text.

    Apart because no index serves a word of the task and a name of the case at once. Each arm is bounded by ``rest``.
    """
    text = search.cleaned(text)
    if not text:
        return None
    found = [
        where.rows(
            "t.id", "(c.subject_name_index = %(print)s OR c.subject_number_index = %(print)s)", joined=True
        )
    ]
    where.params["print"] = blind_index(text)
    if search.numberlike(text):
        found.append(where.rows("t.id", "c.case_no LIKE %(number)s", joined=True))
        where.params["number"] = search.escaped(text) + "%"
    if words := search.query(text, units_of(actor)):
        found.append(where.rows("t.id", "t.search @@ %(words)s::tsquery"))
        where.params["words"] = words
    return " UNION ".join(f"({arm} {rest})" for arm in found)


def counts(actor: Actor) -> dict[str, int]:
    """How much open work there is: total, mine, untaken, red, yellow, green, paused, one statement.

    A number beyond COUNT_TO means "more than COUNT_TO". What is overdue is counted by itself; of the rest the first
    WALK tasks are looked at: ``more`` is 1 when there are others, and the numbers are the least there is.
    """
    where = in_scope(actor)
    where.params |= {"now": clock.now(), "me": actor.account_id, "bound": COUNT_TO + 1, "walk": WALK + 1}
    columns = "t.due_at, t.yellow_at, t.paused, t.taken_by, t.sort_at"
    lights = ", ".join(f"count(*) FILTER (WHERE {sql})" for sql in LIGHTS.values())
    sql = (  # the two ends of the list: what is late, and the rest
        f"SELECT count(*), count(*) FILTER (WHERE t.taken_by = %(me)s), count(*) FILTER (WHERE t.taken_by IS NULL), {lights}, "  # noqa: S608
        f"count(*) FILTER (WHERE t.sort_at >= %(now)s) FROM (({where.rows(columns, 't.sort_at < %(now)s')} LIMIT %(bound)s) "
        f"UNION ALL ({where.rows(columns, 't.sort_at >= %(now)s')} LIMIT %(walk)s)) t"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, where.params)
        *numbers, rest = cursor.fetchone()
    bounded = (min(number, COUNT_TO + 1) for number in numbers)
    return dict(zip(("total", "mine", "untaken", *LIGHTS, "more"), (*bounded, int(rest > WALK)), strict=True))
