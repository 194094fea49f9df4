"""Limits, suspensions, due instants, elapsed and remaining time, lights. Pure; reads no clock, no database.

Rules: a period in days starts the day after its trigger and ends when its last day ends (Civil Code, periods);
in the Administrative Licensing Law day limits are working days (Art. 82) and special procedures are deducted
(Art. 45); a last calendar day that is a rest day moves to the next working day. Hours run from the instant itself:
``hour`` around the clock, ``workhour`` only inside the day's windows of working days.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal, NamedTuple

from citybrain.kernel.clock import CITY_ZONE
from citybrain.kernel.domain.calendars import ONE_DAY, Calendar

Unit = Literal["workday", "day", "hour", "workhour"]
Light = Literal["green", "yellow", "red"]
UNITS = ("workday", "day", "hour", "workhour")


@dataclass(frozen=True)
class Limit:
    """A limit such as 20 working days. ``value`` is at least 1."""

    value: int
    unit: Unit = "workday"

    def __post_init__(self) -> None:
        if self.unit not in UNITS:
            raise ValueError(f"unknown unit of time: {self.unit!r}")
        if self.value < 1:
            raise ValueError("a limit is at least 1")


@dataclass(frozen=True)
class Interval:
    """A suspension from ``start`` to ``end`` (aware); ``end`` None means it is still running."""

    start: datetime
    end: datetime | None = None

    def __post_init__(self) -> None:
        if self.end is not None and self.end < self.start:
            raise ValueError("an interval ends before it starts")


class Window(NamedTuple):
    """Working time of a day, in seconds from midnight."""

    opens: int
    closes: int


WORK_WINDOWS = (Window(8 * 3600, 12 * 3600), Window(14 * 3600, 18 * 3600))
END_OF_DAY = time(23, 59, 59)


def _date(at: datetime) -> date:
    return at.astimezone(CITY_ZONE).date()


def _end_of(day: date) -> datetime:
    return datetime.combine(day, END_OF_DAY, CITY_ZONE).astimezone(UTC)


def _start_of(day: date) -> datetime:
    return datetime.combine(day, time(0), CITY_ZONE).astimezone(UTC)


def union(intervals: Iterable[Interval], until: datetime | None) -> list[tuple[datetime, datetime]]:
    """Disjoint spans in order, each moment once; an open interval runs to ``until``."""
    spans: list[tuple[datetime, datetime]] = []
    for one in sorted(intervals, key=lambda i: i.start):
        end = one.end if one.end is not None else max(one.start, until or one.start)
        if spans and one.start <= spans[-1][1]:
            spans[-1] = (spans[-1][0], max(spans[-1][1], end))
        else:
            spans.append((one.start, end))
    return spans


def _day_spans(intervals: Iterable[Interval], until: datetime | None) -> list[tuple[date, date]]:
    """The same in whole days (first, last] : the day a suspension begins still counts, the day it ends does not."""
    spans: list[tuple[date, date]] = []
    for start, end in union(intervals, until):
        first, last = _date(start), _date(end)
        if spans and first <= spans[-1][1]:
            spans[-1] = (spans[-1][0], max(spans[-1][1], last))
        elif last > first:
            spans.append((first, last))
    return spans


def _walk(start, need, spans, between: Callable, add: Callable):
    """Where ``need`` units after ``start`` are used up when nothing counts inside ``spans``."""
    at = start
    for first, last in spans:
        if last <= at:
            continue
        usable = between(at, first) if first > at else 0
        if need <= usable:
            return add(at, need)
        need -= usable
        at = last
    return add(at, need)


def _used(start, end, spans, between: Callable) -> float:
    """Units in (start, end] outside ``spans``."""
    total = between(start, end)
    for first, last in spans:
        low, high = max(first, start), min(last, end)
        if high > low:
            total -= between(low, high)
    return total


def _days_between(start: date, end: date) -> int:
    return (end - start).days


def _add_days(day: date, count: int) -> date:
    return day + timedelta(days=count)


def _seconds_between(start: datetime, end: datetime) -> float:
    return (end - start).total_seconds()


def _add_seconds(at: datetime, seconds: float) -> datetime:
    return at + timedelta(seconds=seconds)


class WorkTime:
    """Working seconds inside the day's windows on a calendar."""

    def __init__(self, calendar: Calendar, windows: tuple[Window, ...] = WORK_WINDOWS) -> None:
        self.calendar, self.windows = calendar, windows
        self.day_length = sum(w.closes - w.opens for w in windows)

    def _done(self, at: datetime) -> tuple[date, float]:
        """The local date and the working seconds of that day already past."""
        here = at.astimezone(CITY_ZONE)
        if not self.calendar.is_workday(here.date()):
            return here.date(), 0
        past = here.hour * 3600 + here.minute * 60 + here.second + here.microsecond / 1e6
        return here.date(), sum(min(max(past - w.opens, 0), w.closes - w.opens) for w in self.windows)

    def between(self, start: datetime, end: datetime) -> float:
        """Working seconds from ``start`` to ``end``."""
        (first, before), (last, after) = self._done(start), self._done(end)
        if first == last:
            return after - before
        whole = self.calendar.workdays_between(first, last) - self.calendar.is_workday(last)
        today = self.day_length - before if self.calendar.is_workday(first) else 0
        return today + whole * self.day_length + after

    def add(self, at: datetime, seconds: float) -> datetime:
        """The earliest instant by which ``seconds`` of work have passed since ``at``."""
        if seconds <= 0:
            return at
        day, done = self._done(at)
        left = self.day_length - done if self.calendar.is_workday(day) else 0
        if seconds <= left:
            return self._instant(day, done + seconds)
        seconds -= left
        days = max(0, -(-seconds // self.day_length) - 1)  # whole days before the last one
        day = self.calendar.add_workdays(day, int(days) + 1)
        return self._instant(day, seconds - days * self.day_length)

    def _instant(self, day: date, seconds: float) -> datetime:
        for window in self.windows:
            length = window.closes - window.opens
            if seconds <= length:
                return _start_of(day) + timedelta(seconds=window.opens + seconds)
            seconds -= length
        raise AssertionError("more work than the day holds")


def due(
    start: datetime,
    limit: Limit,
    suspensions: Iterable[Interval] = (),
    calendar: Calendar | None = None,
    *,
    now: datetime | None = None,
) -> datetime:
    """The instant (UTC) until which the limit is kept. Open suspensions run to ``now``."""
    if limit.unit == "hour":
        return _walk(start, limit.value * 3600, union(suspensions, now), _seconds_between, _add_seconds)
    assert calendar is not None, "a calendar is needed for every unit but the hour"
    if limit.unit == "workhour":
        work = WorkTime(calendar)
        return _walk(start, limit.value * 3600, union(suspensions, now), work.between, work.add)
    spans = _day_spans(suspensions, now)
    if limit.unit == "workday":
        last = _walk(_date(start), limit.value, spans, calendar.workdays_between, calendar.add_workdays)
        return _end_of(last)
    last = _walk(_date(start), limit.value, spans, _days_between, _add_days)
    return _end_of(calendar.on_or_after(last))


def elapsed(
    start: datetime,
    now: datetime,
    limit: Limit,
    suspensions: Iterable[Interval] = (),
    calendar: Calendar | None = None,
) -> float:
    """Units of ``limit`` used at ``now``, suspensions counted once. Days are whole, today included; hours are fractions."""
    if now <= start:
        return 0
    if limit.unit == "hour":
        return _used(start, now, union(suspensions, now), _seconds_between) / 3600
    assert calendar is not None, "a calendar is needed for every unit but the hour"
    if limit.unit == "workhour":
        return _used(start, now, union(suspensions, now), WorkTime(calendar).between) / 3600
    between = calendar.workdays_between if limit.unit == "workday" else _days_between
    return _used(_date(start), _date(now), _day_spans(suspensions, now), between)


def remaining(
    start: datetime,
    now: datetime,
    limit: Limit,
    suspensions: Iterable[Interval] = (),
    calendar: Calendar | None = None,
) -> float:
    """Units left; 0 on the last day, negative when overdue."""
    return limit.value - elapsed(start, now, limit, suspensions, calendar)


def warning_units(limit: Limit) -> float:
    """How much time left turns the light yellow: 20 % of the limit, for day units at least one day."""
    fifth = limit.value * 0.2
    return max(1, int(fifth)) if limit.unit in ("workday", "day") else fifth


def yellow_from(due_at: datetime, limit: Limit, calendar: Calendar | None = None) -> datetime:
    """The instant the light turns yellow: store it beside ``due_at`` and a work list filters lights in SQL."""
    left = warning_units(limit)
    if limit.unit == "hour":
        return due_at - timedelta(seconds=left * 3600)
    if limit.unit == "day":
        return _start_of(_date(due_at) - timedelta(days=int(left)))
    assert calendar is not None, "a calendar is needed for every unit but the hour"
    if limit.unit == "workday":
        return _start_of(calendar.add_workdays(_date(due_at), -int(left)))
    return _before(due_at, left * 3600, WorkTime(calendar))


def _before(at: datetime, seconds: float, work: WorkTime) -> datetime:
    """The latest instant with ``seconds`` of work left until ``at``."""
    day, done = work._done(at)
    if seconds <= done:
        return work._instant(day, done - seconds) if seconds < done else _opening(day, work)
    seconds -= done
    days = max(0, -(-seconds // work.day_length) - 1)
    day = work.calendar.add_workdays(day, -int(days) - 1)
    rest = work.day_length - (seconds - days * work.day_length)
    return work._instant(day, rest) if rest > 0 else _opening(day, work)


def _opening(day: date, work: WorkTime) -> datetime:
    return _start_of(day) + timedelta(seconds=work.windows[0].opens)


def light(due_at: datetime, now: datetime, limit: Limit, calendar: Calendar | None = None) -> Light:
    """red after ``due_at``; yellow with ≤ 20 % or ≤ 1 day left; else green."""
    if now > due_at:
        return "red"
    return "yellow" if now >= yellow_from(due_at, limit, calendar) else "green"


__all__ = [
    "ONE_DAY", "WORK_WINDOWS", "Interval", "Light", "Limit", "Unit", "Window", "WorkTime",
    "due", "elapsed", "light", "remaining", "union", "warning_units", "yellow_from",
]  # fmt: skip
