"""Work lists: open tasks in an actor's scope, and finished cases; with filters, search, keyset paging, bounded counts.

A page with its cases in one query, a bounded count in another, and the directory version. Names of natural persons are found only
complete, through the blind index; everything else by number prefix or two-character words.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from django.contrib.postgres.search import SearchQuery
from django.db import connection, transaction
from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext as _

from citybrain.hub.cases.data import Filters, Page, TaskRow
from citybrain.hub.cases.domain import search
from citybrain.hub.cases.domain.lights import light_at
from citybrain.hub.cases.models import Case, Task
from citybrain.hub.cases.queries.access import visible
from citybrain.hub.cases.queries.machines import machine_of, waiting_states
from citybrain.hub.cases.queries.reading import UNREAD
from citybrain.hub.cases.queries.records import light_cases, record
from citybrain.hub.identity import api as identity
from citybrain.kernel import clock
from citybrain.kernel.actor import Actor
from citybrain.kernel.errors import FieldProblem, Invalid, NotAllowed

FACTS = ("context", "limits")  # of the matter, for guards and forms
COUNT_TO = 1000
MOST_ROWS = 200
ROLE_WORDS = (
    "cases.receiver", "cases.reviewer", "cases.decider", "cases.issuer", "cases.deliverer", "cases.leader",
    "cases.hall_chief", "cases.city_leader",
)  # fmt: skip


def roles_of(actor: Actor) -> list[str]:
    """The case-role permissions an actor holds, other rooms' roles (packs) included."""
    return sorted(p for p in actor.permissions if p.startswith("cases.") and p not in _NOT_ROLES) or list(
        ROLE_WORDS
    )


_NOT_ROLES = {"cases.work", "cases.read", "cases.assign", "cases.export", "cases.migrate", "cases.apply"}


def tasks_in_scope(actor: Actor) -> QuerySet[Task]:
    """Open tasks the actor could act on: role by role within the role's scope."""
    rows = Task.objects.filter(closed_at=None)
    if actor.kind == "system":
        return rows
    by_scope: dict[Any, list[str]] = {}
    for role in roles_of(actor):
        if found := identity.scope(actor, role):
            by_scope.setdefault(found, []).append(role)
    clause = Q(pk__in=[])
    for found, roles in by_scope.items():
        clause |= Q(role__in=roles) & identity.scope_q(found, "organisation", "matter")
    return rows.filter(clause)


def worklist(actor: Actor, filters: Filters | None = None, page: int | str = 1, size: int = 20) -> Page:
    """A page of the actor's work (or, with ``done``, of finished cases). ``page`` is a number or a ``next`` cursor.

    NotAllowed for citizens. Counts are bounded: beyond 1000 the page says "more than".
    """
    if actor.kind not in ("official", "system") or not (actor.may("cases.work") or actor.may("cases.read")):
        raise NotAllowed(_("Work lists are for officials."))
    filters = filters or Filters()
    size = max(1, min(int(size), MOST_ROWS))
    if filters.done or filters.all:
        return _case_page(actor, filters, page, size)
    rows = filtered_tasks(actor, filters)
    order = {"opened": ("opened_at", "id"), "-opened": ("-opened_at", "-id")}.get(
        filters.sort, ("sort_at", "id")
    )
    chosen, number, cursor = _slice(_with_cases(rows), order, page, size)
    total, more = _bounded(rows)
    return Page(tuple(_task_rows(actor, chosen)), number, size, total, more, cursor)


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
    columns = ("case_id", "case__matter_name", "case__title", "case__case_no", "case__subject_label", "case__state",
               "case__machine_id", "due_at", "yellow_at", "paused")  # fmt: skip
    rows = filtered_tasks(actor, filters).order_by("sort_at", "id").values_list(*columns)[:size]
    now = clock.now()
    return [
        SideRow(pk, name or {"zh": title or number or str(pk)[-12:]}, label, _state_name(machine, state),
                light_at(now, due, yellow, paused), due)
        for pk, name, title, number, label, state, machine, due, yellow, paused in rows
    ]  # fmt: skip


