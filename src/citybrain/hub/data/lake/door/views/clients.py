"""Stewards' page: engines attached to the lake; attach one (its secret is shown once), shut one out."""

import re
from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID

from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from citybrain.hub.data.lake.door.actions.clients import create_client, disable_client
from citybrain.hub.data.lake.door.domain.grants import GRADES, LakeGrant, Rights
from citybrain.hub.data.lake.door.permissions import ATTACH
from citybrain.hub.data.models import LakeClient, Resource
from citybrain.hub.data.permissions import UNMASK
from citybrain.hub.data.views.asked import asked
from citybrain.hub.identity import api as identity
from citybrain.kernel import clock
from citybrain.kernel.actor import Actor
from citybrain.kernel.errors import FieldProblem, NotFound
from citybrain.kernel.guard import guard

PAGE = 25
LONGEST = timedelta(days=366)
STATES = ("live", "expired", "disabled")
LINE = re.compile(r"([a-z][a-z0-9]*)\.(\*|[a-z][a-z0-9_]*)\s+(read|write)")
FIELDS = ("name", "organisation", "purpose", "grade", "expires_at")


def clients_of(actor: Actor) -> Any:
    """Clients of the units the actor is steward for."""
    return LakeClient.objects.filter(identity.scope_q(identity.scope(actor, ATTACH), "organisation"))


@guard(ATTACH)
def clients(request: HttpRequest) -> HttpResponse:
    """Newest first; by words and state."""
    said = {name: asked(request.GET, name) for name in ("q", "state", "page")}
    found = clients_of(request.actor)  # type: ignore[attr-defined]
    if said["q"]:
        words = said["q"]
        found = found.filter(
            Q(name__icontains=words) | Q(organisation__icontains=words) | Q(purpose__icontains=words)
        )
    if said["state"] in STATES:
        found = found.filter(in_state(said["state"]))
    page = Paginator(found, PAGE).get_page(said["page"])
    rows = [
        (client, state_of(client), [g.says() for g in Rights.of(client.grants, "").grants]) for client in page
    ]
    return render(request, "data/lake/door/list.html", {"page": page, "clients": rows, "asked": said})


def in_state(word: str) -> Q:
    """The state as a filter."""
    now = clock.now()
    return {
        "live": Q(disabled_at=None, expires_at__gt=now),
        "expired": Q(disabled_at=None, expires_at__lte=now),
        "disabled": Q(disabled_at__isnull=False),
    }[word]


def state_of(client: LakeClient) -> str:
    """live, expired or disabled."""
    if client.disabled_at:
        return "disabled"
    return "live" if client.expires_at > clock.now() else "expired"


@guard(ATTACH)
def create(request: HttpRequest) -> HttpResponse:
    """The form; after sending it the secret, once."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    said = {name: asked(request.POST, name, 200) for name in FIELDS}
    said["grants"] = str(request.POST.get("grants", "")).replace("\0", "")[:4000]
    context = {"said": said, "problems": [], "namespaces": namespaces_of(actor), "grades": grades_of(actor)}
    if request.method != "POST":
        return render(request, "data/lake/door/new.html", context)
    problems, grants, until = checked(actor, said)
    if problems:
        errors = {problem.path: problem.message for problem in problems}
        return render(
            request,
            "data/lake/door/new.html",
            {**context, "problems": problems, "errors": errors},
            status=422,
        )
    client, secret = create_client(
        name=said["name"], organisation=said["organisation"], purpose=said["purpose"], grants=grants,
        grade=said["grade"], expires_at=until, by=actor,
    )  # fmt: skip
    address = request.build_absolute_uri("/data/iceberg")
    shown = {"client": client, "secret": secret, "address": address, "grants": [g.says() for g in grants]}
    return render(request, "data/lake/door/secret.html", shown)


def namespaces_of(actor: Actor) -> list[str]:
    """Namespaces all of whose tables belong to units the actor is steward for."""
    reach = identity.scope(actor, ATTACH)
    owners: dict[str, set[str]] = {}
    for key, owner in Resource.objects.filter(kind="lake").values_list("key", "owner"):
        owners.setdefault(key.partition(".")[0], set()).add(owner)
    everywhere = any(part.organisations is identity.ALL for part in reach.parts)
    return sorted(
        name
        for name, units in owners.items()
        if everywhere or all(unit and reach.allows(unit) for unit in units)
    )


def grades_of(actor: Actor) -> list[str]:
    """Grades the actor may hand out: L3 holds personal data in full, so only who may unmask gives it on."""
    return [grade for grade in GRADES if grade < "L3" or actor.may(UNMASK)]


def checked(actor: Actor, said: dict[str, str]) -> tuple[list[FieldProblem], list[LakeGrant], datetime]:
    """Problems of the form, the grants, the end of the last day."""
    problems = [
        FieldProblem(name, "required", _("Please fill this in."))
        for name in ("name", "purpose")
        if not said[name]
    ]
    if not said["organisation"] or not identity.scope(actor, ATTACH).allows(said["organisation"]):
        problems.append(FieldProblem("organisation", "organisation", _("Name a unit you are steward for.")))
    if said["grade"] not in grades_of(actor):
        problems.append(FieldProblem("grade", "grade", _("Choose one of the grades.")))
    until = last_moment(said["expires_at"])
    if until is None or not clock.now() < until < clock.now() + LONGEST:
        problems.append(FieldProblem("expires_at", "date", _("Choose a day within the next twelve months.")))
    grants = [grant for line in said["grants"].splitlines() if line.strip() for grant in grants_in(line)]
    allowed = set(namespaces_of(actor))
    wrong = [line.strip() for line in said["grants"].splitlines() if line.strip() and not grants_in(line)]
    wrong += [grant.says() for grant in grants if grant.namespace not in allowed]
    if wrong or not grants:
        text = _("Not understood or not yours to give: %(lines)s") % {"lines": "; ".join(wrong)[:200] or "—"}
        problems.append(FieldProblem("grants", "grants", text))
    return problems, grants, until or clock.now()


def grants_in(line: str) -> list[LakeGrant]:
    """The grant of a line like ``gaj.* read``; none when it is not understood."""
    found = LINE.fullmatch(line.strip())
    if found is None:
        return []
    return [LakeGrant(found[1], "" if found[2] == "*" else found[2], found[3] == "write")]


def last_moment(day: str) -> datetime | None:
    """The end of a day in the city's time."""
    try:
        found = parse_date(day)
    except ValueError:
        return None
    return timezone.make_aware(datetime.combine(found, time.max)) if found else None


@guard(ATTACH)
@require_POST
def disable(request: HttpRequest, client_id: UUID) -> HttpResponse:
    """Shut out; 404 for clients of other units."""
    if not clients_of(request.actor).filter(pk=client_id).exists():  # type: ignore[attr-defined]
        raise NotFound("no such client / 没有这个客户端")
    disable_client(client_id, by=request.actor)  # type: ignore[attr-defined]
    return redirect("data:lake_clients")
