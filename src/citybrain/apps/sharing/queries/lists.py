"""Requests, quality work and objections of an actor's units: filtered, newest first, by due date where one runs."""

from datetime import datetime
from typing import Any

from django.db.models import Count, Model, Q, QuerySet

from citybrain.apps.sharing.models import DataRequest, ObjectionCase, QualityWork
from citybrain.apps.sharing.queries.units import seen
from citybrain.hub.cases import api as cases
from citybrain.kernel import clock
from citybrain.kernel.actor import Actor
from citybrain.kernel.errors import NotFound

WAITING_FOR_PROVIDER = ("provider", "source_check", "working")
WAITING_FOR_CONSUMER = ("draft", "supplement", "refused")
WAITING_FOR_AUTHORITY = ("checking", "escalated", "dispute", "raised", "review", "exempting")
COLUMNS: dict[type[Model], tuple[str, ...]] = {
    DataRequest: ("consumer", "provider"), QualityWork: ("provider",), ObjectionCase: ("provider", "consumer"),
}  # fmt: skip


def rows_of(actor: Actor, table: Any) -> QuerySet[Any]:
    """Rows in which one of the actor's units is a party."""
    return table.objects.filter(seen(actor, *COLUMNS[table]))


def row_for(actor: Actor, table: Any, row_id: object) -> Any:
    """The only way to one row; NotFound for those of other units."""
    found = rows_of(actor, table).filter(pk=row_id).first()
    if found is None:
        raise NotFound("there is no such entry, or it is not yours to see / 没有这条记录，或您无权查看")
    return found


def narrowed(rows: QuerySet[Any], said: dict[str, str]) -> QuerySet[Any]:
    """By words (number, resource, title), state and light."""
    q = said.get("q", "")
    if q:
        rows = rows.filter(
            Q(case_no__startswith=q) | Q(resource__icontains=q) | Q(resource_title__zh__icontains=q)
        )
    if said.get("state"):
        rows = rows.filter(state=said["state"])
    if said.get("light") == "red":
        rows = rows.filter(due_at__lt=clock.now())
    return rows


def states(actor: Actor, table: Any) -> list[tuple[str, dict[str, str], int]]:
    """(state, its name, how many), most first."""
    found = rows_of(actor, table).values("state", "state_name").annotate(n=Count("id")).order_by("-n")
    merged: dict[str, tuple[dict[str, str], int]] = {}
    for row in found:
        name, n = merged.get(row["state"], (row["state_name"], 0))
        merged[row["state"]] = (name, n + row["n"])
    return [(state, name, n) for state, (name, n) in merged.items()]


def waiting(actor: Actor, limit: int = 8) -> list[tuple[str, Any]]:
    """What waits for the actor's units, most urgent first: (kind, row)."""
    units = {"provider": WAITING_FOR_PROVIDER, "consumer": WAITING_FOR_CONSUMER}
    found: list[tuple[str, Any]] = []
    for table, kind in ((DataRequest, "request"), (QualityWork, "quality"), (ObjectionCase, "objection")):
        clause = Q(pk__in=[])
        for column, waits in units.items():
            if column in COLUMNS[table]:
                clause |= seen(actor, column) & Q(state__in=waits)
        if actor.may("cases.data_authority") or actor.may("cases.data_chief"):
            clause |= Q(state__in=WAITING_FOR_AUTHORITY)
        found += [(kind, row) for row in table.objects.filter(clause).order_by("due_at")[:limit]]
    far = datetime.max.replace(tzinfo=clock.now().tzinfo)
    return sorted(found, key=lambda pair: pair[1].due_at or far)[:limit]


def light(due_at: datetime | None) -> str:
    """Colour of a due date on the bench: red when past, green else, none without one."""
    if due_at is None:
        return ""
    return "red" if due_at < clock.now() else "green"


def case_view(actor: Actor, case_id: Any) -> cases.CaseView:
    """The case behind a row, through its own door."""
    return cases.case_for(actor, case_id)
