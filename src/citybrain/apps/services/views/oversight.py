"""What a unit leader sees: lights by department and matter, ratings and their rectification."""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from citybrain.apps.services.data import GRADES
from citybrain.apps.services.queries import ratings
from citybrain.apps.services.views.my import positive
from citybrain.hub.cases import api as cases
from citybrain.kernel.guard import guard

PAGE_SIZE = 30
SHOWS = ("all", "bad", "open", "late")


@guard("services.lights")
@require_GET
def lights(request: HttpRequest) -> HttpResponse:
    """Open cases by unit or matter and light; every number opens the work list behind it."""
    by = request.GET.get("by", "organisation")
    by = by if by in {"organisation", "matter", "place"} else "organisation"
    return render(
        request, "services/oversight/lights.html", {"table": cases.lights(request.actor, by=by), "by": by}
    )


@guard("services.ratings")
@require_GET
def rating_list(request: HttpRequest) -> HttpResponse:
    """Ratings of my unit with the rectification of bad ones."""
    show = request.GET.get("show", "all")
    show = show if show in SHOWS else "all"
    q = request.GET.get("q", "").strip()[:60]
    rows = ratings.filtered(request.actor, show=show, q=q)
    page = Paginator(rows, PAGE_SIZE).get_page(positive(request.GET.get("page")))
    return render(
        request,
        "services/oversight/ratings.html",
        {"page": page, "show": show, "q": q, "counts": ratings.counts(request.actor), "grades": GRADES},
    )
