"""Guides: a matter or bundle as it stands on a day, with its bodies."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from functools import lru_cache

from django.db.models import Prefetch

from citybrain.hub.matters.data import BodyView, GuideView
from citybrain.hub.matters.domain.bundle_document import BundleDocument
from citybrain.hub.matters.domain.document import MatterDocument, Place
from citybrain.hub.matters.models import Bundle, BundleVersion, Matter, MatterBody, MatterVersion
from citybrain.hub.places import api as places
from citybrain.kernel import clock
from citybrain.kernel.errors import NotFound
from citybrain.kernel.remember import remembered
from citybrain.kernel.text import Text


def not_found(key: str) -> NotFound:
    return NotFound(
        Text(zh=f"没有事项“{key}”", en=f"There is no matter “{key}”"),
        todo=Text(
            zh="请用搜索查找，或者从首页重新进入。",
            en="Please search for it or start again from the home page.",
        ),
    )


@lru_cache(maxsize=512)
def matter_document(hash: str, id: str) -> MatterDocument:
    """The document of a version, read once per content."""
    row = MatterVersion.objects.select_related("matter").get(pk=id)
    return MatterDocument.model_validate({"key": row.matter.key, **row.document})


@lru_cache(maxsize=128)
def bundle_document(hash: str, id: str) -> BundleDocument:
    row = BundleVersion.objects.select_related("bundle").get(pk=id)
    return BundleDocument.model_validate({"key": row.bundle.key, **row.document})


def document_of(row: MatterVersion) -> MatterDocument:
    return matter_document(row.hash, str(row.pk))


def in_force(matter: Matter, on: date | None = None) -> MatterVersion | None:
    """The published version whose dates contain the day; the newest if several."""
    day = on or clock.today()
    rows = matter.versions.defer("document").filter(effective_from__lte=day, published_at__isnull=False)
    return rows.exclude(effective_to__lt=day).order_by("-version").first()


def version_row(key: str, version: int) -> MatterVersion | None:
    """Exactly one version of a matter."""
    return MatterVersion.objects.defer("document").filter(matter__key=key, version=version).first()


def guide(
    key: str, on: date | None = None, *, organisation: str = "", division: str = "", version: int = 0
) -> GuideView:
    """The guide of a matter or bundle on a day (today). NotFound when there is none in force.

    ``organisation`` or ``division`` choose the body whose place is shown. ``version`` shows exactly that version
    (for cases bound to it and for editors), whatever the day.
    """
    view = _guide_today(key, version) if on is None else _guide(key, version, on)
    if organisation or division:
        return replace(view, body=pick_body(view.bodies, organisation=organisation, division=division))
    return view


@remembered(seconds=5)
def _guide_today(key: str, version: int) -> GuideView:
    return _guide(key, version, None)


def _guide(key: str, version: int, on: date | None) -> GuideView:
    matter = Matter.objects.filter(key=key, hidden=False).first()
    if matter is None:
        return _bundle_guide(key)
    row = version_row(key, version) if version else in_force(matter, on)
    if row is None or (matter.state in ("draft", "cancelled") and not version):
        raise not_found(key)
    return guide_of(matter, row)


def guide_of(matter: Matter, row: MatterVersion) -> GuideView:
    """The guide of one version row."""
    bodies = tuple(body_view(b) for b in row.bodies.order_by("position"))
    return GuideView(
        key=matter.key,
        kind="matter",
        version=row.version,
        state=matter.state,
        state_reason=matter.state_reason,
        document=document_of(row),
        bodies=bodies,
        body=pick_body(bodies),
        base_code=row.base_code,
        code_confirmed=row.code_confirmed,
        depth=row.depth,
        effective_from=row.effective_from,
        effective_to=row.effective_to,
        used=row.used,
    )


def body_view(row: MatterBody) -> BodyView:
    place = Place.model_validate(row.place) if row.place else None
    return BodyView(
        row.organisation, row.name, row.level, row.jurisdiction, row.division, row.implementation_code, place
    )  # fmt: skip


def pick_body(bodies: Iterable[BodyView], *, organisation: str = "", division: str = "") -> BodyView | None:
    """The body asked for by unit or by place; the only body when there is one; None when the choice is open.

    A town body answers for its own town, a county body for its jurisdiction, a city body for everybody.
    """
    found = list(bodies)
    if organisation:
        return next((b for b in found if b.organisation == organisation), None)
    if division:
        towns = [b for b in found if b.level == "town" and b.division[:9] == division[:9]]
        if towns:
            return towns[0]
        home = places.jurisdiction_of(division)
        here = [b for b in found if home and b.jurisdiction == home.key and b.level == "county"]
        if here:
            return here[0]
        return next((b for b in found if b.level == "city"), None)
    return found[0] if len(found) == 1 else None


def _bundle_guide(key: str) -> GuideView:
    bundle = Bundle.objects.filter(key=key, hidden=False).exclude(state__in=("draft", "cancelled")).first()
    row = bundle and bundle.versions.defer("document").filter(version=bundle.current).first()
    if bundle is None or row is None:
        raise not_found(key)
    return bundle_guide_of(bundle, row)


def bundle_guide_of(bundle: Bundle, row: BundleVersion) -> GuideView:
    """The guide of a bundle version with the guides of its children that are in force."""
    document = bundle_document(row.hash, str(row.pk))
    keys = [child.matter for child in document.children]
    prefetch = Prefetch("versions", MatterVersion.objects.defer("document").order_by("-version"))
    matters = {m.key: m for m in Matter.objects.filter(key__in=keys, hidden=False).prefetch_related(prefetch)}
    children = []
    for child in document.children:
        matter = matters.get(child.matter)
        current = in_force(matter) if matter else None
        if matter and current:
            children.append(guide_of(matter, current))
    return GuideView(
        key=bundle.key,
        kind="bundle",
        version=row.version,
        state=bundle.state,
        state_reason=bundle.state_reason,
        document=document,
        bodies=lead_bodies(document),
        children=tuple(children),
        used=row.used,
    )


def lead_bodies(document: BundleDocument) -> tuple[BodyView, ...]:
    """The lead units of a bundle, one per jurisdiction."""
    from citybrain.hub.matters.actions.keep import units_of

    return tuple(
        BodyView(u.code, dict(u.name), u.level, u.jurisdiction, u.division, "")
        for u in units_of(document.lead)
    )
