"""When a collection is due (更新周期). City time; working days by the holiday table. Refuses cycles shorter than a minute."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Literal

from citybrain.kernel.clock import CITY_ZONE

Every = Literal["manual", "minutes", "daily", "weekly", "monthly"]
MOST_DAYS_AHEAD = 400
LONGEST_REST = 15  # days: no holiday is longer


@dataclass(frozen=True)
class Cycle:
    """``minutes``: every ``number`` minutes. ``daily`` at ``at``; ``weekly`` on weekday ``number`` (1–7); ``monthly`` on day
    ``number`` (31: the last). ``workdays``: a turn on a rest day is moved to the next day offices work."""

    every: Every = "manual"
    number: int = 1
    at: str = "02:00"
    workdays: bool = False

    def as_dict(self) -> dict[str, Any]:
        """The stored form."""
        return {"every": self.every, "number": self.number, "at": self.at, "workdays": self.workdays}

    def problem(self) -> str:
        """A code when the cycle cannot be kept: ``number``, ``at`` or nothing."""
        most = {"minutes": 1440, "weekly": 7, "monthly": 31}.get(self.every, 1)
        if self.every in ("minutes", "weekly", "monthly") and not 1 <= self.number <= most:
            return "number"
        try:
            time.fromisoformat(self.at)
        except ValueError:
            return "at"
        return ""


def next_due(cycle: Cycle, after: datetime, is_workday: Callable[[date], bool]) -> datetime | None:
    """The first instant later than ``after``; None for ``manual``."""
    if cycle.every == "manual":
        return None
    if cycle.every == "minutes":
        return next_minute(cycle, after, is_workday)
    local = after.astimezone(CITY_ZONE)
    for ahead in range(-LONGEST_REST, MOST_DAYS_AHEAD):
        day = local.date() + timedelta(days=ahead)
        if not falls_on(cycle, day):
            continue
        while cycle.workdays and not is_workday(day):
            day += timedelta(days=1)
        moment = datetime.combine(day, time.fromisoformat(cycle.at), CITY_ZONE)
        if moment > after:
            return moment.astimezone(after.tzinfo)
    return None


def next_minute(cycle: Cycle, after: datetime, is_workday: Callable[[date], bool]) -> datetime:
    """``number`` minutes later; on a rest day the beginning of the next working day."""
    moment = after + timedelta(minutes=cycle.number)
    if not cycle.workdays:
        return moment
    day = moment.astimezone(CITY_ZONE).date()
    if is_workday(day):
        return moment
    while not is_workday(day):
        day += timedelta(days=1)
    return datetime.combine(day, time(0), CITY_ZONE).astimezone(after.tzinfo)


def falls_on(cycle: Cycle, day: date) -> bool:
    """Whether a daily, weekly or monthly cycle has its turn on this day."""
    if cycle.every == "weekly":
        return day.isoweekday() == cycle.number
    if cycle.every == "monthly":
        last = (day.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
        return day.day == min(cycle.number, last.day)
    return True


def late(cycle: Cycle, next_at: datetime | None, now: datetime) -> bool:
    """Whether the collection should have begun and has not: it is behind its cycle by more than five minutes."""
    return cycle.every != "manual" and next_at is not None and now - next_at > timedelta(minutes=5)
