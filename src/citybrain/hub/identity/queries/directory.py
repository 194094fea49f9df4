"""Loads the directory picture and keeps it in the process until its version changes.

The version is one row; its value is a fresh id at every change, so a rolled-back change can never be taken for
a committed one. A web request keeps the picture its actor was made from. Elsewhere the version is asked for inside
every transaction, and outside of one at most once a second.
"""

import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from citybrain.kernel import clock
from citybrain.kernel.errors import NotFound
from citybrain.kernel.ids import new_id

from ..data import Grant, OrganisationRecord, PostRecord, RoleRecord
from ..domain.directory import Directory
from ..models import DirectoryVersion, Organisation, OrganisationEdge, Post, PostRole, Role

FRESH_SECONDS = 1.0

_lock = threading.Lock()
_picture: Directory | None = None
_checked = 0.0
_pinned: ContextVar[Directory | None] = ContextVar("pinned", default=None)


def current_version() -> UUID | None:
    """The stored version, None before anything was loaded."""
    return DirectoryVersion.objects.filter(id=1).values_list("value", flat=True).first()


def directory(version: UUID | None = None) -> Directory:
    """The current picture. ``version``: what the caller has just read, sparing a query."""
    global _picture, _checked
    pinned = _pinned.get()
    if pinned is not None and version is None:
        return pinned
    picture = _picture
    if version is None:
        fresh = time.monotonic() - _checked < FRESH_SECONDS
        if picture is not None and fresh and not connection.in_atomic_block:
            return picture
        version = current_version()
    _checked = time.monotonic()
    if picture is not None and version is not None and picture.version == version:
        return picture
    with _lock:
        if _picture is None or version is None or _picture.version != version:
            _picture = load(version)
        return _picture


@contextmanager
def pinned(picture: Directory | None) -> Iterator[None]:
    """For one request the picture its actor was made from; a change inside the request lets go of it."""
    token = _pinned.set(picture)
    try:
        yield
    finally:
        _pinned.reset(token)


def touch() -> None:
    """Say that the directory changed, inside the change's own transaction."""
    global _checked
    _pinned.set(None)
    DirectoryVersion.objects.update_or_create(id=1, defaults={"value": new_id()})
    _checked = 0.0
    transaction.on_commit(_forget_check)


def _forget_check() -> None:
    global _checked
    _checked = 0.0


def load(version: UUID | None) -> Directory:
    """Read everything once (five queries)."""
    grants: dict[UUID, list[Grant]] = defaultdict(list)
    for row in PostRole.objects.values_list("post_id", "role_key", "organisation_code", "reach", "matters"):
        grants[row[0]].append(Grant(row[1], row[2], row[3], tuple(row[4])))
    posts = {
        p.id: PostRecord(p.id, p.key, p.organisation_code, p.title, tuple(grants[p.id]), p.duties)
        for p in Post.objects.filter(hidden=False)
    }
    guides: dict[str, set[str]] = defaultdict(set)
    leads: dict[str, set[str]] = defaultdict(set)
    for source, target, kind in OrganisationEdge.objects.values_list("source_code", "target_code", "kind"):
        (guides if kind == OrganisationEdge.Kind.BUSINESS_GUIDES else leads)[source].add(target)
    return Directory(
        version=version,
        organisations={
            o.code: record_of(o) for o in Organisation.objects.filter(hidden=False).order_by("order", "code")
        },
        posts=posts,
        roles={r.key: _role(r) for r in Role.objects.filter(hidden=False)},
        guides={k: frozenset(v) for k, v in guides.items()},
        leads={k: frozenset(v) for k, v in leads.items()},
    )


def _role(role: Role) -> RoleRecord:
    return RoleRecord(role.key, role.name, frozenset(role.permissions), role.separated)


def record_of(unit: Organisation) -> OrganisationRecord:
    """The frozen form of an organisation row."""
    return OrganisationRecord(
        code=unit.code, name=unit.name, short=unit.short or unit.name, type=unit.type, level=unit.level,
        division=unit.division, parent=unit.parent_code, jurisdiction=unit.jurisdiction, slug=unit.slug,
        duties=tuple(unit.duties), uscc=unit.uscc, nature=unit.nature, valid_from=unit.valid_from,
        valid_to=unit.valid_to, successor=unit.successor_code, source=unit.source, confirmed=unit.confirmed,
        demo=unit.demo,
    )  # fmt: skip


def organisation(code: str) -> OrganisationRecord:
    """A unit by code, in force or not. NotFound when the directory has none."""
    found = directory().organisations.get(code)
    if found is None:
        raise NotFound(f"{code}", code="organisation_unknown")
    return found


def organisations(
    *,
    jurisdiction: str = "",
    type: str = "",
    level: str = "",
    slug: str = "",
    parent: str | None = None,
    include_past: bool = False,
) -> list[OrganisationRecord]:
    """Units by the given sides, in their order; units no longer in force only on request."""
    today = clock.today()
    wanted = {"jurisdiction": jurisdiction, "type": type, "level": level, "slug": slug}
    wanted = {k: v for k, v in wanted.items() if v}
    return [
        unit
        for unit in directory().organisations.values()
        if all(getattr(unit, k) == v for k, v in wanted.items())
        and (parent is None or unit.parent == parent)
        and (include_past or unit.in_force(today))
    ]


def counterpart(slug: str, jurisdiction: str) -> OrganisationRecord | None:
    """The unit that does a department's work in a jurisdiction (6 digits; ``350902500`` for 东侨)."""
    return directory().organisations.get(f"{jurisdiction}-{slug}")


def current_successor(code: str) -> OrganisationRecord:
    """Follow successors from a unit abolished by a reform to the one that answers today."""
    unit, seen = organisation(code), {code}
    while unit.successor and not unit.in_force(clock.today()) and unit.successor not in seen:
        seen.add(unit.successor)
        unit = organisation(unit.successor)
    return unit


def posts_of(org: str) -> list[PostRecord]:
    """Posts of a unit."""
    return list(directory().posts_by_organisation.get(org, ()))


def post(post_id: UUID) -> PostRecord:
    """A post by id. NotFound when there is none."""
    found = directory().posts.get(post_id)
    if found is None:
        raise NotFound(f"{post_id}", code="post_unknown")
    return found


def search_organisations(q: str, *, limit: int = 50) -> list[OrganisationRecord]:
    """Units whose name, short name, code, pinyin or initials contain the words. Ordered best first."""
    words = [w for w in q.strip().lower().split() if w][:6]
    if not words:
        return []
    rows: Any = Organisation.objects.filter(hidden=False)
    for word in words:
        rows = rows.filter(search_text__contains=word[:40])
    picture = directory()
    codes = rows.order_by("level", "order", "code").values_list("code", flat=True)[:limit]
    return [picture.organisations[c] for c in codes if c in picture.organisations]
