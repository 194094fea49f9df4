"""Quality work and objections of my units: lists whose lines open their cases."""

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from citybrain.apps.sharing.models import ObjectionCase, QualityWork
from citybrain.apps.sharing.permissions import BENCH
from citybrain.apps.sharing.queries.lists import light, narrowed, rows_of, states
from citybrain.apps.sharing.queries.units import unit_name
from citybrain.apps.sharing.views.asked import asked
from citybrain.kernel.guard import guard

PAGE = 25


@guard(BENCH)
def quality(request: HttpRequest) -> HttpResponse:
    """Work on problem rows."""
    return listed(request, QualityWork, "sharing/quality.html")


@guard(BENCH)
def objections(request: HttpRequest) -> HttpResponse:
    """Objections to records."""
    return listed(request, ObjectionCase, "sharing/objections.html")


def listed(request: HttpRequest, table: Any, template: str) -> HttpResponse:
    """One page of a list with its filters."""
    said = {name: asked(request.GET, name, 60) for name in ("q", "state", "light", "page")}
    page = Paginator(narrowed(rows_of(request.actor, table), said), PAGE).get_page(said["page"])
    rows = [(row, unit_name(row.provider), light(row.due_at)) for row in page]
    return render(
        request, template, {"page": page, "rows": rows, "asked": said, "states": states(request.actor, table)}
    )
