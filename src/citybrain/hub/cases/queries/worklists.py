"""Work lists: open tasks in an actor's scope, and finished cases; with filters, search, keyset paging, bounded counts.

A page with its cases in one query, a bounded count in another, and the directory version. Names of natural persons are found only
complete, through the blind index; everything else by number prefix or two-character words.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models import BooleanField, Func, Q, QuerySet, Value
from django.utils.translation import gettext as _

from citybrain.hub.cases.data import Filters, Page, TaskRow
from citybrain.hub.cases.domain import search
from citybrain.hub.cases.domain.lights import light_at
from citybrain.hub.cases.models import Case
from citybrain.hub.cases.models.case import MarkedWords
from citybrain.hub.cases.queries import open_tasks
from citybrain.hub.cases.queries.access import READING, visible
from citybrain.hub.cases.queries.listed import CASE_COLUMNS, ListedCase, ListedTask, listed_case
from citybrain.hub.cases.queries.machines import machine_of, waiting_states
from citybrain.hub.cases.queries.open_tasks import COUNT_TO
from citybrain.hub.cases.queries.records import light_cases, record
from citybrain.hub.cases.queries.scope import units_of
from citybrain.hub.cases.queries.when import period
from citybrain.kernel import clock
from citybrain.kernel.actor import Actor
from citybrain.kernel.errors import FieldProblem, Invalid, NotAllowed

MOST_ROWS = 200


def worklist(
    actor: Actor,
    filters: Filters | None = None,
    page: int | str = 1,
    size: int = 20,
    found: int | None = None,
) -> Page:
    """A page of the actor's work (or, with ``done``, of finished cases). ``page`` is a number or a ``next`` cursor.

    NotAllowed for citizens. Counts are bounded: beyond 1000 the page says "more than". ``found`` is how many open
    tasks these filters leave, when the caller knows it already.
    """
    if actor.kind not in ("official", "system") or not (actor.may("cases.work") or actor.may("cases.read")):
        raise NotAllowed(_("Work lists are for officials."))
    filters = filters or Filters()
    size = max(1, min(int(size), MOST_ROWS))
    if filters.done or filters.all:
        return _case_page(actor, filters, page, size)
    return _task_page(actor, filters, page, size, found)


def known(filters: Filters, counted: dict[str, int]) -> int | None:
    """How many tasks these filters leave, when the counts of ``open_tasks`` say so; None when they do not."""
    if filters != Filters(light=filters.light, mine=filters.mine, sort=filters.sort) or (
        filters.light and filters.mine
    ):
        return None
    name = filters.light or ("mine" if filters.mine else "total")
    sure = not counted["more"] or name in ("red", "total") or counted.get(name, 0) > COUNT_TO
    return counted.get(name) if sure else None


def _task_page(actor: Actor, filters: Filters, page: int | str, size: int, found: int | None) -> Page:
    number, after = _place(page)
    offset = 0 if after else (number - 1) * size
    tasks = open_tasks.page(actor, filters, limit=size + 1, offset=offset, after=after)
    cursor = ""
    if len(tasks) > size:
        tasks = tasks[:size]
        last = tasks[-1]
        cursor = write_cursor(number + 1, getattr(last, open_tasks.order_column(filters)), last.id)
    if found is None:  # a first page that is not full counts itself
        first_and_last = not after and number == 1 and not cursor
        found = len(tasks) if first_and_last else open_tasks.count(actor, filters)
    rows = tuple(_task_rows(actor, tasks))
    return Page(rows, number, size, min(found, COUNT_TO), found > COUNT_TO, cursor)


def _task_rows(actor: Actor, tasks: list[ListedTask]) -> Iterator[TaskRow]:
    now, me = clock.now(), actor.account_id
    for task in tasks:
        light = light_at(now, task.due_at, task.yellow_at, task.paused)
        yield TaskRow(
            task.id, record(task.case, now=now), task.role, task.branch, task.due_at, light, task.taken_by,
            task.taken_by is not None and task.taken_by == me,
        )  # fmt: skip


@dataclass(frozen=True)
class SideRow:
    """One line of the list beside an open case: only what it shows."""

    id: UUID
    name: dict[str, str]
    subject_label: str
    state_name: dict[str, str]
    light: str
    due_at: datetime | None


def first_rows(actor: Actor, filters: Filters, size: int) -> list[SideRow]:
    """The head of the work list without counting it: what stands beside an open case."""
    columns = ("t.case_id", "c.matter_name", "c.title", "c.case_no", "c.subject_label", "c.state", "c.machine_id",
               "t.due_at", "t.yellow_at", "t.paused")  # fmt: skip
    rows = open_tasks.head(actor, filters, columns, size)
    now = clock.now()
    return [
        SideRow(pk, json.loads(name) or {"zh": title or number or str(pk)[-12:]}, label, _state_name(machine, state),
                light_at(now, due, yellow, paused), due)
        for pk, name, title, number, label, state, machine, due, yellow, paused in rows
    ]  # fmt: skip


def _state_name(machine_id: UUID, key: str) -> dict[str, str]:
    state = machine_of(machine_id).states.get(key)
    return state.name.as_dict() if state else {"zh": key}


def light_q(light: str, now: datetime | None = None) -> Q:
    """A light as a condition on due_at, yellow_at, paused."""
    now = now or clock.now()
    return {
        "red": Q(due_at__lt=now, paused=False),
        "yellow": Q(yellow_at__lte=now, due_at__gte=now, paused=False),
        "green": Q(yellow_at__gt=now, due_at__gte=now, paused=False),
        "paused": Q(paused=True, due_at__isnull=False),
    }.get(light, Q())


# search ------------------------------------------------------------------------------------------------------------


def match(rows: QuerySet, text: str, units: Sequence[str] | None = None, mark: str = "") -> QuerySet:
    """Cases that match. A case number by prefix; a person's name or identity number only complete, through its blind
    index; else words. With ``units`` ([]: all) and ``mark`` the words are looked for in the index that carries both;
    without, among rows that something else narrows."""
    text = search.cleaned(text)
    if not text:
        return rows
    clause = Q(subject_name_index=text) | Q(subject_number_index=text)
    if search.numberlike(text):
        clause |= Q(case_no__startswith=text)
    if words := search.query(text, units or (), mark):
        clause |= Q(_holds("search" if units is None else MarkedWords(), words))
    return rows.filter(clause)


def _holds(column: Any, words: str) -> Func:
    """Whether a column of words satisfies a tsquery of ours (which to_tsquery would take apart again)."""
    return Func(
        column,
        Value(words),
        arg_joiner=" @@ ",
        template="(%(expressions)s::tsquery)",
        output_field=BooleanField(),
    )


# paging ------------------------------------------------------------------------------------------------------------


def _place(page: int | str) -> tuple[int, tuple[datetime, UUID] | None]:
    """The number of a page (shallow), and the place it begins behind when it is a cursor (any depth)."""
    if isinstance(page, str) and not (page.isdecimal() and len(page) < 7):
        number, at, last = read_cursor(page)
        return number, (at, last)
    return max(1, min(int(page or 1), 50)), None


def _newest(rows: QuerySet, page: int | str, size: int) -> tuple[list, int, str]:
    """One page of cases, newest first, with the cursor of the next page."""
    number, after = _place(page)
    rows = rows.order_by("-opened_at", "-id")
    if after:
        rows = rows.filter(Q(opened_at__lt=after[0]) | Q(opened_at=after[0], id__lt=after[1]))
    first = 0 if after else (number - 1) * size
    return _cut(list(rows[first : first + size + 1]), number, size)


def _cut(chosen: list, number: int, size: int) -> tuple[list, int, str]:
    if len(chosen) <= size:
        return chosen, number, ""
    last = chosen[size - 1]
    return chosen[:size], number, write_cursor(number + 1, last.opened_at, last.pk)


def write_cursor(number: int, at: datetime, last: UUID) -> str:
    """An opaque place in a list."""
    return "c" + base64.urlsafe_b64encode(json.dumps([number, at.isoformat(), str(last)]).encode()).decode()


def read_cursor(text: str) -> tuple[int, datetime, UUID]:
    """The place behind a cursor; Invalid for anything else."""
    try:
        number, at, last = json.loads(base64.urlsafe_b64decode(text[1:].encode()))
        return int(number), datetime.fromisoformat(at), UUID(last)
    except (ValueError, TypeError, binascii.Error, UnicodeError):
        raise Invalid([FieldProblem("page", "cursor", _("This page does not exist."))]) from None


_WALK = {"enable_bitmapscan": "off", "enable_seqscan": "off", "enable_sort": "off"}
_GATHER = {"enable_indexscan": "off", "enable_indexonlyscan": "off", "enable_seqscan": "off"}


@contextmanager
def _planned(settings: dict[str, str]) -> Iterator[None]:
    """Statements in here are planned anew, and so.

    The planner takes words for independent of units and of one another. ``_WALK``: from the newest case on, for what
    more than 1000 cases hold: a page is full after a short walk. ``_GATHER``: everything from the search index, for
    what may be rare: a walk would look at all cases of the unit.
    """
    wanted = {"plan_cache_mode": "force_custom_plan", **settings}
    told = ", ".join("set_config(%s, %s, true)" for _name in wanted)
    nested = connection.in_atomic_block
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"SELECT {told}", [part for pair in wanted.items() for part in pair])
        yield
        if not nested:  # they end with our transaction
            return
        usual = {name: "auto" if name == "plan_cache_mode" else "on" for name in wanted}
        cursor.execute(f"SELECT {told}", [part for pair in usual.items() for part in pair])


def _bounded(rows: QuerySet) -> tuple[int, bool]:
    """How many rows, counted to a bound."""
    count = rows.order_by()[: COUNT_TO + 1].count()
    return min(count, COUNT_TO), count > COUNT_TO


def filtered_cases(actor: Actor, filters: Filters) -> QuerySet[Case]:
    """Cases in scope by the same filters, whatever their state."""
    return match(_narrowed(actor, filters), filters.q)


def _narrowed(actor: Actor, filters: Filters) -> QuerySet[Case]:
    rows = light_cases().filter(visible(actor))
    for name in ("matter", "state", "channel", "organisation"):
        if value := getattr(filters, name):
            rows = rows.filter(**{name: value})
    if filters.done:
        rows = rows.filter(closed_at__isnull=False)
    elif filters.all:
        rows = rows.filter(closed_at=None, submitted_at__isnull=False)
    if filters.place:
        rows = rows.filter(division__startswith=filters.place.rstrip("0") or filters.place)
    if filters.light:
        rows = rows.filter(light_q(filters.light))
    since, until = period(filters)
    rows = rows.filter(opened_at__gte=since) if since else rows
    rows = rows.filter(opened_at__lt=until) if until else rows
    if filters.demo is not None:
        rows = rows.filter(demo=filters.demo)
    return rows


def _case_page(actor: Actor, filters: Filters, page: int | str, size: int) -> Page:
    rows = _narrowed(actor, filters)
    if search.cleaned(filters.q):
        total, more, chosen, number, cursor = _found_cases(actor, rows, filters, page, size)
    else:
        total, more = _bounded(rows)
        chosen, number, cursor = _newest(rows, page, size)
    now = clock.now()
    shown = tuple(
        TaskRow(None, (r := record(case, now=now)), "", "", r.due_at, r.light, None, False) for case in chosen
    )
    return Page(shown, number, size, total, more, cursor)


def _found_cases(
    actor: Actor, rows: QuerySet[Case], filters: Filters, page: int | str, size: int
) -> tuple[int, bool, list, int, str]:
    """What a search finds: gathered from its index while it is at most 1000 cases, else the newest of them."""
    units = [] if actor.kind == "citizen" else units_of(actor, *READING)
    mark = search.DONE if filters.done else search.OPEN if filters.all else ""
    number, after = _place(page)
    gathered = match(rows, filters.q, units, mark).order_by().values_list("opened_at", "id")[: COUNT_TO + 1]
    with _planned(_GATHER if units else {}):
        found, ids = _gather(gathered, after, (number - 1) * size, size + 1)
    if found > COUNT_TO:
        with _planned(_WALK):
            return COUNT_TO, True, *_newest(match(rows, filters.q), page, size)
    return found, False, *_cut(_newest_of(ids), number, size)


def _newest_of(ids: list[UUID]) -> list[ListedCase]:
    columns = ", ".join(CASE_COLUMNS)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {columns} FROM cases_case WHERE id = ANY(%s) ORDER BY opened_at DESC, id DESC",  # noqa: S608
            [ids],
        )
        return [listed_case(row) for row in cursor]


def _gather(
    rows: QuerySet, after: tuple[datetime, UUID] | None, first: int, size: int
) -> tuple[int, list[UUID]]:
    """How many (opened_at, id) there are, and the newest of them from ``first`` on or behind a place; one statement."""
    sql, params = rows.query.sql_with_params()
    behind = "WHERE (opened_at, id) < (%s, %s)" if after else ""
    with connection.cursor() as cursor:
        cursor.execute(
            f"WITH hit AS MATERIALIZED ({sql}) SELECT (SELECT count(*) FROM hit), "  # noqa: S608
            f"ARRAY(SELECT id FROM hit {behind} ORDER BY opened_at DESC, id DESC LIMIT %s OFFSET %s)",
            [*params, *(after or ()), size, 0 if after else first],
        )
        count, ids = cursor.fetchone()
    return count, ids


def search_cases(actor: Actor, text: str, *, size: int = 20, page: int | str = 1) -> Page:
    """Cases an actor may know of that match a text, newest first, open or finished."""
    if actor.kind == "anonymous":
        return Page((), 1, size, 0)
    return _case_page(actor, Filters(q=text), page, max(1, min(size, MOST_ROWS)))


def my_cases(
    actor: Actor,
    *,
    q: str = "",
    state: str = "",
    done: bool | None = None,
    waiting_for_me: bool = False,
    page: int | str = 1,
    size: int = 20,
) -> Page:
    """The applicant's own cases, newest first; children of bundles are shown inside their bundle.

    ``done`` True: closed ones, False: running ones. ``waiting_for_me``: drafts, corrections and promised items.
    """
    if actor.kind != "citizen":
        return Page((), 1, size, 0)
    rows = light_cases().filter(visible(actor), parent_id=None)
    rows = rows.filter(state=state) if state else rows.exclude(state="discarded")
    if done is not None:
        rows = rows.filter(closed_at__isnull=not done)
    if waiting_for_me:
        rows = rows.filter(finished=False, state__in=waiting_states())
    rows = match(rows, q) if q.strip() else rows
    chosen, number, cursor = _newest(rows, page, max(1, min(size, MOST_ROWS)))
    total, more = _bounded(rows)
    now = clock.now()
    return Page(tuple(record(case, now=now) for case in chosen), number, size, total, more, cursor)
