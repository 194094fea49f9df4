"""The list of indicators: filter by family, status and word, sort, export."""

from collections.abc import Sequence
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from citybrain.hub.data import api as data
from citybrain.hub.indicators import api as indicators
from citybrain.hub.indicators.data import STATUS_NAMES
from citybrain.hub.indicators.permissions import EXPORT, VIEW
from citybrain.hub.indicators.views.common import FAMILIES, LIGHT_RANK, organisation_name
from citybrain.hub.indicators.views.common import asked as sent
from citybrain.kernel import audit, clock
from citybrain.kernel.guard import guard
from citybrain.kernel.text import Text

SORTS = {
    "position": lambda r: 0,
    "name": lambda r: r.name.say(),
    "value": lambda r: (r.value is None, -(r.value or 0)),
    "light": lambda r: LIGHT_RANK[r.light],
    "as_of": lambda r: (r.as_of is None, -r.as_of.timestamp() if r.as_of else 0),
}


@guard(VIEW)
def listing(request: HttpRequest) -> HttpResponse:
    """Indicators as a table with their lights; the filters live in the address."""
    asked = wanted(request)
    readings = chosen(asked)
    context = {
        "readings": [(r, organisation_name(r.owner)) for r in readings], "asked": asked, "families": FAMILIES,
        "statuses": STATUS_NAMES, "head": head(asked), "may_export": request.actor.may(EXPORT),
        "query": urlencode(asked),
    }  # fmt: skip
    return render(request, "indicators/list.html", context)


@guard(EXPORT)
def export(request: HttpRequest) -> HttpResponse:
    """The filtered list as CSV; audited."""
    asked = wanted(request)
    readings = chosen(asked)
    titles = (
        ("编码", "Code"), ("名称", "Name"), ("数值", "Value"), ("单位", "Unit"), ("分子", "Numerator"),
        ("分母", "Denominator"), ("目标", "Target"), ("状态", "Status"), ("统计期", "Period"), ("截至", "As of"),
        ("责任单位", "Owner"), ("口径版本", "Definition version"),
    )  # fmt: skip
    rows = [
        (
            r.code, r.name.say(), r.value, r.unit.say(), r.numerator, r.denominator, target_text(r),
            r.status_name.say(), r.period, r.as_of, organisation_name(r.owner), r.version,
        )
        for r in readings
    ]  # fmt: skip
    audit.record("indicators.export", by=request.actor, obj="indicators", after={**asked, "rows": len(rows)})
    return csv_answer("indicators", [Text(zh=zh, en=en).say() for zh, en in titles], rows)


def csv_answer(name: str, titles: Sequence[str], rows) -> HttpResponse:
    """A CSV download."""
    answer = HttpResponse(data.csv_text(titles, rows), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{name}-{clock.local():%Y%m%d-%H%M}.csv"'
    answer["Cache-Control"] = "no-store"
    return answer


def wanted(request: HttpRequest) -> dict[str, str]:
    """The filters asked for; unknown values are dropped."""
    get = request.GET
    found = {"q": sent(get, "q", 60)}
    for name, known in (("family", FAMILIES), ("status", STATUS_NAMES), ("sort", SORTS)):
        found[name] = get.get(name, "") if get.get(name, "") in known else ""
    return found


def chosen(asked: dict[str, str]) -> list[indicators.Reading]:
    """Readings that pass the filters, sorted."""
    found = indicators.readings(family=asked["family"])
    q = asked["q"].lower()
    found = [r for r in found if not q or q in f"{r.code} {r.name.zh} {r.name.en}".lower()]
    found = [r for r in found if not asked["status"] or r.status == asked["status"]]
    return sorted(found, key=SORTS[asked["sort"] or "position"])


def head(asked: dict[str, str]) -> dict[str, dict[str, str]]:
    """Sort links of the table's columns."""
    return {
        name: {
            "sort": f"{reverse('indicators:list')}?{urlencode({**asked, 'sort': name})}",
            "direction": "ascending" if asked["sort"] == name else "",
        }
        for name in SORTS
    }


def target_text(reading: indicators.Reading) -> str:
    """The target as printed: ≥ 95."""
    if reading.target is None:
        return ""
    sign = {">=": "≥", "<=": "≤", "=": "="}[reading.target_op]
    return f"{sign} {reading.target.normalize():f}"
