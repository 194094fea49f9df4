"""Matters and bundles as list entries."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from citybrain.hub.matters.data import Entry
from citybrain.hub.matters.domain.guide_rules import say_limit
from citybrain.hub.matters.models import Bundle, BundleVersion, Matter, MatterVersion
from citybrain.hub.matters.queries.guides import bundle_document, document_of


def entries_of(wanted: Sequence[tuple[str, str]]) -> list[Entry]:
    """Entries for (kind, key) pairs, in the order asked; those that are not there are left out."""
    matters = [key for kind, key in wanted if kind == "matter"]
    bundles = [key for kind, key in wanted if kind == "bundle"]
    found = {("matter", e.key): e for e in matter_entries(Matter.objects.filter(key__in=matters))}
    found |= {("bundle", e.key): e for e in bundle_entries(Bundle.objects.filter(key__in=bundles))}
    return [found[pair] for pair in wanted if pair in found]


def matter_entries(rows: Iterable[Matter]) -> list[Entry]:
    """Entries of matters, at their current version."""
    matters = list(rows)
    current = {
        (v.matter_id, v.version): v
        for v in MatterVersion.objects.defer("document").filter(matter__in=matters).select_related("matter")
    }
    found = []
    for matter in matters:
        row = current.get((matter.pk, matter.current))
        if row is None:
            continue
        document = document_of(row)
        found.append(
            Entry(
                kind="matter",
                key=matter.key,
                name=matter.name,
                summary=document.summary.as_dict(),
                state=matter.state,
                department=matter.department,
                depth=row.depth,
                visits=row.visits,
                promised=say_limit(document.time.promised),
                online=row.online,
                type=matter.type,
                weak=row.weak_elements,
                version=row.version,
            )
        )
    return found


def bundle_entries(rows: Iterable[Bundle]) -> list[Entry]:
    """Entries of bundles, at their current version."""
    bundles = list(rows)
    current = {
        (v.bundle_id, v.version): v
        for v in BundleVersion.objects.defer("document").filter(bundle__in=bundles)
    }
    found = []
    for bundle in bundles:
        row = current.get((bundle.pk, bundle.current))
        if row is None:
            continue
        document = bundle_document(row.hash, str(row.pk))
        found.append(
            Entry(
                kind="bundle",
                key=bundle.key,
                name=bundle.name,
                summary=document.summary.as_dict(),
                state=bundle.state,
                department=document.lead.department or "",
                promised=say_limit(document.promised),
                online=True,
                version=row.version,
            )
        )
    return found
