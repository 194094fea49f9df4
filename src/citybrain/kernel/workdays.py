"""Working days and limits: the door to the pure rules in ``domain`` and to the loaded holiday tables.

Refuses to guess: a year whose table is not loaded raises MissingYear (reference §0.4, check A38).
"""

import threading
import time
from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Any, ClassVar

from django.db import transaction

from citybrain.kernel import clock
from citybrain.kernel.actor import Actor
from citybrain.kernel.domain import limits
from citybrain.kernel.domain.calendars import HOLIDAY, MAKEUP, Calendar, MissingYear
from citybrain.kernel.domain.limits import Interval, Light, Limit, WorkTime, union
from citybrain.kernel.events import Event, publish
from citybrain.kernel.text import Text

CACHE_SECONDS = 30.0


class YearLoaded(Event):
    """A year's holiday table was loaded or corrected: whoever flagged a limit for want of it may compute it now."""

    name: ClassVar[str] = "kernel.year_loaded"
    year: int


_lock = threading.Lock()
_cached: tuple[float, Calendar] | None = None


def calendar() -> Calendar:
    """The calendar of all loaded years; cached in the process for half a minute."""
    global _cached
    held = _cached
    if held is not None and time.monotonic() - held[0] < CACHE_SECONDS:
        return held[1]
    with _lock:
        fresh = Calendar(_load())
        _cached = (time.monotonic(), fresh)
        return fresh


def forget() -> None:
    """Drop the cached calendar (after loading a year; in tests after a rollback)."""
    global _cached
    _cached = None


def _load() -> dict[int, dict[date, str]]:
    from citybrain.kernel.models import Holiday, HolidayYear

    years: dict[int, dict[date, str]] = {y: {} for y in HolidayYear.objects.values_list("year", flat=True)}
    for day, year, kind in Holiday.objects.values_list("date", "year_id", "kind"):
        years[year][day] = kind
    return years


@transaction.atomic
def load_year(year: int, days: Iterable[Mapping[str, Any]], source: str, confirmed: bool = True) -> None:
    """Load or replace one year: ``days`` of {date, kind: holiday|makeup, name}; publishes YearLoaded.

    ValueError on a wrong year, kind or double day, with nothing changed.
    """
    from citybrain.kernel.models import Holiday, HolidayYear

    rows = [_row(year, day) for day in days]
    if len({row.date for row in rows}) != len(rows):
        raise ValueError(f"the table of {year} names a day twice")
    HolidayYear.objects.update_or_create(
        year=year, defaults={"source": source, "confirmed": confirmed, "loaded_at": clock.now()}
    )
    Holiday.objects.filter(year_id=year).delete()
    Holiday.objects.bulk_create(rows)
    publish(YearLoaded(year=year), aggregate=f"year:{year}", by=Actor.system("kernel.load_year"))
    forget()
    transaction.on_commit(forget)


def _row(year: int, day: Mapping[str, Any]) -> Any:
    from citybrain.kernel.models import Holiday

    on, kind = day["date"], day["kind"]
    on = date.fromisoformat(on) if isinstance(on, str) else on
    if on.year != year:
        raise ValueError(f"{on} is not in {year}")
    if kind not in (HOLIDAY, MAKEUP):
        raise ValueError(f"{on}: kind must be holiday or makeup, not {kind!r}")
    if kind == MAKEUP and on.weekday() < 5:
        raise ValueError(f"{on} is a weekday: it cannot be a make-up day")
    name = day.get("name") or {}
    return Holiday(date=on, year_id=year, kind=kind, name=Text.model_validate(name).as_dict() if name else {})


def is_workday(day: date) -> bool:
    """Whether offices work on ``day``."""
    return calendar().is_workday(day)


def due(
    start: datetime,
    limit: Limit,
    suspensions: Iterable[Interval] = (),
    calendar: Calendar | None = None,
    *,
    now: datetime | None = None,
) -> datetime:
    """The instant (UTC) until which ``limit`` from ``start`` is kept; open suspensions run to ``now`` (default: the clock)."""
    return limits.due(start, limit, suspensions, calendar or _calendar(), now=now or clock.now())


def elapsed(
    start: datetime,
    limit: Limit,
    suspensions: Iterable[Interval] = (),
    calendar: Calendar | None = None,
    *,
    now: datetime | None = None,
) -> float:
    """Units of ``limit`` used so far; days whole (today included), hours as fractions."""
    return limits.elapsed(start, now or clock.now(), limit, suspensions, calendar or _calendar())


def remaining(
    start: datetime,
    limit: Limit,
    suspensions: Iterable[Interval] = (),
    calendar: Calendar | None = None,
    *,
    now: datetime | None = None,
) -> float:
    """Units left; 0 on the last day, negative when overdue."""
    return limits.remaining(start, now or clock.now(), limit, suspensions, calendar or _calendar())


def light(due: datetime, now: datetime, limit: Limit, calendar: Calendar | None = None) -> Light:
    """red after ``due``; yellow with ≤ 20 % or ≤ 1 day left; else green."""
    return limits.light(due, now, limit, calendar or _calendar())


def yellow_from(due: datetime, limit: Limit, calendar: Calendar | None = None) -> datetime:
    """The instant the light turns yellow; store it beside the due instant so that lists filter lights in SQL."""
    return limits.yellow_from(due, limit, calendar or _calendar())


_calendar = calendar


def years_wanted() -> list[int]:
    """Years whose holiday table is missing and needed within the next 60 days: a task for the administrator."""
    soon = (clock.today() + timedelta(days=60)).year
    return sorted({clock.today().year, soon} - set(_calendar().years))


__all__ = [
    "Calendar", "Interval", "Light", "Limit", "MissingYear", "WorkTime", "YearLoaded", "calendar", "due", "elapsed", "forget",
    "is_workday", "light", "load_year", "remaining", "union", "years_wanted", "yellow_from",
]  # fmt: skip
