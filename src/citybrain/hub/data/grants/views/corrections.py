"""Corrections a unit has to take over from the source, and their receipts."""

from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from citybrain.hub.data.grants.actions.corrections import OUTCOMES, confirm_correction
from citybrain.hub.data.grants.permissions import KEYS
from citybrain.hub.data.grants.queries.reach import notices_for
from citybrain.hub.data.grants.views.words import unit_name
from citybrain.hub.data.views.asked import asked
from citybrain.kernel import clock
from citybrain.kernel.errors import NotFound
from citybrain.kernel.guard import guard

PAGE = 25


@guard(KEYS)
def corrections(request: HttpRequest) -> HttpResponse:
    """Open ones first come due, or all, newest first."""
    said = {name: asked(request.GET, name) for name in ("state", "page")}
    rows = notices_for(request.actor)
    rows = (
        rows.order_by("-made_at")
        if said["state"] == "all"
        else rows.filter(confirmed_at=None).order_by("due_at")
    )
    page = Paginator(rows, PAGE).get_page(said["page"])
    listed = [(row, unit_name(row.consumer)) for row in page]
    context = {
        "page": page,
        "listed": listed,
        "asked": said,
        "now": clock.now(),
        "own": request.actor.organisation,
    }
    return render(request, "data/grants/corrections.html", context)


@guard(KEYS)
@require_POST
def confirm(request: HttpRequest, id: UUID) -> HttpResponse:
    """The unit's receipt by hand."""
    row = notices_for(request.actor).filter(pk=id, consumer=request.actor.organisation).first()
    if row is None:
        raise NotFound(_("There is no such notice."))
    outcome = asked(request.POST, "outcome")
    if outcome in OUTCOMES:
        confirm_correction(row.pk, consumer=row.consumer, outcome=outcome, by=request.actor)
        messages.success(request, _("The receipt was sent."))
    return redirect("data:corrections")
