"""Standing sources: facts of the house that every installation opens, asked at the doors of the rooms that keep them.

Each gives columns (name, type, title) and rows. All of it is public by its nature: no person stands in it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pyarrow as pa

from citybrain.hub.data import api as data
from citybrain.hub.identity import api as identity
from citybrain.hub.indicators import api as indicators
from citybrain.hub.matters import api as matters
from citybrain.hub.places import api as places
from citybrain.kernel import workdays
from citybrain.kernel.errors import NotFound
from citybrain.kernel.text import Text, say

ARROW = {
    "text": pa.string(),
    "integer": pa.int64(),
    "number": pa.float64(),
    "bool": pa.bool_(),
    "date": pa.date32(),
}


@dataclass(frozen=True)
class Standing:
    """A source: its items, as the catalogue describes items, and its rows."""

    items: tuple[data.ItemRecord, ...]
    rows: Callable[[], Iterable[dict[str, Any]]]

    def table(self) -> pa.Table:
        """All rows."""
        schema = pa.schema([pa.field(i.name, ARROW[i.type]) for i in self.items])
        return pa.Table.from_pylist(list(self.rows()), schema=schema)


def standing(name: str) -> Standing:
    """The source of that name. NotFound otherwise."""
    if name not in SOURCES:
        raise NotFound(f"no standing source {name!r} / 没有这个来源", code="no_source")
    return SOURCES[name]


def items(*listed: tuple[str, str, str, str]) -> tuple[data.ItemRecord, ...]:
    """Items from (name, type, Chinese, English)."""
    return tuple(data.ItemRecord(name, Text(zh=zh, en=en), kind) for name, kind, zh, en in listed)


def divisions() -> Iterator[dict[str, Any]]:
    """The city, its counties, towns, villages and communities, from the top down."""
    counties = places.counties()
    for top in {c.parent for c in counties if c.parent}:
        if (city := places.find(top)) is not None:
            yield division(city)
    waiting = list(counties)
    while waiting:
        found = waiting.pop(0)
        yield division(found)
        waiting = places.children(found.code) + waiting if found.level < places.Level.VILLAGE else waiting


def division(found: Any) -> dict[str, Any]:
    """One division."""
    return {
        "code": found.code, "name": found.name, "name_en": found.name_en, "level": int(found.level),
        "kind": found.kind_name.say("zh"), "parent": found.parent, "county": found.county, "town": found.town,
        "pinyin": found.pinyin, "urban_rural": found.urban_rural, "civil_code": found.civil_code,
    }  # fmt: skip


def days() -> Iterator[dict[str, Any]]:
    """Every day of the years whose holiday table is loaded."""
    from citybrain.kernel.models import Holiday

    special = {row.date: row for row in Holiday.objects.all()}
    for year in workdays.calendar().years:
        day = date(year, 1, 1)
        while day.year == year:
            row = special.get(day)
            yield {
                "date": day, "weekday": day.isoweekday(), "workday": workdays.is_workday(day),
                "kind": row.kind if row else ("weekend" if day.isoweekday() > 5 else "weekday"),
                "name": say(row.name, "zh") if row else "", "name_en": say(row.name, "en") if row else "",
            }  # fmt: skip
            day += timedelta(days=1)


def targets() -> Iterator[dict[str, Any]]:
    """The plan's targets and where they stand; nobody-knows stays empty."""
    for r in indicators.readings(family="plan"):
        yield {
            "code": r.code, "name": r.name.zh, "name_en": r.name.en, "unit": r.unit.zh, "unit_en": r.unit.en,
            "operator": r.target_op, "target": None if r.target is None else float(r.target),
            "year": r.target_year, "value": None if r.value is None else float(r.value),
            "status": r.status, "as_of": r.as_of.date() if r.as_of else None,
            "lead": r.lead.zh if r.lead else "",
        }  # fmt: skip


def service_matters() -> Iterator[dict[str, Any]]:
    """Published matters, page by page."""
    number = 1
    while True:
        page = matters.catalogue(state="active", page=number, size=200)
        yield from (matter(entry) for entry in page.rows)
        if number >= page.pages:
            return
        number += 1


