"""The holiday table and counting on it. Pure; refuses to guess a year that was not loaded.

The State Council office issues each year's holidays and make-up workdays; they cannot be derived. A weekday is a
working day unless listed as holiday; a weekend day is a rest day unless listed as make-up.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from citybrain.kernel.errors import CityError

HOLIDAY = "holiday"
MAKEUP = "makeup"


class MissingYear(CityError):
    """The holiday table of a year is not loaded, so no date in it can be computed (check A38)."""

    status = 409
    code = "calendar.missing_year"

    def __init__(self, year: int) -> None:
        self.year = year
        super().__init__(
            f"{year} 年节假日表尚未载入，不能推算期限 / the holiday table of {year} is not loaded",
            safe="没有任何期限被猜测 / no deadline was guessed",
            todo=f"载入 {year} 年节假日安排后重试 / load the {year} holiday notice, then try again",
        )


@dataclass(frozen=True)
class _Year:
    """Working days of one year as sorted ordinals."""

    workdays: tuple[int, ...]


def _year(year: int, days: Mapping[date, str]) -> _Year:
    first, last = date(year, 1, 1).toordinal(), date(year, 12, 31).toordinal()
    special = {day.toordinal(): kind for day, kind in days.items()}
    return _Year(tuple(o for o in range(first, last + 1) if _works(o, special.get(o))))


def _works(ordinal: int, kind: str | None) -> bool:
    weekday = (ordinal + 6) % 7 < 5  # ordinal 1 is a Monday
    return kind == MAKEUP or (weekday and kind != HOLIDAY)


class Calendar:
    """Working days of the loaded years. Immutable, shareable between threads.

    ``holidays`` maps a year to its special days (date → ``holiday`` | ``makeup``). A year that is not a key is
    missing: every question that touches it raises MissingYear. Each answer costs microseconds.
    """

    def __init__(self, holidays: Mapping[int, Mapping[date, str]]) -> None:
        self._years = {year: _year(year, days) for year, days in holidays.items()}

    @property
    def years(self) -> list[int]:
        """The loaded years."""
        return sorted(self._years)

    def _of(self, year: int) -> _Year:
        try:
            return self._years[year]
        except KeyError:
            raise MissingYear(year) from None

    def is_workday(self, day: date) -> bool:
        """Whether offices work on ``day``."""
        days, ordinal = self._of(day.year).workdays, day.toordinal()
        at = bisect_left(days, ordinal)
        return at < len(days) and days[at] == ordinal

    def add_workdays(self, day: date, count: int) -> date:
        """The ``count``-th working day after ``day`` (before it when negative); ``day`` itself for 0."""
        if count == 0:
            return day
        year = day.year
        days = self._of(year).workdays
        at = (
            bisect_right(days, day.toordinal()) + count - 1
            if count > 0
            else bisect_left(days, day.toordinal()) + count
        )
        while at >= len(days):
            at -= len(days)
            year += 1
            days = self._of(year).workdays
        while at < 0:
            year -= 1
            days = self._of(year).workdays
            at += len(days)
        return date.fromordinal(days[at])

    def workdays_between(self, start: date, end: date) -> int:
        """Working days in (start, end]: the day of the trigger does not count, the last day does. Negative if end < start."""
        if end < start:
            return -self.workdays_between(end, start)
        low, high = start.toordinal(), end.toordinal()
        if start.year == end.year:
            days = self._of(start.year).workdays
            return bisect_right(days, high) - bisect_right(days, low)
        days = self._of(start.year).workdays
        total = len(days) - bisect_right(days, low)
        for year in range(start.year + 1, end.year):
            total += len(self._of(year).workdays)
        return total + bisect_right(self._of(end.year).workdays, high)

    def on_or_after(self, day: date) -> date:
        """``day`` if it is a working day, else the next one."""
        return day if self.is_workday(day) else self.add_workdays(day, 1)


def special_days(rows: Iterable[tuple[date, str]]) -> dict[int, dict[date, str]]:
    """Rows of (date, kind) as the mapping a Calendar takes; a year is present as soon as it has one row."""
    years: dict[int, dict[date, str]] = {}
    for day, kind in rows:
        years.setdefault(day.year, {})[day] = kind
    return years


ONE_DAY = timedelta(days=1)
