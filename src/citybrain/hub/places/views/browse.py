"""The division browser: search, map, one division with what lies below it; and the cascade as a fragment."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from citybrain.hub.places import api as places
from citybrain.hub.places.models import Source
from citybrain.kernel.guard import public
from citybrain.kernel.text import Text

REASON = "divisions are public knowledge"
MOST = 30
LEVEL_NAMES = {
    places.Level.COUNTY: gettext_lazy("County, city or district"),
    places.Level.TOWN: gettext_lazy("Town or subdistrict"),
    places.Level.VILLAGE: gettext_lazy("Village or community"),
}
WHY = {
    "code": gettext_lazy("by code"),
    "alias": gettext_lazy("by another name"),
    "pinyin": gettext_lazy("by pinyin"),
    "alike": gettext_lazy("similar"),
    "place": gettext_lazy("lies there"),
}


@public(REASON)
def browse(request: HttpRequest) -> HttpResponse:
    """Search box, map and the list of counties; with ``q`` the results, which need no script."""
    q = request.GET.get("q", "")[:40].strip()
    hits = [(hit, WHY.get(hit.why, "")) for hit in places.search(q, MOST)] if q else []
    context = {
        "q": q, "hits": hits, "counties": county_rows(), "jurisdictions": places.jurisdictions(),
        "drawing": places.county_paths(720), "decisions": places.decisions(),
    }  # fmt: skip
    return render(request, "places/browse.html", context)


@public(REASON)
def detail(request: HttpRequest, code: str) -> HttpResponse:
    """One division: names, codes, validity, source, what lies below, how sources were reconciled."""
    division = places.division(code)
    sources = {s.key: Text(**s.title) for s in Source.objects.all()}
    context = {
        "division": division, "above": places.ancestors(division.code), "below": places.children(division.code),
        "jurisdiction": places.jurisdiction_of(division.code) if division.level >= places.Level.COUNTY else None,
        "successor": places.find(division.replaced_by) if division.replaced_by else None,
        "decisions": places.decisions(division.code), "counts": kinds(places.counts(division.code)),
        "source": sources.get(division.source), "confirmed": sources.get(division.confirmed_by),
        "drawing": places.county_paths(720) if division.level <= places.Level.COUNTY else None,
    }  # fmt: skip
    return render(request, "places/detail.html", context)


@public(REASON)
def picker(request: HttpRequest) -> HttpResponse:
    """The cascade as an HTML fragment; ``name`` of the form field, ``value`` chosen so far. Works by plain reloads."""
    name = request.GET.get("name", "division")[:60]
    if not name.replace("_", "").replace(".", "").replace("-", "").isalnum():
        name = "division"
    chosen = request.GET.get("value", "")
    return render(
        request, "places/_picker.html", {"name": name, "value": chosen, "levels": levels(name, chosen)}
    )


def levels(name: str, chosen: str) -> list[dict]:
    """The steps of a cascade as the component wants them."""
    return [
        {
            "name": f"{name}_{step.level.name.lower()}",
            "label": LEVEL_NAMES[step.level],
            "options": [(option.code, option.name) for option in step.options],
            "value": step.selected,
        }
        for step in places.cascade(chosen)
    ]


def county_rows() -> list[tuple[places.Division, str]]:
    """Counties with how many towns and villages they have."""
    return [(county, kinds(places.counts(county.code))) for county in places.counties()]


def kinds(counts: dict[str, int]) -> str:
    """Counts in words: 126 towns and streets, 2,368 villages and communities."""
    towns = sum(counts.get(kind, 0) for kind in ("street", "town", "township", "ethnic_township"))
    villages = sum(counts.get(kind, 0) for kind in ("village", "community", "quasi"))
    parts = []
    if towns:
        parts.append(_("%(n)s towns and subdistricts") % {"n": towns})
    if counts.get("zone"):
        parts.append(_("%(n)s zones") % {"n": counts["zone"]})
    if villages:
        parts.append(_("%(n)s villages and communities") % {"n": f"{villages:,}"})
    return _(", ").join(parts)