def matter(entry: Any) -> dict[str, Any]:
    """One matter as lists show it."""
    return {
        "key": entry.key, "name": say(entry.name, "zh"), "name_en": say(entry.name, "en"), "type": entry.type,
        "department": unit_name(entry.department), "department_slug": entry.department,
        "promised": entry.promised.say("zh"), "visits": entry.visits, "online": entry.online, "depth": entry.depth,
        "summary": say(entry.summary, "zh"),
    }  # fmt: skip


def unit_name(slug: str) -> str:
    """The department's name in the city, in Chinese."""
    found = identity.organisations(slug=slug, level="city") or identity.organisations(slug=slug)
    return say(found[0].short, "zh") if found else slug


def units() -> Iterator[dict[str, Any]]:
    """Units of government in force."""
    for o in identity.organisations():
        yield {
            "code": o.code, "name": say(o.name, "zh"), "name_en": say(o.name, "en"), "type": o.type,
            "level": o.level, "division": o.division, "parent": o.parent, "confirmed": o.confirmed,
        }  # fmt: skip


SOURCES = {
    "divisions": Standing(
        items(
            ("code", "text", "统计用区划代码", "Statistical division code"), ("name", "text", "名称", "Name"),
            ("name_en", "text", "英文名称", "Name in English"), ("level", "integer", "层级", "Level"),
            ("kind", "text", "类别", "Kind"), ("parent", "text", "上级代码", "Parent code"),
            ("county", "text", "县级代码", "County code"), ("town", "text", "乡级代码", "Town code"),
            ("pinyin", "text", "拼音", "Pinyin"), ("urban_rural", "text", "城乡分类代码", "Urban or rural code"),
            ("civil_code", "text", "民政行政区划代码", "Civil-affairs code"),
        ), divisions,
    ),
    "workdays": Standing(
        items(
            ("date", "date", "日期", "Date"), ("weekday", "integer", "星期（1=周一）", "Weekday (1 = Monday)"),
            ("workday", "bool", "是否工作日", "Working day"), ("kind", "text", "类别", "Kind"),
            ("name", "text", "节日名称", "Holiday"), ("name_en", "text", "节日英文名称", "Holiday in English"),
        ), days,
    ),
    "targets": Standing(
        items(
            ("code", "text", "指标编号", "Code"), ("name", "text", "指标", "Target"),
            ("name_en", "text", "英文名称", "Name in English"), ("unit", "text", "单位", "Unit"),
            ("unit_en", "text", "英文单位", "Unit in English"), ("operator", "text", "比较", "Comparison"),
            ("target", "number", "目标值", "Target value"), ("year", "integer", "目标年份", "Target year"),
            ("value", "number", "当前值", "Present value"), ("status", "text", "状态", "Status"),
            ("as_of", "date", "截至", "As of"), ("lead", "text", "牵头单位", "Lead unit"),
        ), targets,
    ),
    "matters": Standing(
        items(
            ("key", "text", "事项标识", "Key"), ("name", "text", "事项名称", "Matter"),
            ("name_en", "text", "英文名称", "Name in English"), ("type", "text", "事项类型", "Type"),
            ("department", "text", "主管部门", "Department"), ("department_slug", "text", "部门标识", "Department key"),
            ("promised", "text", "承诺时限", "Promised time"), ("visits", "integer", "到办事现场次数", "Visits"),
            ("online", "bool", "可网上办理", "Online"), ("depth", "integer", "网办深度", "Depth of online handling"),
            ("summary", "text", "摘要", "Summary"),
        ), service_matters,
    ),
    "units": Standing(
        items(
            ("code", "text", "单位编码", "Code"), ("name", "text", "单位名称", "Name"),
            ("name_en", "text", "英文名称", "Name in English"), ("type", "text", "单位类型", "Type"),
            ("level", "text", "层级", "Level"), ("division", "text", "行政区划", "Division"),
            ("parent", "text", "上级单位", "Parent"), ("confirmed", "bool", "已核实", "Confirmed"),
        ), units,
    ),
}  # fmt: skip
