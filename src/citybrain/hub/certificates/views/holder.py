"""The holder's pages: wallet, one certificate, its file, showing it."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST, require_safe

from citybrain.hub.certificates.actions.use import log_use, make_show_code
from citybrain.hub.certificates.data import OPERATIONS
from citybrain.hub.certificates.domain import states
from citybrain.hub.certificates.models import CertificateUse
from citybrain.hub.certificates.permissions import MANAGE
from citybrain.hub.certificates.queries.files import pdf_for
from citybrain.hub.certificates.queries.records import certificate_row, record_of, wallet
from citybrain.hub.certificates.rendering.compose import public_origin, square_code
from citybrain.hub.identity import api as identity
from citybrain.kernel.guard import SIGNED_IN, actor_of, guard


@guard(SIGNED_IN)
@never_cache
@require_safe
def wallet_page(request: HttpRequest) -> HttpResponse:
    """All certificates of whom one acts for."""
    records = wallet(actor_of(request))
    groups = {"usable": [r for r in records if r.usable], "ended": [r for r in records if not r.usable]}
    return render(request, "certificates/wallet.html", groups)


@guard(SIGNED_IN)
@never_cache
@require_safe
def detail(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One certificate for its holder or an official in scope; an official's look is logged."""
    actor = actor_of(request)
    row = certificate_row(actor, pk)
    if actor.kind == "official":
        log_use(row, CertificateUse.Kind.OPEN, by=actor, purpose="open")
    manages = identity.may(actor, MANAGE, organisation=row.issuer_org, matter=row.matter)
    history = [
        {"title": OPERATIONS.get(h.operation, OPERATIONS["07"]), "at": h.at, "body": h.reason}
        for h in row.history.all()
    ]
    uses = row.uses.order_by("-at")[:20]
    context = {
        "record": record_of(row), "history": history, "uses": uses, "official": actor.kind == "official",
        "acts": states.possible(row.state) if manages and actor.kind == "official" else [],
    }  # fmt: skip
    return render(request, "certificates/detail.html", context)


@guard(SIGNED_IN)
@never_cache
@require_GET
def file(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The sealed PDF as a download."""
    found = pdf_for(actor_of(request), pk)
    response = HttpResponse(found.content, content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="{found.name}"'
    response["X-Content-Type-Options"] = "nosniff"
    return response


@guard(SIGNED_IN)
@never_cache
@require_POST
def show(request: HttpRequest, pk: UUID) -> HttpResponse:
    """A fresh one-time code as a square code, with its end."""
    actor = actor_of(request)
    code, until = make_show_code(actor, pk)
    address = public_origin() + reverse("certificates:shown", args=[code])
    record = record_of(certificate_row(actor, pk))
    return render(
        request,
        "certificates/show.html",
        {"record": record, "until": until, "qr": square_code(address), "address": address},
    )
