"""The whole catalogue and the city's services as linked data, and what a client accepts."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from citybrain.apps.opendata.queries import catalogue, ckan_shapes, cpsv, dcat
from citybrain.apps.opendata.views.asked import base, shared, whole
from citybrain.kernel.errors import NotFound
from citybrain.kernel.guard import public
from citybrain.kernel.remember import remembered


def accepted(request: HttpRequest) -> str:
    """Which serialisation is wanted more than a page: ``ttl``, ``jsonld``, ``rdf``; empty for a page."""
    best, wanted = quality(request, "text/html"), ""
    for kind, (_name, media) in dcat.KINDS.items():
        if (q := quality(request, media)) > best:
            best, wanted = q, kind
    return wanted


def quality(request: HttpRequest, media: str) -> float:
    """How much a media type is wanted; a wildcard wants the page."""
    wanted = 0.0
    for part in request.headers.get("Accept", "*/*")[:1000].split(","):
        name, *options = (piece.strip().lower() for piece in part.split(";"))
        if name == media or (name in ("*/*", "text/*") and media == "text/html"):
            q = next((o[2:] for o in options if o.startswith("q=")), "1")
            wanted = max(wanted, float(q) if q.replace(".", "", 1).isdecimal() else 0.0)
    return wanted


def graph_answer(made: Any, kind: str) -> HttpResponse:
    """A graph in its serialisation."""
    text = made if isinstance(made, str) else dcat.serialised(made, kind)
    answer = HttpResponse(text, content_type=f"{dcat.KINDS[kind][1]}; charset=utf-8")
    answer["Vary"] = "Accept"
    return shared(answer)


@public("Open data are for everybody.")
@require_GET
def catalog(request: HttpRequest, kind: str = "") -> HttpResponseBase:
    """A page of the catalogue: for people the way to it, for machines the graph."""
    kind = kind or accepted(request)
    if not kind:
        answer: HttpResponse = render(
            request,
            "opendata/portal/machines.html",
            {"base": base(request), "figures": catalogue.statistics()},
        )
        patch_vary_headers(answer, ["Accept"])
        return answer
    return graph_answer(
        catalogue_text(base(request), kind, max(1, whole(request.GET, "page", 1, 10_000))), kind
    )


@remembered(seconds=20)
def catalogue_text(address: str, kind: str, page: int) -> str:
    """One page of the catalogue in one serialisation; NotFound beyond the last."""
    total = catalogue.shown().count()
    pages = max(1, -(-total // dcat.PAGE))
    if page > pages or kind not in dcat.KINDS:
        raise NotFound(_("There is no such page."))
    listed = list(
        catalogue.shown().select_related("portal").order_by("slug")[(page - 1) * dcat.PAGE : page * dcat.PAGE]
    )
    versions = ckan_shapes.newest(listed)
    made = dcat.catalogue(
        address, [(row, versions.get(row.pk)) for row in listed], page=page, pages=pages, total=total,
        span=catalogue.span(),
    )  # fmt: skip
    return dcat.serialised(made, kind)


@public("The catalogue of services is public.")
@require_GET
def services(request: HttpRequest, kind: str = "") -> HttpResponse:
    """Service matters as CPSV-AP; Turtle when nothing is asked for."""
    kind = kind or accepted(request) or "ttl"
    if kind not in dcat.KINDS:
        raise NotFound(_("There is no such page."))
    return graph_answer(services_text(base(request), kind), kind)


@remembered(seconds=60)
def services_text(address: str, kind: str) -> str:
    """All published matters in one serialisation."""
    return dcat.serialised(cpsv.services(address), kind)
