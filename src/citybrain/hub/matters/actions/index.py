"""Keep the search rows of matters and bundles."""

from __future__ import annotations

from django.db.models import Func, TextField, Value

from citybrain.hub.matters.domain.bundle_document import BundleDocument
from citybrain.hub.matters.domain.document import MatterDocument
from citybrain.hub.matters.domain.words import initials, pairs, pinyin
from citybrain.hub.matters.models import Bundle, Matter, SearchEntry


def vector(text: str) -> Func:
    """A tsvector of the character pairs; ``simple`` keeps them as they are."""
    return Func(Value("simple"), Value(" ".join(pairs(text)), output_field=TextField()), function="to_tsvector",
                arg_joiner="::regconfig, ")  # fmt: skip


def index_matter(matter: Matter, document: MatterDocument) -> None:
    """Refresh the row of a matter."""
    words = [
        *(document.short_name.zh.split() if document.short_name else []),
        document.main_item.name.zh,
        *document.keywords,
        document.department_name.zh if document.department_name else "",
        document.result.name.zh,
    ]
    _keep(
        "matter",
        matter.key,
        document.name.zh,
        document.name.en,
        words,
        summary=document.summary.zh,
        live=matter.state == "active" and not matter.hidden,
        department=matter.department,
        served=list(document.who.objects),
        weight=1.1 if document.high_frequency else 1.0,
    )


def index_bundle(bundle: Bundle, document: BundleDocument) -> None:
    """Refresh the row of a bundle; bundles come first among equals, one visit instead of many."""
    _keep(
        "bundle",
        bundle.key,
        document.name.zh,
        document.name.en,
        document.keywords,
        summary=document.summary.zh,
        live=bundle.state == "active" and not bundle.hidden,
        department=document.lead.department or "",
        served=list(document.who.objects),
        weight=1.15,
    )


def _keep(
    kind: str, key: str, name: str, name_en: str, words: list[str], *, summary: str, live: bool, department: str,
    served: list[str], weight: float,
) -> None:  # fmt: skip
    text = " ".join(dict.fromkeys(w for w in words if w))
    SearchEntry.objects.update_or_create(
        kind=kind,
        key=key,
        defaults={
            "live": live,
            "name": name[:200],
            "name_en": name_en[:300],
            "words": text,
            "pinyin": " ".join([pinyin(name), *(pinyin(w) for w in words if w)]),
            "initials": " ".join(filter(None, [initials(name), *(initials(w) for w in words if w)]))[:200],
            "bigrams": vector(f"{name} {text} {summary} {name_en}"),
            "department": department,
            "objects_served": served,
            "weight": weight,
        },
    )


def set_live(kind: str, key: str, live: bool) -> None:
    """Take a row in or out of search."""
    SearchEntry.objects.filter(kind=kind, key=key).update(live=live)
