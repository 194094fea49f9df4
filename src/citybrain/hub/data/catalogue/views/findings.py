"""The content scanner on screen: start it for a table, confirm or refuse what it found."""

from uuid import UUID

from django.contrib import messages as flash
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from citybrain.hub.data.catalogue.actions.suggestions import confirm_suggestion, refuse_suggestion
from citybrain.hub.data.catalogue.domain.detectors import by_kind
from citybrain.hub.data.catalogue.domain.form import MASKS
from citybrain.hub.data.catalogue.permissions import CATALOGUE
from citybrain.hub.data.catalogue.queries.access import require_describe, resource_for, suggestions_for
from citybrain.hub.data.catalogue.views.fields import both
from citybrain.hub.data.jobs.actions import begin_job
from citybrain.hub.data.models import Item, Suggestion
from citybrain.hub.data.views.asked import asked
from citybrain.kernel.errors import Conflict, Invalid, NotFound
from citybrain.kernel.guard import guard
from citybrain.kernel.text import say

PAGE = 20
STATES = ("open", "confirmed", "refused")


@guard(CATALOGUE)
def suggestions(request: HttpRequest) -> HttpResponse:
    """Findings in tables of the actor's units, by state and resource."""
    said = {name: asked(request.GET, name, 120) for name in ("state", "resource", "kind", "page")}
    said["state"] = said["state"] if said["state"] in STATES else "open"
    rows = suggestions_for(request.actor).filter(state=said["state"])
    for name in ("resource", "kind"):
        rows = rows.filter(**{name: said[name]}) if said[name] else rows
    page = Paginator(rows.order_by("-grade", "resource", "item"), PAGE).get_page(said["page"])
    keys = suggestions_for(request.actor).values_list("resource_id", "resource__title").distinct()
    context = {
        "page": page, "asked": said, "kinds": by_kind(), "masks": MASKS, "items": item_titles(page.object_list),
        "resources": [(key, say(title)) for key, title in keys.order_by("resource_id")],
    }  # fmt: skip
    return render(request, "data/catalogue/findings.html", context)


def item_titles(rows: list[Suggestion]) -> dict[tuple[str, str], Item]:
    """(resource, item) → the item as it is described now."""
    found = Item.objects.filter(resource__in={row.resource_id for row in rows})
    return {(item.resource_id, item.name): item for item in found}


@guard(CATALOGUE)
@require_POST
def decide(request: HttpRequest, suggestion_id: UUID) -> HttpResponse:
    """Confirm or refuse one finding."""
    row = suggestions_for(request.actor).filter(pk=suggestion_id).first()
    if row is None:
        raise NotFound("no such finding / 没有这条建议")
    try:
        if asked(request.POST, "wish") == "confirm":
            confirm_suggestion(row.pk, by=request.actor)
            flash.success(request, _("Confirmed: the item's grade and mask follow the finding."))
        else:
            refuse_suggestion(row.pk, reason=asked(request.POST, "reason", 300), by=request.actor)
            flash.success(request, _("Refused; the scanner does not bring it again."))
    except (Invalid, Conflict) as error:
        flash.warning(request, both(str(error)))
    return redirect("data:suggestions")


@guard(CATALOGUE)
@require_POST
def scan(request: HttpRequest, key: str) -> HttpResponse:
    """Start a scan of a table."""
    row = resource_for(request.actor, key)
    require_describe(request.actor, row)
    job = begin_job("catalogue_scan", by=request.actor, subject=key, organisation=row.owner, alone=True)
    flash.success(request, _("The scanner looks at a sample of rows; its findings wait for you here."))
    return redirect("data:job", job.pk) if request.actor.may("data.work") else redirect("data:suggestions")