def _state_name(machine_id: UUID, key: str) -> dict[str, str]:
    state = machine_of(machine_id).states.get(key)
    return state.name.as_dict() if state else {"zh": key}


def filtered_tasks(actor: Actor, filters: Filters) -> QuerySet[Task]:
    """The tasks a work list shows, unordered."""
    rows = tasks_in_scope(actor)
    for name in ("matter", "state", "channel", "organisation"):
        if value := getattr(filters, name):
            rows = rows.filter(**{name: value})
    if filters.role:
        rows = rows.filter(role=filters.role if "." in filters.role else f"cases.{filters.role}")
    if filters.place:
        rows = rows.filter(division__startswith=filters.place.rstrip("0") or filters.place)
    if filters.mine:
        rows = rows.filter(taken_by=actor.account_id)
    if filters.untaken:
        rows = rows.filter(taken_by=None)
    if filters.light:
        rows = rows.filter(light_q(filters.light))
    since, until = period(filters)
    rows = rows.filter(opened_at__gte=since) if since else rows
    rows = rows.filter(opened_at__lt=until) if until else rows
    if filters.demo is not None:
        rows = rows.filter(case__demo=filters.demo)
    if filters.q.strip():
        rows = match(rows, filters.q, "case__")
    return rows


def light_q(light: str, now: datetime | None = None) -> Q:
    """A light as a condition on due_at, yellow_at, paused."""
    now = now or clock.now()
    return {
        "red": Q(due_at__lt=now, paused=False),
        "yellow": Q(yellow_at__lte=now, due_at__gte=now, paused=False),
        "green": Q(yellow_at__gt=now, due_at__gte=now, paused=False),
        "paused": Q(paused=True, due_at__isnull=False),
    }.get(light, Q())


def period(filters: Filters) -> tuple[datetime | None, datetime | None]:
    """since/until as instants; dates are whole days of the city, ``until`` included."""
    since = _instant(filters.since, "since")
    until = _instant(filters.until, "until")
    return since, until + timedelta(days=1) if until else None


def _instant(value: Any, name: str) -> datetime | None:
    if not value:
        return None
    if isinstance(value, datetime):
        return value
    try:
        day = value if isinstance(value, date) else date.fromisoformat(str(value))
    except ValueError:
        raise Invalid([FieldProblem(name, "date", _("Write the date like 2026-11-23."))]) from None
    return datetime.combine(day, time(0), clock.CITY_ZONE)


# search ------------------------------------------------------------------------------------------------------------


def match(rows: QuerySet, text: str, prefix: str = "") -> QuerySet:
    """Cases (or with ``prefix`` rows that point to one) that match. A case number by prefix; a person's name or
    identity number only complete, through its blind index; else words."""
    text = text.replace("\x00", "").strip()[:100]
    if not text:
        return rows
    clause = Q(**{f"{prefix}subject_name_index": text}) | Q(**{f"{prefix}subject_number_index": text})
    if text.isascii() and len(text) >= 4:
        clause |= Q(**{f"{prefix}case_no__startswith": text})
    if words := search.query(text):
        clause |= Q(**{f"{prefix}search": SearchQuery(words, search_type="raw", config="simple")})
    return rows.filter(clause)


# paging ------------------------------------------------------------------------------------------------------------


