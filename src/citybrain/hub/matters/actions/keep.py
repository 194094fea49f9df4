"""Store what packs bring: matters with their bodies and files, bundles, themes, synonyms."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from django.db import transaction

from citybrain.hub.identity import api as identity
from citybrain.hub.matters.actions.index import index_bundle, index_matter
from citybrain.hub.matters.domain import codes
from citybrain.hub.matters.domain.bundle_document import BundleDocument, SynonymsDocument, ThemesDocument
from citybrain.hub.matters.domain.depth import (
    depth_of,
    evidence,
    government_materials,
    no_certificate_needed,
    spared,
)
from citybrain.hub.matters.domain.document import Body, MatterDocument
from citybrain.hub.matters.domain.words import pinyin
from citybrain.hub.matters.models import (
    Bundle,
    BundleVersion,
    Matter,
    MatterBody,
    MatterFile,
    MatterVersion,
    Synonym,
    Theme,
)
from citybrain.kernel import clock
from citybrain.kernel.actor import Actor

MEDIA = {".txt": "text/plain; charset=utf-8", ".pdf": "application/pdf", ".svg": "image/svg+xml", ".csv": "text/csv",
         ".png": "image/png", ".jpg": "image/jpeg", ".json": "application/json"}  # fmt: skip
MAX_FILE = 2_000_000


def dump(model: Any) -> dict[str, Any]:
    """A document as the JSON it can be read from again."""
    return model.model_dump(mode="json", exclude_defaults=True)


def digest(document: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(document, sort_keys=True).encode()).hexdigest()


@transaction.atomic
def keep_matter(
    pack: str, document: MatterDocument, *, by: Actor, find: Callable[[str], Path] | None = None
) -> Matter:
    """Store one version of a matter. A pack's ``active`` matter is published; the caller has run the checks."""
    matter, _ = Matter.objects.get_or_create(key=document.key, defaults={"pack": pack, "type": document.type})
    newest = document.version >= matter.current
    if newest:
        matter.pack, matter.type, matter.hidden = pack, document.type, False
        matter.name = document.name.as_dict()
        matter.main_item = document.main_item.name.zh[:200]
        matter.current = document.version
        matter.department = department_of(document.bodies)
        if matter.state == "draft" or document.state in ("suspended", "cancelled"):
            matter.state = document.state
        matter.save()
    version = _version(matter, document, by)
    _bodies(version, document)
    _files(pack, document, find)
    if newest:
        index_matter(matter, document)
    return matter


def department_of(bodies: Iterable[Body]) -> str:
    """The slug of the first body's department: the axis "by department" groups by it."""
    first = next(iter(bodies))
    return first.department or str(first.organisation).rpartition("-")[2]


def _version(matter: Matter, document: MatterDocument, by: Actor) -> MatterVersion:
    body = dump(document)
    government = government_materials(document)
    base = document.base_code or codes.provisional(document.key, document.type)
    values = {
        "document": body,
        "hash": digest(body),
        "effective_from": document.effective_from,
        "effective_to": document.effective_to,
        "base_code": base,
        "code_confirmed": bool(document.base_code),
        "depth": depth_of(document),
        "visits": document.how.visits,
        "online": document.how.online,
        "comprehensive_window": document.how.comprehensive_window,
        "single_sign_on": document.how.single_sign_on,
        "high_frequency": document.high_frequency,
        "cross_province": document.how.range in ("cross_province", "nation"),
        "objects_served": list(document.who.objects),
        "topics": topics_of(document),
        "materials_total": len(document.materials),
        "materials_government": len(government),
        "materials_substituted": sum(spared(m) for m in government),
        "no_certificate_needed": no_certificate_needed(document),
        "weak_elements": weak_elements(document),
    }
    if document.state == "active":
        values |= {"published_at": clock.now(), "published_by": by.as_dict()}
    row, _ = MatterVersion.objects.update_or_create(matter=matter, version=document.version, defaults=values)
    return row


def topics_of(document: MatterDocument) -> list[str]:
    """``axis:key`` of every browse entry the matter stands under."""
    who = document.who
    axes = {
        "person_topic": who.person_topics,
        "corp_topic": who.corp_topics,
        "life_event": who.life_events,
        "group": who.groups,
    }
    return [f"{axis}:{key}" for axis, keys in axes.items() for key in keys]


