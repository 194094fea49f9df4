"""What is installed and what an install would change."""

from __future__ import annotations

from django.db.models import Count

from citybrain.hub.packs import registry
from citybrain.hub.packs.data import Change, InstalledPackRecord, PackDocument, Plan, Verb
from citybrain.hub.packs.domain.reading import Pack
from citybrain.hub.packs.models import InstalledDocument, InstalledPack
from citybrain.kernel.text import Text


def installed(*, hidden: bool = False) -> list[InstalledPackRecord]:
    """Installed packs by name; ``hidden`` adds uninstalled ones."""
    rows = InstalledPack.objects.order_by("pack")
    if not hidden:
        rows = rows.filter(hidden=False)
    counts: dict[str, dict[str, int]] = {}
    tally = InstalledDocument.objects.filter(hidden=False).values_list("pack", "part").annotate(Count("id"))
    for pack, part, number in tally.order_by("pack", "part"):
        counts.setdefault(pack, {})[part] = number
    return [
        InstalledPackRecord(
            row.pack,
            Text.model_validate(row.name),
            row.version,
            row.kind,
            row.owner,
            row.grade,
            row.hidden,
            counts.get(row.pack, {}),
        )
        for row in rows
    ]


def is_installed(part: str, key: str) -> bool:
    """Whether an installed, visible document of this part has this key, in any pack."""
    return InstalledDocument.objects.filter(part=part, key=key, hidden=False).exists()


def plan_of(pack: Pack, *, demo: bool, force: bool = False) -> Plan:
    """Every change an install would make; ``frozen`` marks used documents changed without a new version."""
    rows = {(r.demo, r.part, r.key): r for r in InstalledDocument.objects.filter(pack=pack.name)}
    old = InstalledPack.objects.filter(pack=pack.name).values_list("version", flat=True).first() or ""
    changes, seen = [], set()
    for doc in applicable(pack, demo=demo):
        row = rows.get((doc.demo, doc.part, doc.key))
        seen.add((doc.demo, doc.part, doc.key))
        changes.append(Change(_verb(doc, row, force), doc.part, doc.key, doc.version, doc.file, doc.demo))
    for where, row in rows.items():
        if where not in seen and not row.hidden and (demo or not row.demo):
            changes.append(Change("hide", row.part, row.key, row.version, row.file, row.demo))
    version = pack.manifest.version if pack.manifest else ""
    return Plan(pack.name, version, old, tuple(changes))


def applicable(pack: Pack, *, demo: bool) -> list[PackDocument]:
    """The documents to apply, in order: by part, then by key."""
    order = {p.key: (p.order, p.key) for p in registry.ordered_parts()}
    docs = [d for d in pack.documents if demo or not d.demo]
    return sorted(docs, key=lambda d: (order.get(d.part, (0, "")), d.demo, d.key))


def _verb(doc: PackDocument, row: InstalledDocument | None, force: bool) -> Verb:
    if row is None:
        return "add"
    if row.hash == doc.hash:
        return "change" if row.hidden or force else "same"
    part = part_of(doc)
    if doc.version == row.version and part.used(doc.pack, doc.key, doc.version):
        return "frozen"
    return "change"


def part_of(doc: PackDocument):
    """The part that owns a document."""
    part = (registry.part_for(doc.part, demo=True) if doc.demo else None) or registry.part_for(doc.part)
    assert part is not None
    return part
