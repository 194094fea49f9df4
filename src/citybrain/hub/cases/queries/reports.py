"""Figures over cases for leaders: lights by unit, matter or place; the latest steps. Bounded, in scope, impersonal."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import Count, Q
from django.db.models.functions import Substr

from citybrain.hub.cases.models import Case, Transition
from citybrain.hub.cases.queries.access import visible
from citybrain.hub.cases.queries.machines import machine_of
from citybrain.hub.cases.queries.worklists import light_q
from citybrain.hub.identity import api as identity
from citybrain.hub.places import api as places
from citybrain.kernel import clock
from citybrain.kernel.actor import Actor
from citybrain.kernel.errors import NotFound

MOST_GROUPS = 200
LIGHTS = ("green", "yellow", "red", "paused")
BY = {"organisation": "organisation", "matter": "matter", "place": "county"}


def lights(actor: Actor, *, by: str = "organisation") -> list[dict[str, Any]]:
    """Open cases by ``organisation``, ``matter`` or ``place`` (county), most red first.

    Rows: key, name {zh, en}, green, yellow, red, paused, none, total. At most 200, within the actor's scope.
    """
    now, column = clock.now(), BY.get(by, "organisation")
    rows = Case.objects.filter(visible(actor), finished=False, closed_at=None, submitted_at__isnull=False)
    if column == "county":
        rows = rows.annotate(county=Substr("division", 1, 6))
    groups = rows.values(column).annotate(
        n_total=Count("id"), n_none=Count("id", filter=Q(due_at__isnull=True)),
        **{f"n_{name}": Count("id", filter=light_q(name, now)) for name in LIGHTS},
    )  # fmt: skip
    found = list(groups.order_by("-n_red", "-n_yellow", "-n_total", column)[:MOST_GROUPS])
    names = _names(by, [row[column] for row in found])
    return [
        {"key": row[column], "name": names.get(row[column]) or {"zh": row[column], "en": row[column]}}
        | {k: row[f"n_{k}"] for k in (*LIGHTS, "none", "total")}
        for row in found
    ]


def _names(by: str, keys: list[str]) -> dict[str, dict[str, str]]:
    if by == "matter":
        rows = Case.objects.filter(matter__in=keys).order_by("matter").distinct("matter")
        return dict(rows.values_list("matter", "matter_name"))
    found: dict[str, dict[str, str]] = {}
    for key in keys:
        try:
            if by == "place":
                division = places.division(key.ljust(12, "0"))
                found[key] = {"zh": division.name, "en": division.name_en or division.name}
            else:
                found[key] = identity.organisation(key).name
        except NotFound:
            continue
    return found


def recent_transitions(limit: int = 20) -> list[tuple[datetime, dict, str, str, dict, dict]]:
    """The latest public steps: (at, matter name, organisation, division, action name, public state name), newest first.

    No personal data; for boards.
    """
    rows = (
        Transition.objects.filter(public=True)
        .select_related("case")
        .only(
            "at",
            "name",
            "to_state",
            "case__matter_name",
            "case__organisation",
            "case__division",
            "case__machine_id",
        )
        .order_by("-at", "-id")[: max(1, min(limit, 100))]
    )
    return [
        (
            r.at,
            r.case.matter_name,
            r.case.organisation,
            r.case.division,
            r.name,
            _state_name(r.case, r.to_state),
        )
        for r in rows
    ]


def _state_name(case: Case, key: str) -> dict[str, str]:
    state = machine_of(case.machine_id).states.get(key)
    return state.name.as_dict() if state else {"zh": key}
