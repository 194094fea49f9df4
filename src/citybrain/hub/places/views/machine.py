"""Answers for scripts: search, children of a division, county of a point, map layers. JSON, public, cacheable."""

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseNotModified, JsonResponse
from django.utils.translation import gettext as _

from citybrain.hub.places import api as places
from citybrain.hub.places.queries.map import layer_hash
from citybrain.kernel.errors import FieldProblem, Invalid, NotFound
from citybrain.kernel.guard import public

REASON = "divisions are public knowledge"
LAYERS = {"counties", "land"}
CACHE = "public, max-age=3600"


@public(REASON)
def search(request: HttpRequest) -> HttpResponse:
    """``?q=&limit=&within=`` → ``[{value, label, path, score}]``, best first."""
    within = request.GET.get("within", "")
    hits = places.search(request.GET.get("q", ""), whole(request.GET.get("limit"), 10), within=known(within))
    found = [
        {
            "value": h.division.code,
            "label": h.division.say(),
            "path": places.path_name(h.division.code),
            "score": h.score,
        }
        for h in hits
    ]
    return JsonResponse(found, safe=False)


@public(REASON)
def children(request: HttpRequest) -> HttpResponse:
    """``?parent=<code>`` → ``[{value, label}]``; without parent the counties."""
    parent = request.GET.get("parent", "")
    below = places.children(known(parent)) if parent else places.counties()
    answer = JsonResponse([{"value": d.code, "label": d.say()} for d in below], safe=False)
    answer["Cache-Control"] = "public, max-age=300"
    answer["Vary"] = "Accept-Language, Cookie"
    return answer


@public(REASON)
def locate(request: HttpRequest) -> HttpResponse:
    """``?lon=&lat=&crs=CGCS2000|GCJ02`` → the county, ``near`` when the point lies off the polygons."""
    try:
        lon, lat = float(request.GET.get("lon", "")), float(request.GET.get("lat", ""))
        found = places.locate(lon, lat, crs=request.GET.get("crs", "CGCS2000"))
    except ValueError:
        message = _("Give lon and lat in degrees, for example 119.53 and 26.66.")
        raise Invalid([FieldProblem("lon", "not_a_point", message)]) from None
    if found is None:
        raise NotFound(_("This point lies outside the city."), code="outside")
    body: dict[str, Any] = {"code": found.division.code, "name": found.division.say()}
    return JsonResponse(body | {"near": found.near, "metres": found.metres})


@public(REASON)
def layer(request: HttpRequest, key: str) -> HttpResponse:
    """A map layer as GeoJSON, with an ETag so that it travels once."""
    edition = layer_hash(key) if key in LAYERS else ""
    if not edition:
        raise NotFound(_("There is no such map layer."), code="no_layer")
    etag = f'"{edition[:32]}"'
    if request.headers.get("If-None-Match") == etag:
        return HttpResponseNotModified(headers={"ETag": etag, "Cache-Control": CACHE})
    answer = JsonResponse(
        places.layer(key), json_dumps_params={"separators": (",", ":"), "ensure_ascii": False}
    )
    answer["Content-Type"] = "application/geo+json"
    answer["ETag"], answer["Cache-Control"] = etag, CACHE
    return answer


def known(code: str) -> str:
    """A code someone sent, checked; NotFound for what is none."""
    return places.division(code).code if code else ""


def whole(text: str | None, otherwise: int) -> int:
    """A small whole number from a query string."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 4 else otherwise
