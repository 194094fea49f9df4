"""Pages of the issuing unit: what it issued, and ending or suspending it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from citybrain.hub.certificates.actions import change_state
from citybrain.hub.certificates.data import STATES
from citybrain.hub.certificates.permissions import MANAGE, VIEW
from citybrain.hub.certificates.queries.records import certificate_row, reachable, record_of
from citybrain.hub.certificates.queries.types import types
from citybrain.hub.identity import api as identity
from citybrain.kernel.errors import NotFound
from citybrain.kernel.guard import actor_of, guard

PER_PAGE = 30


@guard(VIEW)
@never_cache
@require_safe
def issued(request: HttpRequest) -> HttpResponse:
    """Certificates of the units in one's scope, by number, holder's number, type and state."""
    rows = reachable(actor_of(request)).order_by("-issued_at")
    asked = {name: request.GET.get(name, "").strip()[:80] for name in ("q", "type", "state")}
    if asked["q"]:
        rows = rows.filter(
            Q(number=asked["q"]) | Q(identifier=asked["q"]) | Q(holder_id_number_index=asked["q"])
        )
    if asked["type"]:
        rows = rows.filter(type_key=asked["type"])
    if asked["state"] in STATES:
        rows = rows.filter(state=asked["state"])
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "records": [record_of(row, masked=True) for row in page], "asked": asked, "types": types(), "states": STATES,
        "page": {"number": page.number, "pages": page.paginator.num_pages, "total": page.paginator.count},
    }  # fmt: skip
    return render(request, "certificates/issued.html", context)


@guard(MANAGE)
@require_POST
def end(request: HttpRequest, pk: UUID, act: str) -> HttpResponse:
    """Suspend, resume, revoke, withdraw or cancel, with a reason."""
    actor = actor_of(request)
    row = certificate_row(actor, pk)
    identity.require(
        actor, MANAGE, organisation=row.issuer_org, matter=row.matter, obj=f"certificate:{row.id}"
    )
    acts: dict[str, Callable[..., object]] = {
        "suspend": change_state.suspend, "resume": change_state.resume, "revoke": change_state.revoke,
        "withdraw": _withdraw, "cancel": change_state.cancel,
    }  # fmt: skip
    if act not in acts:
        raise NotFound(_("There is no such act."))
    reason, basis = request.POST.get("reason", "")[:1000], request.POST.get("basis", "")[:500]
    acts[act](row.id, by=actor, reason=reason, basis=basis)
    messages.success(request, _("Done. The holder's wallet and the verification page show it now."))
    return redirect("certificates:detail", pk=row.id)


def _withdraw(pk: UUID, **facts: Any) -> object:
    return change_state.revoke(pk, withdrawn=True, **facts)
