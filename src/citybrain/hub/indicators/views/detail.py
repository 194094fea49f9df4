"""One indicator opened down to its rows: figure, definition, rule version, series, members, numerator and denominator."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from citybrain.hub.indicators import api as indicators
from citybrain.hub.indicators.permissions import EXPORT, VIEW
from citybrain.hub.indicators.views.common import (
    DIMENSIONS,
    LIGHT_RANK,
    asked,
    member_name,
    organisation_name,
)
from citybrain.hub.indicators.views.listing import csv_answer, target_text
from citybrain.kernel import audit
from citybrain.kernel.errors import NotFound
from citybrain.kernel.guard import guard
from citybrain.kernel.text import Text

DAYS = 60
PAGE = 50
MOST_EXPORTED = 20_000
ROLES = {"numerator": Text(zh="分子", en="Numerator"), "denominator": Text(zh="分母", en="Denominator")}


@guard(VIEW)
def detail(request: HttpRequest, code: str) -> HttpResponse:
    """The explanation of a figure; ``dimension`` and ``member`` narrow it."""
    dimension, member = asked(request.GET, "dimension", 12), asked(request.GET, "member")
    explained = indicators.explain(code, dimension=dimension, member=member)
    points = indicators.series(code, days=DAYS, dimension=dimension, member=member)
    split = request.GET.get("split", explained.dimensions[0] if explained.dimensions else "")
    context = {
        "e": explained, "r": explained.reading, "points": points, "split": split, "dimension": dimension,
        "member": member, "member_name": member_name(dimension, member), "dimensions": DIMENSIONS, "roles": ROLES,
        "members": members(code, split) if split in explained.dimensions and not member else [],
        "owner": organisation_name(explained.reading.owner),
        "co_owners": [organisation_name(c) for c in explained.co_owners], "target": target_text(explained.reading),
        "chart": chart(points, explained.reading), "old": old_versions(code, explained.reading.version),
        "may_export": request.actor.may(EXPORT),
    }  # fmt: skip
    return render(request, "indicators/detail.html", context)


def members(code: str, dimension: str) -> list[tuple[str, indicators.Reading]]:
    """Members of a dimension, worst light first."""
    found = indicators.by_member(code, dimension)
    named = [(member_name(dimension, key), reading) for key, reading in found.items()]
    return sorted(named, key=lambda pair: (LIGHT_RANK[pair[1].light], pair[0]))[:200]


def chart(points: list[indicators.Point], reading: indicators.Reading) -> dict:
    """What the chart script draws: numbers only."""
    return {
        "name": reading.name.say(),
        "periods": [p.period for p in points],
        "values": [float(round(p.value, reading.decimals)) if p.value is not None else None for p in points],
        "target": float(reading.target) if reading.target is not None else None,
    }


def old_versions(code: str, current: int) -> list[indicators.Point]:
    """Values that earlier definitions made."""
    return [point for point in indicators.all_versions(code) if point.version != current][-DAYS:]


@guard(EXPORT)
def series_csv(request: HttpRequest, code: str) -> HttpResponse:
    """Every value under every version as CSV; audited."""
    points = indicators.all_versions(code)
    indicators.explain(code)  # refuses unknown codes
    titles = (
        ("统计期", "Period"),
        ("数值", "Value"),
        ("分子", "Numerator"),
        ("分母", "Denominator"),
        ("口径版本", "Version"),
    )
    audit.record("indicators.export", by=request.actor, obj=f"indicator:{code}", after={"rows": len(points)})
    rows = [(p.period, p.value, p.numerator, p.denominator, p.version) for p in points]
    return csv_answer(code, [Text(zh=zh, en=en).say() for zh, en in titles], rows)


@guard(VIEW)
def rows(request: HttpRequest, code: str, role: str) -> HttpResponse:
    """The rows a numerator or denominator counts, as far as the reader's post reaches; ``format=csv`` exports them."""
    if role not in ROLES:
        raise NotFound(f"no side {role!r}")
    narrowed = {name: asked(request.GET, name) for name in ("dimension", "member", "day")}
    raw = request.GET.get("page", "")
    page = max(1, min(int(raw), 999)) if raw.isdecimal() and len(raw) < 7 else 1
    explained = indicators.explain(code)
    if request.GET.get("format") == "csv":
        return export_rows(request, code, role, narrowed)
    found = indicators.side_rows(request.actor, code, role, limit=PAGE, offset=(page - 1) * PAGE, **narrowed)
    context = {
        "e": explained, "r": explained.reading, "role": ROLES[role], "rows": found, "page": page,
        "narrowed": narrowed, "member_name": member_name(narrowed["dimension"], narrowed["member"]),
        "may_export": request.actor.may("data.export"), "role_key": role,
    }  # fmt: skip
    return render(request, "indicators/rows.html", context)


def export_rows(request: HttpRequest, code: str, role: str, narrowed: dict[str, str]) -> HttpResponse:
    """The same rows as CSV, through the same door; needs ``data.export``, logged and audited there."""
    from citybrain.hub.identity import api as identity

    identity.require(request.actor, "data.export", obj=f"indicator:{code}")
    found = indicators.side_rows(request.actor, code, role, **narrowed, limit=MOST_EXPORTED, kind="export")  # type: ignore[arg-type]
    return csv_answer(f"{code}-{role}", [c.title.say() for c in found.columns], found.rows)
