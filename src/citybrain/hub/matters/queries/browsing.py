"""Browse: by life event, topic, group, department, audience, place."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from citybrain.hub.identity import api as identity
from citybrain.hub.matters.data import Entry, ThemeView
from citybrain.hub.matters.models import Bundle, Matter, MatterBody, MatterVersion, Theme
from citybrain.hub.matters.queries.entries import bundle_entries, matter_entries
from citybrain.hub.places import api as places
from citybrain.kernel.errors import NotFound
from citybrain.kernel.remember import remembered
from citybrain.kernel.text import Text

THEMED = {
    "life_event": "life_events",
    "person_topic": "person_topics",
    "corp_topic": "corp_topics",
    "group": "groups",
}
AUDIENCES = {
    "person": Text(zh="个人", en="People"),
    "company": Text(zh="企业", en="Companies"),
    "institution": Text(zh="事业单位", en="Public institutions"),
    "social_organisation": Text(zh="社会组织", en="Social organisations"),
    "government": Text(zh="行政机关", en="Government bodies"),
    "other": Text(zh="其他组织", en="Other organisations"),
}
AXES = (*THEMED, "department", "audience", "place")


def live_matters():
    """Matters a citizen can find."""
    return Matter.objects.filter(state="active", hidden=False)


def _current():
    rows = MatterVersion.objects.filter(matter__state="active", matter__hidden=False).select_related("matter")
    return [v for v in rows.defer("document") if v.version == v.matter.current]


def browse(axis: str) -> list[ThemeView]:
    """Entries of an axis with counts, empty ones left out. NotFound for an unknown axis."""
    return list(_browse(axis))


@remembered(seconds=5)
def _browse(axis: str) -> list[ThemeView]:
    if axis in THEMED:
        return _themes(axis)
    if axis == "department":
        counts = Counter(live_matters().values_list("department", flat=True))
        views = [_department(slug, n) for slug, n in counts.items()]
        return sorted(views, key=lambda v: (-v.count, v.key))
    if axis == "audience":
        counted = Counter(o for v in _current() for o in v.objects_served)
        return [
            ThemeView(axis, k, t.as_dict(), {}, "", counted[k]) for k, t in AUDIENCES.items() if counted[k]
        ]
    if axis == "place":
        per = Counter(
            MatterBody.objects.filter(version__in=_current()).values_list("jurisdiction", flat=True)
        )
        return [ThemeView(axis, j.key, j.name.as_dict(), {}, "", per[j.key]) for j in places.jurisdictions()]
    raise NotFound(Text(zh="没有这种浏览方式", en="There is no such way to browse"))


def _themes(axis: str) -> list[ThemeView]:
    counted = Counter(
        t.partition(":")[2] for v in _current() for t in set(v.topics) if t.startswith(f"{axis}:")
    )
    if axis == "life_event":
        counted.update(Bundle.objects.filter(state="active", hidden=False).values_list("stage", flat=True))
    rows = Theme.objects.filter(axis=axis, hidden=False).order_by("position")
    return [ThemeView(axis, r.key, r.name, r.hint, r.icon, counted[r.key]) for r in rows if counted[r.key]]


def theme_names(keys: Mapping[str, Iterable[str]]) -> list[Text]:
    """What entries of the axes are called, each once, in the order of the axes; unknown ones by their key."""
    known = {(row.axis, row.key): Text(**row.name) for row in Theme.objects.filter(axis__in=list(keys))}
    said = [known.get((axis, key), Text(zh=key)) for axis, named in keys.items() for key in named]
    return list(dict.fromkeys(said))


def _department(slug: str, count: int) -> ThemeView:
    units = identity.organisations(slug=slug, level="city") or identity.organisations(slug=slug)
    name = dict(units[0].name) if units else {"zh": slug, "en": slug}
    return ThemeView("department", slug, name, {}, "", count)


def in_theme(axis: str, key: str) -> list[Entry]:
    """What stands under one entry of an axis: bundles first, then matters by name. NotFound for an unknown axis."""
    if axis not in AXES:
        raise NotFound(Text(zh="没有这种浏览方式", en="There is no such way to browse"))
    return list(_in_theme(axis, key))


@remembered(seconds=5)
def _in_theme(axis: str, key: str) -> list[Entry]:
    current = _current()
    bundles: list[Entry] = []
    if axis in THEMED:
        chosen = [v.matter for v in current if f"{axis}:{key}" in v.topics]
        if axis == "life_event":
            bundles = bundle_entries(Bundle.objects.filter(state="active", hidden=False, stage=key))
    elif axis == "department":
        chosen = [v.matter for v in current if v.matter.department == key]
    elif axis == "audience":
        chosen = [v.matter for v in current if key in v.objects_served]
    else:
        here = set(
            MatterBody.objects.filter(version__in=current, jurisdiction=key).values_list(
                "version_id", flat=True
            )
        )
        chosen = [v.matter for v in current if v.pk in here]
    return [*bundles, *sorted(matter_entries(chosen), key=lambda e: e.name.get("zh", ""))]


def popular(n: int = 8) -> list[Entry]:
    """Bundles, then matters marked as frequent, then the rest."""
    return list(_popular(n))


@remembered(seconds=5)
def _popular(n: int) -> list[Entry]:
    bundles = bundle_entries(Bundle.objects.filter(state="active", hidden=False).order_by("key"))
    current = sorted(_current(), key=lambda v: (not v.high_frequency, v.matter.key))
    matters = matter_entries([v.matter for v in current[:n]])
    order = {v.matter.key: i for i, v in enumerate(current)}
    return [*bundles, *sorted(matters, key=lambda e: order[e.key])][:n]