def weak_elements(document: MatterDocument) -> int:
    """How many elements stand as 待核实: the table's tags and those written beside the parts."""
    tags = [tag for path, tag in document.evidence.items() if path != "*"]
    tags += [b.evidence for b in document.basis] + [m.evidence for m in document.materials]
    tags += [q.evidence for q in document.faq]
    tags += [document.conditions.evidence, document.place.evidence]
    return sum(not evidence(tag).confirmed for tag in tags)


def _bodies(version: MatterVersion, document: MatterDocument) -> None:
    version.bodies.all().delete()
    rows: list[MatterBody] = []
    seen: set[str] = set()
    for body in document.bodies:
        for unit in units_of(body):
            if unit.code in seen:
                continue
            seen.add(unit.code)
            rows.append(_body(version, document, body, unit, len(rows)))
    MatterBody.objects.bulk_create(rows)


def units_of(body: Body) -> list[identity.OrganisationRecord]:
    """The units a body line stands for: one by code, or every counterpart of a department at its levels."""
    if body.organisation:
        found = identity.directory().organisations.get(body.organisation)
        return [found] if found else []
    units = [
        unit
        for level in body.levels
        for unit in identity.organisations(slug=body.department or "", level=level)
    ]
    return sorted(units, key=lambda unit: unit.code)


def _body(
    version: MatterVersion, document: MatterDocument, body: Body, unit: Any, position: int
) -> MatterBody:
    level = unit.level if unit.level in ("city", "county", "town") else document.authority.level
    return MatterBody(
        version=version,
        position=position,
        organisation=unit.code,
        name=unit.name,
        level=level,
        jurisdiction=unit.jurisdiction,
        division=unit.division,
        nature=body.nature,
        implementation_code=codes.implementation_code(unit.uscc, level, version.base_code),
        place=dump(body.place) if body.place else {},
    )


def _files(pack: str, document: MatterDocument, find: Callable[[str], Path] | None) -> None:
    if find is None:
        return
    wanted = {f for m in document.materials for f in (m.blank, m.sample) if f and f.startswith("files/")}
    if document.result.sample and document.result.sample.startswith("files/"):
        wanted.add(document.result.sample)
    for name in sorted(wanted):
        path = find(name)
        content = path.read_bytes()[:MAX_FILE]
        MatterFile.objects.update_or_create(
            pack=pack,
            path=name,
            defaults={
                "media_type": MEDIA.get(path.suffix.lower(), "application/octet-stream"),
                "sha256": hashlib.sha256(content).hexdigest(),
                "content": content,
            },
        )


@transaction.atomic
def keep_bundle(pack: str, document: BundleDocument, *, by: Actor) -> Bundle:
    """Store one version of a bundle."""
    bundle, _ = Bundle.objects.get_or_create(key=document.key, defaults={"pack": pack, "axis": document.axis})
    body = dump(document)
    BundleVersion.objects.update_or_create(
        bundle=bundle, version=document.version, defaults={"document": body, "hash": digest(body)}
    )
    if document.version >= bundle.current:
        bundle.pack, bundle.axis, bundle.stage, bundle.hidden = pack, document.axis, document.stage, False
        bundle.name, bundle.current = document.name.as_dict(), document.version
        if bundle.state == "draft" or document.state in ("suspended", "cancelled"):
            bundle.state = document.state
        bundle.save()
        index_bundle(bundle, document)
    return bundle


@transaction.atomic
def keep_themes(pack: str, document: ThemesDocument) -> None:
    """Store one axis; entries the document no longer has are hidden."""
    for position, item in enumerate(document.items):
        Theme.objects.update_or_create(
            axis=document.axis,
            key=item.key,
            defaults={
                "pack": pack,
                "document": document.key,
                "name": item.name.as_dict(),
                "hint": item.hint.as_dict() if item.hint else {},
                "icon": item.icon or "",
                "position": position,
                "hidden": False,
            },
        )
    keys = [item.key for item in document.items]
    Theme.objects.filter(pack=pack, document=document.key).exclude(key__in=keys).update(hidden=True)


@transaction.atomic
def keep_synonyms(pack: str, document: SynonymsDocument) -> None:
    """Replace one group of everyday words."""
    Synonym.objects.filter(pack=pack, group=document.key).delete()
    Synonym.objects.bulk_create(
        Synonym(
            pack=pack,
            group=document.key,
            word=word.lower(),
            pinyin=pinyin(word)[:200],
            targets=entry.to,
            same=entry.same,
            weight=entry.weight,
        )
        for entry in document.entries
        for word in dict.fromkeys(entry.words)
    )
