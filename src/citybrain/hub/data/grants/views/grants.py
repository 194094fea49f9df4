"""Grants on screen: what a unit may use or lets others use, how much is used, how to call, and ending it."""

from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from citybrain.hub.data.grants.actions.end_grant import resume_grant, revoke_grant, suspend_grant
from citybrain.hub.data.grants.domain.examples import examples
from citybrain.hub.data.grants.permissions import GRANTS, KEYS
from citybrain.hub.data.grants.queries.reach import grant_for, grants_for, kept_grant
from citybrain.hub.data.grants.queries.usage import usage, used_today
from citybrain.hub.data.grants.views.words import unit_name
from citybrain.hub.data.models import Grant, ShareLog
from citybrain.hub.data.views.asked import asked
from citybrain.hub.identity import api as identity
from citybrain.kernel import clock
from citybrain.kernel.actor import Actor
from citybrain.kernel.errors import Conflict, Invalid
from citybrain.kernel.guard import guard

PAGE, LOG_PAGE = 20, 50
STATES = ("active", "suspended", "expired", "revoked")
STEPS = {"suspend": suspend_grant, "resume": resume_grant, "revoke": revoke_grant}


@guard(KEYS)
def grants(request: HttpRequest) -> HttpResponse:
    """Newest first, by state; searched by resource, purpose and unit."""
    said = {name: asked(request.GET, name) for name in ("q", "state", "page")}
    rows = searched(grants_for(request.actor), said["q"])
    if said["state"] in STATES:
        rows = rows.filter(state=said["state"])
    page = Paginator(rows.order_by("-issued_at", "pk"), PAGE).get_page(said["page"])
    today = used_today([row.pk for row in page])
    listed = [(row, unit_name(row.consumer), today.get(row.pk, 0)) for row in page]
    return render(
        request, "data/grants/list.html", {"page": page, "listed": listed, "asked": said, "states": STATES}
    )


def searched(rows: QuerySet[Grant], q: str) -> QuerySet[Grant]:
    """Rows in which the words occur."""
    if not q:
        return rows
    units = [unit.code for unit in identity.search_organisations(q)][:200]
    return rows.filter(
        Q(resource__key__icontains=q) | Q(resource__title__icontains=q) | Q(purpose__icontains=q)
        | Q(purpose_code__icontains=q) | Q(consumer__in=units)
    )  # fmt: skip


@guard(KEYS)
def grant(request: HttpRequest, id: UUID) -> HttpResponse:
    """One grant: what, for what, until when, how much is used, how to call it."""
    row = grant_for(request.actor, id)
    return render(request, "data/grants/detail.html", about(request, row))


def about(request: HttpRequest, row: Grant) -> dict:
    """Everything the page of a grant shows."""
    items = {item.name: item for item in row.resource.items.all()}
    days = usage(row.pk)
    return {
        "grant": row, "consumer": unit_name(row.consumer), "provider": unit_name(row.resource.owner),
        "items": [(items[name], name in row.masked) for name in row.items if name in items],
        "days": days, "today": days[-1].used, "calls": sum(day.calls for day in days),
        "examples": own_examples(request, row), "exchanges": list(row.exchanges.all()),
        "keeps": keeps(request.actor, row), "left": (row.expires_on - clock.today()).days,
    }  # fmt: skip


def keeps(actor: Actor, row: Grant) -> bool:
    """Whether the actor may end the grant."""
    return identity.may(actor, GRANTS, organisation=row.resource.owner)


def own_examples(request: HttpRequest, row: Grant) -> dict[str, str]:
    """How to call, for those who call."""
    if row.consumer != request.actor.organisation and not keeps(request.actor, row):
        return {}
    return examples(
        server=f"{request.scheme}://{request.get_host()}", resource=row.resource_id, grant=str(row.pk),
        purpose=row.purpose_word, ways=tuple(row.ways), item=row.items[0],
    )  # fmt: skip


@guard(GRANTS)
@require_POST
def end(request: HttpRequest, id: UUID, verb: str) -> HttpResponse:
    """Suspend, resume or revoke, with the reason."""
    row = kept_grant(request.actor, id)
    try:
        STEPS[verb](row.pk, reason=asked(request.POST, "reason", 400), by=request.actor)
    except (Invalid, Conflict) as error:
        problems = error.problems if isinstance(error, Invalid) else [error.message]
        return render(
            request,
            "data/grants/detail.html",
            {**about(request, row), "problems": problems},
            status=error.status,
        )
    messages.success(request, _("Done. It holds for every call from now on."))
    return redirect("data:grant", id=id)


@guard(KEYS)
def log(request: HttpRequest, id: UUID) -> HttpResponse:
    """Who got what under a grant, newest first."""
    row = grant_for(request.actor, id)
    lines = ShareLog.objects.filter(grant_id=row.pk).order_by("-at", "pk")
    page = Paginator(lines, LOG_PAGE).get_page(asked(request.GET, "page"))
    return render(
        request, "data/grants/log.html", {"grant": row, "page": page, "consumer": unit_name(row.consumer)}
    )
