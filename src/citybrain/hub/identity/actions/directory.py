"""Writes a pack document's units, posts and edges in a few bulk statements. Idempotent; never deletes a unit in use."""

from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from pypinyin import Style, lazy_pinyin

from citybrain.kernel.text import Text

from ..domain.documents import Organisations, Unit, edges, expand, post_entries
from ..models import Organisation, OrganisationEdge, Post, PostHolding, PostRole
from ..queries.directory import touch

UNIT_FIELDS = [
    "slug", "jurisdiction", "name", "short", "type", "level", "division", "parent_code", "duties", "nature", "uscc",
    "pinyin", "initials", "search_text", "order", "valid_from", "valid_to", "successor_code", "source", "confirmed",
    "pack", "document", "hidden",
]  # fmt: skip
LEVEL_ORDER = {"province": 0, "city": 1, "county": 2, "town": 3, "village": 4}


def apply_organisations(*, doc: Organisations, pack: str, document: str) -> None:
    """Make the directory say what the document says: new units added, changed ones changed, dropped ones hidden."""
    units = list(expand(doc))
    _write_units(units, pack, document)
    _write_posts(doc, units, pack, document)
    _write_edges(doc, pack, document)
    touch()


def hide_organisations(*, pack: str, document: str) -> None:
    """The document is gone: its units and posts are hidden, what happened under them stays readable."""
    Organisation.objects.filter(pack=pack, document=document).update(hidden=True)
    Post.objects.filter(pack=pack, document=document).update(hidden=True)
    OrganisationEdge.objects.filter(pack=pack, document=document).delete()
    touch()


def _write_units(units: list[Unit], pack: str, document: str) -> None:
    rows = [_row(unit, order, pack, document) for order, unit in enumerate(units)]
    Organisation.objects.bulk_create(
        rows, batch_size=500, update_conflicts=True, unique_fields=["code"], update_fields=UNIT_FIELDS
    )
    gone = Organisation.objects.filter(pack=pack, document=document).exclude(code__in=[u.code for u in units])
    gone.update(hidden=True)


def _row(unit: Unit, order: int, pack: str, document: str) -> Organisation:
    short = unit.short or unit.name
    pinyin, initials = spell(short.zh)
    return Organisation(
        code=unit.code, slug=unit.code.rpartition("-")[2], jurisdiction=unit.jurisdiction, name=unit.name.as_dict(),
        short=short.as_dict(), type=unit.type, level=unit.level, division=unit.division, parent_code=unit.parent,
        duties=[d.as_dict() for d in unit.duties], nature=unit.nature, uscc=unit.uscc, pinyin=pinyin,
        initials=initials, search_text=_search_text(unit, short, pinyin, initials),
        order=LEVEL_ORDER[unit.level] * 10000 + order, valid_from=unit.valid_from, valid_to=unit.valid_to,
        successor_code=unit.successor, source=unit.source, confirmed=unit.confirmed, pack=pack, document=document,
    )  # fmt: skip


@lru_cache(maxsize=4096)
def spell(zh: str) -> tuple[str, str]:
    """Pinyin without tones and the initials of a Chinese name."""
    syllables = [s for s in lazy_pinyin(zh, style=Style.NORMAL) if s.isalnum()]
    return "".join(syllables).lower()[:200], "".join(s[0] for s in syllables).lower()[:60]


def _search_text(unit: Unit, short: Text, pinyin: str, initials: str) -> str:
    words = [
        unit.code,
        unit.name.zh,
        short.zh,
        unit.name.en,
        short.en,
        *spell(unit.name.zh),
        pinyin,
        initials,
        unit.uscc,
    ]
    return " ".join(w.lower() for w in words if w)


def _write_posts(doc: Organisations, units: Iterable[Unit], pack: str, document: str) -> None:
    wanted: dict[str, tuple[Unit, Any, Any]] = {
        key: (unit, template, grants) for unit in units for key, template, grants in post_entries(doc, unit)
    }
    rows = [
        Post(
            key=key, organisation_code=unit.code, title=template.title.as_dict(),
            duties=template.duties.as_dict() if template.duties else {}, pack=pack, document=document,
        )
        for key, (unit, template, _grants) in wanted.items()
    ]  # fmt: skip
    Post.objects.bulk_create(
        rows, batch_size=1000, update_conflicts=True, unique_fields=["key"],
        update_fields=["organisation_code", "title", "duties", "pack", "document", "hidden"],
    )  # fmt: skip
    ours = Post.objects.filter(pack=pack, document=document)
    ours.exclude(key__in=wanted).update(hidden=True)
    ids = dict(ours.filter(hidden=False).values_list("key", "id"))
    PostRole.objects.filter(post__in=ids.values()).delete()
    PostRole.objects.bulk_create(
        [
            PostRole(
                post_id=ids[key], role_key=grant.role, organisation_code=code, reach=grant.reach,
                matters=sorted(set(grant.matters)),
            )
            for key, (_unit, _template, grants) in wanted.items()
            for grant, code in grants
        ],
        batch_size=2000,
    )  # fmt: skip


def _write_edges(doc: Organisations, pack: str, document: str) -> None:
    OrganisationEdge.objects.filter(pack=pack, document=document).delete()
    OrganisationEdge.objects.bulk_create(
        [
            OrganisationEdge(
                source_code=e.source, target_code=e.target, kind=e.kind, pack=pack, document=document
            )
            for e in edges(doc)
        ],
        batch_size=2000,
        ignore_conflicts=True,
    )


def post_in_use(key: str) -> bool:
    """Whether somebody holds the post."""
    return PostHolding.objects.filter(post__key=key, state=PostHolding.State.CONFIRMED).exists()
