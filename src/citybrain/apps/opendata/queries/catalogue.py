"""Finding datasets: words, facets, order, pages; and the figures on the front door."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, F, Max, Min, Q, QuerySet, Sum

from citybrain.apps.opendata.domain.vocabulary import CYCLES, LICENCES, THEMES
from citybrain.apps.opendata.models import OpenDataset, Reuse, Version
from citybrain.kernel import clock

SIZE = 20
ORDERS = {
    "new": [F("updated_at").desc(nulls_last=True), "slug"], "used": ["-downloads", "slug"],
    "stars": [F("stars").desc(nulls_last=True), "slug"], "slug": ["slug"],
}  # fmt: skip
FACETS = ("theme", "provider", "cycle", "licence", "kind")
# What a list never needs of a dataset.
HEAVY = ("treatment", "search", "distributions", "reason")


@dataclass(frozen=True)
class Wish:
    """What somebody looks for."""

    q: str = ""
    facets: Mapping[str, str] = field(default_factory=dict)
    alive: bool = False
    order: str = "new"
    start: int = 0
    rows: int = SIZE


@dataclass(frozen=True)
class Found:
    """One page of it, how many there are, and how many under each value of a facet."""

    rows: list[OpenDataset]
    total: int
    facets: dict[str, list[dict[str, Any]]]


def shown() -> QuerySet[OpenDataset]:
    """What the portal lists: public, and for harvested ones still at their source."""
    return OpenDataset.objects.filter(state="published", missing_since=None)


def alive() -> Q:
    """Within its cycle (A23)."""
    return Q(due_at=None) | Q(due_at__gt=clock.now())


def search(wish: Wish) -> Found:
    """Datasets that hold every word and fit every facet."""
    rows = narrowed(wish)
    listed = rows.defer(*HEAVY).order_by(*ORDERS.get(wish.order, ORDERS["new"]))[
        wish.start : wish.start + wish.rows
    ]
    return Found(list(listed), rows.count(), {name: counts(rows, name) for name in FACETS})


def narrowed(wish: Wish) -> QuerySet[OpenDataset]:
    """All that fit."""
    rows = shown()
    for word in wish.q.lower().split()[:8]:
        rows = rows.filter(search__contains=word)
    for name, value in wish.facets.items():
        if name in FACETS and value:
            rows = rows.filter(**{name: value})
    return rows.filter(alive()) if wish.alive else rows


def counts(rows: QuerySet[OpenDataset], name: str, most: int = 30) -> list[dict[str, Any]]:
    """Values of a facet, most frequent first, with their names."""
    if name == "provider":
        found = (
            rows.exclude(provider="")
            .values("provider", "provider_name")
            .annotate(n=Count("pk"))
            .order_by("-n", "provider")[:most]
        )
        return [{"value": r["provider"], "name": r["provider_name"], "count": r["n"]} for r in found]
    found = rows.exclude(**{name: ""}).values(name).annotate(n=Count("pk")).order_by("-n", name)[:most]
    return [{"value": r[name], "name": name_of(name, r[name]), "count": r["n"]} for r in found]


def name_of(facet: str, value: str) -> Any:
    """A facet's value in words."""
    vocabularies: dict[str, Any] = {"theme": THEMES, "cycle": CYCLES, "licence": LICENCES}
    words = vocabularies.get(facet, {})
    return words[value].name if value in words else value


def span() -> tuple[datetime | None, datetime | None]:
    """When the first dataset was published and the last one renewed."""
    found = shown().aggregate(first=Min("published_at"), last=Max("updated_at"))
    return found["first"], found["last"]


def themes() -> list[dict[str, Any]]:
    """Every theme with its datasets, in the vocabulary's order."""
    found = dict(shown().values_list("theme").annotate(n=Count("pk")).order_by())
    return [{"key": t.key, "name": t.name, "count": found.get(t.key, 0)} for t in THEMES.values()]


def statistics() -> dict[str, int]:
    """The figures of the front door; ``alive`` is what M19 counts."""
    own = OpenDataset.objects.filter(state="published", kind="own")
    month = clock.now() - timedelta(days=30)
    sums = own.aggregate(rows=Sum("rows"), downloads=Sum("downloads"), calls=Sum("calls"), n=Count("pk"))
    return {
        "datasets": sums["n"], "alive": own.filter(alive(), demo=False).count(), "rows": sums["rows"] or 0,
        "downloads": sums["downloads"] or 0, "calls": sums["calls"] or 0,
        "updates": Version.objects.filter(state="published", published_at__gte=month).count(),
    }  # fmt: skip


def newest(count: int) -> list[OpenDataset]:
    """Changed last."""
    return list(shown().filter(kind="own").defer(*HEAVY).order_by(*ORDERS["new"])[:count])


def most_used(count: int) -> list[OpenDataset]:
    """Downloaded most."""
    return list(shown().filter(kind="own", downloads__gt=0).defer(*HEAVY).order_by(*ORDERS["used"])[:count])


def reuses(count: int = 60) -> list[Reuse]:
    """The gallery."""
    return list(Reuse.objects.filter(state="shown").prefetch_related("datasets")[:count])
