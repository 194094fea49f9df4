"""Harvest another portal: new datasets are added, changed ones renewed, missing ones marked; nothing is copied but words."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any

from django.db import transaction
from django.utils.text import slugify

from citybrain.apps.opendata.actions.fetch import NotFetched, fetch
from citybrain.apps.opendata.actions.release import search_text
from citybrain.apps.opendata.domain import feeds
from citybrain.apps.opendata.domain.vocabulary import CYCLES, LICENCES, THEMES
from citybrain.apps.opendata.models import OpenDataset, Portal
from citybrain.hub.data import api as data
from citybrain.kernel import audit, clock
from citybrain.kernel.actor import Actor

MOST_PAGES = 200
CKAN_ROWS = 100


def harvest_portal(portal: Portal, *, by: Actor) -> dict[str, Any]:
    """Read the whole feed first, then write: a feed that breaks off half-way changes nothing and marks nothing missing."""
    try:
        found = {one.origin: one for one in everything(portal) if one.title["zh"]}
    except (NotFetched, feeds.BadFeed) as error:
        portal.error, portal.harvested_at = str(error)[:500], clock.now()
        portal.save(update_fields=["error", "harvested_at"])
        return {"error": portal.error}
    return written(portal, found, by)


def everything(portal: Portal) -> Iterator[feeds.Found]:
    """All datasets of all pages."""
    if portal.format == "ckan":
        yield from all_packages(portal.address)
        return
    address, seen = portal.address, set[str]()
    while address and address not in seen and len(seen) < MOST_PAGES:
        seen.add(address)
        body, media, final = fetch(address)
        found = feeds.graph(body, media, final)
        yield from feeds.datasets(found)
        address = feeds.next_page(found)


def all_packages(address: str) -> Iterator[feeds.Found]:
    """Pages of CKAN's package_search."""
    base = address.split("/api/")[0].rstrip("/")
    for page in range(MOST_PAGES):
        question = f"{base}/api/3/action/package_search?rows={CKAN_ROWS}&start={page * CKAN_ROWS}"
        body, _media, final = fetch(question, accept="application/json")
        found, count = feeds.ckan(body, final)
        yield from found
        if not found or (page + 1) * CKAN_ROWS >= count:
            return


@transaction.atomic
def written(portal: Portal, found: dict[str, feeds.Found], by: Actor) -> dict[str, Any]:
    """Rows for what was found; what is not there any more is marked, not removed."""
    now = clock.now()
    known = {row.origin: row for row in portal.datasets.all()}
    outcome = {"found": len(found), "added": 0, "updated": 0, "missing": 0}
    for origin, one in found.items():
        row = known.get(origin)
        outcome["updated" if row else "added"] += 1
        keep(
            portal,
            row or OpenDataset(portal=portal, origin=origin, kind="harvested", created_at=now),
            one,
            by,
        )
    for origin, row in known.items():
        if origin not in found and row.missing_since is None:
            row.missing_since = now
            row.save(update_fields=["missing_since"])
            outcome["missing"] += 1
            in_catalogue(row, by, alive=False)
    portal.outcome, portal.error, portal.harvested_at = outcome, "", now
    portal.save(update_fields=["outcome", "error", "harvested_at"])
    audit.record("opendata.harvest", by=by, obj=f"portal:{portal.pk}", after=outcome)
    return outcome


def keep(portal: Portal, row: OpenDataset, one: feeds.Found, by: Actor) -> None:
    """One dataset as it is described there."""
    now = clock.now()
    row.slug = row.slug or slug(portal, one)
    row.title, row.summary, row.keywords = one.title, one.summary, list(one.keywords)
    row.theme = theme(one.themes)
    row.cycle = next((c.key for c in CYCLES.values() if one.frequency in (c.code, c.key)), "irregular")
    row.provider_name = {"zh": one.publisher or portal.name, "en": ""}
    row.licence, row.landing = licence(one.licence), one.landing
    row.distributions, row.state = list(one.distributions), "published"
    row.seen_at, row.missing_since, row.updated_at = now, None, row.updated_at or now
    row.published_at = row.published_at or now
    row.search = search_text(row)
    row.save()
    in_catalogue(row, by, alive=True)


def in_catalogue(row: OpenDataset, by: Actor, *, alive: bool) -> None:
    """The same in the city's catalogue."""
    portal = row.portal.name if row.portal else ""
    mark = hashlib.sha256(f"{row.portal_id}:{row.origin}".encode()).hexdigest()[
        :20
    ]  # portals cannot speak for each other
    data.keep_harvested(
        f"harvest.d{mark}", title=row.title, description=row.summary,
        source=portal, by=by, alive=alive,
    )  # fmt: skip


def slug(portal: Portal, one: feeds.Found) -> str:
    """An address that stays: the words of its identifier there, and a digest of it."""
    digest = hashlib.sha256(f"{portal.pk}:{one.origin}".encode()).hexdigest()[:8]
    word = slugify(one.origin.rstrip("/").rsplit("/", 1)[-1])[:50].strip("-")
    return f"x-{word or 'dataset'}-{digest}"


def theme(named: tuple[str, ...]) -> str:
    """Our theme for the first data theme (or our own word) that we know."""
    for word in named:
        if word in THEMES:
            return word
    for word in named:
        for known in THEMES.values():
            if known.code == word:
                return known.key
    return "government"


def licence(said: str) -> str:
    """Our word for terms that we know by their address (http or https, with or without the last stroke), else a short one as it is."""
    plain = said.removeprefix("https:").removeprefix("http:").rstrip("/")
    for known in LICENCES.values():
        if known.address and plain == known.address.removeprefix("https:").rstrip("/"):
            return known.key
    return said if len(said) <= 30 else ""