def _slice(rows: QuerySet, order: tuple[str, str], page: int | str, size: int) -> tuple[list, int, str]:
    """One page by number (shallow) or by keyset cursor (any depth), with the cursor of the next page."""
    column, key = (name.lstrip("-") for name in order)
    down = order[0].startswith("-")
    number = 1
    rows = rows.order_by(*order)
    if isinstance(page, str) and not (page.isdecimal() and len(page) < 7):
        number, at, last = read_cursor(page)
        side = "lt" if down else "gt"
        rows = rows.filter(Q(**{f"{column}__{side}": at}) | Q(**{column: at, f"{key}__{side}": last}))
        chosen = list(rows[: size + 1])
    else:
        number = max(1, min(int(page or 1), 50))
        chosen = list(rows[(number - 1) * size : number * size + 1])
    cursor = ""
    if len(chosen) > size:
        chosen = chosen[:size]
        cursor = write_cursor(number + 1, getattr(chosen[-1], column), chosen[-1].pk)
    return chosen, number, cursor


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


@contextmanager
def _by_date(wanted: bool) -> Iterator[None]:
    """Find a page by walking from the newest case on. For words that more than 1000 cases hold: a page is full after
    a short walk, while the planner, which guesses that several words together are rare, would sort them all."""
    if not wanted:
        yield
        return
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "SET LOCAL enable_bitmapscan = off; SET LOCAL enable_seqscan = off; SET LOCAL enable_sort = off"
        )
        yield
        cursor.execute(
            "SET LOCAL enable_bitmapscan = on; SET LOCAL enable_seqscan = on; SET LOCAL enable_sort = on"
        )


def _bounded(rows: QuerySet) -> tuple[int, bool]:
    """How many rows, counted to a bound."""
    count = rows.order_by()[: COUNT_TO + 1].count()
    return min(count, COUNT_TO), count > COUNT_TO


# rows --------------------------------------------------------------------------------------------------------------


def _with_cases(tasks: QuerySet[Task]) -> QuerySet[Task]:
    """Each task with its case, in the same query; without the case's facts, which no list shows."""
    unread = ("branch_name", "opinion", *(f"case__{name}" for name in (*UNREAD, *FACTS)))
    return tasks.select_related("case").defer(*unread)


def _task_rows(actor: Actor, tasks: list[Task]) -> Iterable[TaskRow]:
    now = clock.now()
    for task in tasks:
        task.case.context = {}
        yield TaskRow(
            task.pk, record(task.case, now=now), task.role, task.branch, task.due_at,
            light_at(now, task.due_at, task.yellow_at, task.paused), task.taken_by,
            task.taken_by is not None and task.taken_by == actor.account_id,
        )  # fmt: skip


def filtered_cases(actor: Actor, filters: Filters) -> QuerySet[Case]:
    """Cases in scope by the same filters, whatever their state."""
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
    return match(rows, filters.q) if filters.q.strip() else rows


def _case_page(actor: Actor, filters: Filters, page: int | str, size: int) -> Page:
    rows = filtered_cases(actor, filters)
    total, more = _bounded(rows)
    with _by_date(bool(filters.q.strip()) and more):
        chosen, number, cursor = _slice(rows, ("-opened_at", "-id"), page, size)
    now = clock.now()
    shown = tuple(
        TaskRow(None, (r := record(case, now=now)), "", "", r.due_at, r.light, None, False) for case in chosen
    )
    return Page(shown, number, size, total, more, cursor)


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
    chosen, number, cursor = _slice(rows, ("-opened_at", "-id"), page, max(1, min(size, MOST_ROWS)))
    total, more = _bounded(rows)
    now = clock.now()
    return Page(tuple(record(case, now=now) for case in chosen), number, size, total, more, cursor)


def counts(actor: Actor, filters: Filters | None = None) -> dict[str, int]:
    """How much open work the actor has: total, mine, untaken, red, yellow, green, paused. One query, bounded by scope."""
    now = clock.now()
    rows = filtered_tasks(actor, filters or Filters())
    found = rows.aggregate(
        n_total=Count("id"), n_mine=Count("id", filter=Q(taken_by=actor.account_id)),
        n_untaken=Count("id", filter=Q(taken_by=None)),
        **{f"n_{name}": Count("id", filter=light_q(name, now)) for name in ("red", "yellow", "green", "paused")},
    )  # fmt: skip
    return {name[2:]: count for name, count in found.items()}
