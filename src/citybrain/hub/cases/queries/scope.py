"""Which roles an actor holds where, for work lists: tasks in scope, and the units a search may be narrowed to."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet

from citybrain.hub.cases.models import Task
from citybrain.hub.identity import api as identity
from citybrain.kernel.actor import Actor

ROLE_WORDS = (
    "cases.receiver", "cases.reviewer", "cases.decider", "cases.issuer", "cases.deliverer", "cases.leader",
    "cases.hall_chief", "cases.city_leader",
)  # fmt: skip
_NOT_ROLES = {"cases.work", "cases.read", "cases.assign", "cases.export", "cases.migrate", "cases.apply"}
MOST_UNITS = 60  # beyond that naming the units in a search costs more than it spares


def roles_of(actor: Actor) -> list[str]:
    """The case-role permissions an actor holds, other rooms' roles (packs) included."""
    return sorted(p for p in actor.permissions if p.startswith("cases.") and p not in _NOT_ROLES) or list(
        ROLE_WORDS
    )


def roles_by_scope(actor: Actor) -> dict[Any, list[str]]:
    """The actor's roles, gathered by the scope they are held in."""
    found: dict[Any, list[str]] = {}
    for role in roles_of(actor):
        if scope := identity.scope(actor, role):
            found.setdefault(scope, []).append(role)
    return found


def tasks_in_scope(actor: Actor) -> QuerySet[Task]:
    """Open tasks the actor could act on: role by role within the role's scope."""
    rows = Task.objects.filter(closed_at=None)
    if actor.kind == "system":
        return rows
    clause = Q(pk__in=[])
    for found, roles in roles_by_scope(actor).items():
        clause |= Q(role__in=roles) & identity.scope_q(found, "organisation", "matter")
    return rows.filter(clause)


def units_of(actor: Actor, *permissions: str) -> list[str]:
    """All units in which the actor holds any of these permissions (default: the case roles); [] when they are
    everywhere or very many, so that a search is not narrowed."""
    if actor.kind == "system":
        return []
    scopes = (
        [identity.scope(actor, word) for word in permissions] if permissions else list(roles_by_scope(actor))
    )
    units: set[str] = set()
    for part in (part for scope in scopes for part in scope.parts):
        if not isinstance(part.organisations, frozenset):  # ALL
            return []
        units |= part.organisations
    return sorted(units) if len(units) <= MOST_UNITS else []
