"""The portal's front door, search, the gallery, statistics for search engines."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from xml.sax.saxutils import escape

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from citybrain.apps.opendata.domain.vocabulary import CYCLES, LICENCES, THEMES
from citybrain.apps.opendata.queries import catalogue
from citybrain.apps.opendata.queries.dcat import dataset_address
from citybrain.apps.opendata.views.asked import base, whole, word
from citybrain.kernel.guard import public
from citybrain.kernel.text import say

MAPPED = 5000  # the protocol allows 50,000 in one list


@public("Open data are for everybody.")
@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """Search, figures, themes, newest, most used."""
    return render(request, "opendata/portal/home.html", {
        "figures": catalogue.statistics(), "themes": [t for t in catalogue.themes() if t["count"]],
        "newest": catalogue.newest(6), "used": catalogue.most_used(6), "reuses": catalogue.reuses(3),
        "all_themes": THEMES,
    })  # fmt: skip


@public("Open data are for everybody.")
@require_GET
def search(request: HttpRequest) -> HttpResponse:
    """Datasets by words and facets."""
    chosen = {name: word(request.GET, name) for name in catalogue.FACETS}
    page = max(1, whole(request.GET, "page", 1, 10_000))
    wish = catalogue.Wish(
        q=word(request.GET, "q"), facets=chosen, alive=word(request.GET, "alive") == "1",
        order=word(request.GET, "order") or "new", start=(page - 1) * catalogue.SIZE,
    )  # fmt: skip
    found = catalogue.search(wish)
    return render(request, "opendata/portal/search.html", {
        "wish": wish, "found": found, "chosen": chosen, "themes": THEMES, "cycles": CYCLES, "licences": LICENCES,
        "facets": facet_options(found), "active": {k: v for k, v in chosen.items() if v},
        "pager": {"number": page, "pages": max(1, -(-found.total // catalogue.SIZE)), "total": found.total},
    })  # fmt: skip


def facet_options(found: catalogue.Found) -> list[dict]:
    """Facets with their names and choices as a select shows them."""
    names = {
        "theme": _("Theme"),
        "provider": _("Provider"),
        "cycle": _("Update cycle"),
        "licence": _("Licence"),
    }
    made = []
    for key, name in names.items():
        options = [(o["value"], f"{say(o['name'])} ({o['count']})") for o in found.facets[key]]
        made.append({"key": key, "name": name, "options": [("", _("All")), *options]})
    return made


@public("What people made with open data, shown after a steward's look.")
@require_GET
def gallery(request: HttpRequest) -> HttpResponse:
    """Reuses."""
    return render(request, "opendata/portal/gallery.html", {"reuses": catalogue.reuses()})


@public("Search engines read it.")
@require_GET
def sitemap(request: HttpRequest) -> HttpResponse:
    """Every public dataset's page; a list of lists when they are more than one list takes."""
    home_url, size = base(request), MAPPED
    rows = catalogue.shown().filter(kind="own").order_by("slug").values_list("slug", "updated_at")
    pages = max(1, -(-rows.count() // size))
    page = whole(request.GET, "page", 0, 10_000)
    if pages > 1 and not page:
        listed = [(f"{home_url}/opendata/sitemap.xml?page={n}", None) for n in range(1, pages + 1)]
        return site_list("sitemapindex", "sitemap", listed)
    page = max(1, page)
    first = [(f"{home_url}/opendata/", None), (f"{home_url}/opendata/catalog/", None)] if page == 1 else []
    part = rows[(page - 1) * size : page * size]
    return site_list("urlset", "url", [*first, *((dataset_address(home_url, slug), at) for slug, at in part)])


def site_list(kind: str, entry: str, listed: Sequence[tuple[str, datetime | None]]) -> HttpResponse:
    """A list of the sitemap protocol."""
    entries = "".join(
        f"<{entry}><loc>{escape(address)}</loc>{f'<lastmod>{at:%Y-%m-%d}</lastmod>' if at else ''}</{entry}>"
        for address, at in listed
    )
    space = "http://www.sitemaps.org/schemas/sitemap/0.9"
    text = f'<?xml version="1.0" encoding="UTF-8"?><{kind} xmlns="{space}">{entries}</{kind}>'
    return HttpResponse(text, content_type="application/xml")
