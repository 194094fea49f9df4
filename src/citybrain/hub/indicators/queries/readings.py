"""What indicators show: present figures, by member, series. Unknown stays unknown; old turns grey (A34)."""

from collections.abc import Iterable
from datetime import timedelta

from django.db.models import F, QuerySet
from django.utils.translation import gettext as _

from citybrain.hub.indicators.data import Point, Reading, Severity
from citybrain.hub.indicators.domain.formula import light_of, status_of
from citybrain.hub.indicators.domain.periods import is_stale, start_of
from citybrain.hub.indicators.models import Definition, Headline, Value
from citybrain.hub.indicators.schema import IndicatorDocument
from citybrain.kernel import clock
from citybrain.kernel.errors import NotFound


def in_force() -> QuerySet[Definition]:
    """Definitions in force of indicators that are not hidden."""
    return (
        Definition.objects.select_related("indicator")
        .filter(indicator__hidden=False, version=F("indicator__version"))
        .order_by("indicator__family", "indicator__position", "indicator_id")
    )


def definition(code: str) -> Definition:
    """The definition in force; NotFound when there is no such indicator."""
    row = in_force().filter(indicator_id=code).first()
    if row is None:
        raise NotFound(_("There is no indicator %(code)s.") % {"code": code}, code="no_indicator")
    return row


def value(code: str, *, dimension: str = "", member: str = "") -> Reading:
    """The present figure of an indicator, for the city or one member of a dimension. NotFound for unknown codes."""
    row = definition(code)
    shown = Headline.objects.filter(indicator_id=code, dimension=dimension, member=member).first()
    return reading(row, shown, dimension, member)


def readings(codes: Iterable[str] = (), *, family: str = "") -> list[Reading]:
    """Present city-wide figures, in the packs' order; unknown codes are left out."""
    rows = in_force()
    wanted = list(codes)
    rows = rows.filter(indicator_id__in=wanted) if wanted else rows
    rows = rows.filter(indicator__family=family) if family else rows
    shown = {h.indicator_id: h for h in Headline.objects.filter(dimension="", member="")}
    return [reading(row, shown.get(row.indicator_id), "", "") for row in rows]


def by_member(code: str, dimension: str = "county") -> dict[str, Reading]:
    """Present figures of every member of a dimension that has one: division code, organisation code or matter key."""
    row = definition(code)
    shown = Headline.objects.filter(indicator_id=code, dimension=dimension)
    return {h.member: reading(row, h, dimension, h.member) for h in shown}


def reading(row: Definition, shown: Headline | None, dimension: str, member: str) -> Reading:
    """A definition and its headline as one record; a headline of another rule is not shown."""
    document = row.document()
    if shown is not None and shown.rule_hash != row.rule_hash:
        shown = None
    figure = shown.value if shown else None
    stale = shown is not None and out_of_date(document, shown)
    status = status_of(document, figure, stale)
    severity: Severity = shown.severity if shown else "calm"  # type: ignore[assignment]
    target = document.target
    return Reading(
        code=document.key, name=document.name, unit=document.unit, version=document.version,
        family=document.family, value=figure, numerator=shown.numerator if shown else None,
        denominator=shown.denominator if shown else None, period=shown.period if shown else "",
        as_of=shown.as_of if shown else None, light=light_of(document, status, severity), status=status,
        severity=severity, target=target.value if target else None, target_op=target.op if target else "",
        target_year=target.year if target else None, decimals=document.decimals, direction=document.direction,
        frequency=document.frequency, owner=document.owner, lead=document.lead, no_data=document.no_data,
        dimension=dimension, member=member,
    )  # fmt: skip


def out_of_date(document: IndicatorDocument, shown: Headline) -> bool:
    """Older than its frequency; also a window of days that no longer ends today."""
    now = clock.now()
    if is_stale(document.frequency, shown.as_of, now):
        return True
    ends = shown.period.rpartition("/")[2]
    yesterday = clock.today() - timedelta(days=1)
    fresh_start = now - start_of(clock.today()) < timedelta(minutes=15)
    return document.by_days and ends < (yesterday if fresh_start else clock.today()).isoformat()


def series(
    code: str, *, days: int = 30, dimension: str = "", member: str = "", version: int | None = None
) -> list[Point]:
    """Values of past periods, oldest first, of the version in force (or another: both series are kept).

    ``days`` bounds indicators kept by days; those of longer periods return up to 60 periods.
    """
    row = definition(code)
    rows = Value.objects.filter(
        indicator_id=code, version=version or row.version, dimension=dimension, member=member
    ).order_by("-period")[: min(days, 400) if len(code) else 0]
    return [
        Point(v.period, v.value, v.numerator, v.denominator, v.version, v.computed_at) for v in reversed(rows)
    ]


def all_versions(code: str, *, most: int = 800) -> list[Point]:
    """Every city-wide value under every version, oldest first: the old series beside the new one."""
    rows = Value.objects.filter(indicator_id=code, dimension="").order_by("-period", "-version")[:most]
    return [
        Point(v.period, v.value, v.numerator, v.denominator, v.version, v.computed_at) for v in reversed(rows)
    ]
