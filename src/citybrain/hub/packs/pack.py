"""The one part packs itself owns: ``holidays``, the yearly table of the State Council office."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from citybrain.hub.packs.data import Evidence, PackDocument, Problem
from citybrain.hub.packs.ports import Context
from citybrain.hub.packs.registry import register_part
from citybrain.kernel import workdays
from citybrain.kernel.text import Text


class HolidayDay(BaseModel):
    """A day off, or a weekend day that is worked (调休)."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    date: date
    kind: Literal["holiday", "makeup"]
    name: Text


class HolidayTable(BaseModel):
    """One year. ``confirmed: false`` marks a table not yet checked against the official notice."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    year: int = Field(ge=2000, le=2100)
    source: str = Field(min_length=1)
    evidence: Evidence | None = None
    days: tuple[HolidayDay, ...] = Field(min_length=1, max_length=150)


class Holidays:
    """Holiday tables; a year missing here is an error where a due date needs it, never a guess."""

    key, order, schema = "holidays", 10, HolidayTable

    def check(self, ctx: Context, docs: Sequence[PackDocument]) -> Iterable[Problem]:
        for doc in docs:
            seen: set[date] = set()
            for at, day in enumerate(doc.data.days):
                where = ("days", at, "date")
                if day.date.year != doc.data.year:
                    yield ctx.problem(
                        doc,
                        where,
                        zh=f"{day.date}不在{doc.data.year}年",
                        en=f"{day.date} is not in {doc.data.year}",
                    )
                if day.date in seen:
                    yield ctx.problem(doc, where, zh=f"{day.date}写了两次", en=f"{day.date} is written twice")
                if day.kind == "makeup" and day.date.weekday() < 5:
                    yield ctx.problem(
                        doc,
                        where,
                        zh=f"{day.date}本是工作日，不能是调休上班日",
                        en=f"{day.date} is a weekday already",
                    )
                seen.add(day.date)

    def apply(self, ctx: Context, doc: PackDocument) -> None:
        data: HolidayTable = doc.data
        days = [{"date": d.date, "kind": d.kind, "name": d.name.as_dict()} for d in data.days]
        weak = data.evidence is not None and data.evidence.weak
        workdays.load_year(data.year, days, data.source, confirmed=not weak)
        workdays.forget()

    def hide(self, ctx: Context, pack: str, key: str) -> None:
        """A loaded year stays: running clocks count on it."""

    def used(self, pack: str, key: str, version: int) -> bool:
        return False


register_part(Holidays())
