"""The catalogue as its editors see it: list with filters, publish checks, versions, comparison, figures."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from citybrain.hub.matters.data import Entry
from citybrain.hub.matters.domain.guide_rules import GuideRefusal, refusals
from citybrain.hub.matters.domain.reductions import Reductions, reductions
from citybrain.hub.matters.models import Matter, MatterVersion
from citybrain.hub.matters.queries.entries import matter_entries
from citybrain.hub.matters.queries.guides import document_of, not_found, version_row
from citybrain.hub.matters.queries.search import search

SORTS = {"name": "name__zh", "-name": "-name__zh", "key": "key", "-updated": "-updated_at", "updated": "updated_at",
         "state": "state", "type": "type"}  # fmt: skip


@dataclass(frozen=True)
class CataloguePage:
    """A page of the catalogue."""

    rows: tuple[Entry, ...]
    total: int
    number: int
    size: int

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // self.size))


def catalogue(
    *, q: str = "", state: str = "", type: str = "", department: str = "", weak: bool = False, sort: str = "key",
    page: int = 1, size: int = 25,
) -> CataloguePage:  # fmt: skip
    """Matters of every state with filters; a search keeps the ranking unless a sort is asked for."""
    rows = Matter.objects.filter(hidden=False)
    if state:
        rows = rows.filter(state=state)
    if type:
        rows = rows.filter(type=type)
    if department:
        rows = rows.filter(department=department)
    if weak:
        weak_ids = MatterVersion.objects.filter(weak_elements__gt=0).values("matter_id")
        rows = rows.filter(pk__in=weak_ids)
    size, page = max(1, min(size, 200)), max(1, page)
    if q.strip():
        found = {e.key: i for i, e in enumerate(search(q, 100, kind="matter"))}
        extra = Matter.objects.filter(key__icontains=q.strip()[:80]).values_list("key", flat=True)
        keys = [*found, *(k for k in extra if k not in found)]
        chosen = sorted(rows.filter(key__in=keys), key=lambda m: keys.index(m.key))
    else:
        chosen = list(rows.order_by(SORTS.get(sort, "key"), "key"))
    start = (page - 1) * size
    return CataloguePage(tuple(matter_entries(chosen[start : start + size])), len(chosen), page, size)


def check_publish(key: str, *, version: int | None = None) -> list[GuideRefusal]:
    """Which rules G01–G16 a matter breaks; empty when it may be published. NotFound."""
    matter = Matter.objects.filter(key=key).first()
    row = matter and version_row(key, version or matter.current)
    if not row:
        raise not_found(key)
    return refusals(document_of(row))


def versions(key: str) -> list[dict[str, Any]]:
    """Versions of a matter, newest first."""
    rows = MatterVersion.objects.filter(matter__key=key).defer("document").order_by("-version")
    return [
        {
            "version": r.version,
            "effective_from": r.effective_from,
            "effective_to": r.effective_to,
            "published_at": r.published_at,
            "used": r.used,
            "depth": r.depth,
            "weak": r.weak_elements,
        }
        for r in rows
    ]


def compare(key: str, old: int, new: int) -> list[tuple[str, Any, Any]]:
    """What differs between two versions: (element path, before, after)."""
    rows = [version_row(key, number) for number in (old, new)]
    if None in rows:
        raise not_found(key)
    before, after = (dict(leaves(row.document)) for row in rows if row is not None)
    paths = sorted({*before, *after})
    return [(p, before.get(p), after.get(p)) for p in paths if before.get(p) != after.get(p)]


def leaves(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Every simple value of a document with its path; listed parts are named by their key."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from leaves(inner, f"{path}.{key}" if path else str(key))
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            name = inner.get("key") or inner.get("value") if isinstance(inner, dict) else None
            yield from leaves(inner, f"{path}.{name or number}")
    else:
        yield path, value


def four_reductions(*, department: str = "") -> Reductions:
    """The four reductions over the matters in force."""
    rows = MatterVersion.objects.filter(matter__state="active", matter__hidden=False).select_related("matter")
    if department:
        rows = rows.filter(matter__department=department)
    return reductions(document_of(r) for r in rows.defer("document") if r.version == r.matter.current)
