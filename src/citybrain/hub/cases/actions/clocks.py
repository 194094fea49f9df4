"""The clocks of one case during a run: start, pause, resume, extend, stop, and what colour the case has.

Statutory, promised and internal limits stand side by side on a clock; the promised one is what runs. Suspensions are
intervals; overlapping ones count once (《行政许可法》第四十五条).
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from citybrain.hub.cases.domain.machine import LimitSpec, Machine
from citybrain.hub.cases.models import Clock as ClockRow
from citybrain.hub.cases.models import ClockInterval
from citybrain.hub.cases.queries.reading import CaseRows
from citybrain.kernel import workdays
from citybrain.kernel.workdays import Interval, Limit


def limit_of(raw: Any) -> Limit | None:
    """A Limit from a Limit, a LimitSpec, ``{value, unit}`` or None. A value of 0 is no limit."""
    if raw is None or isinstance(raw, Limit):
        return raw
    value, unit = (
        (raw.value, raw.unit) if isinstance(raw, LimitSpec) else (raw["value"], raw.get("unit", "workday"))
    )
    return Limit(int(value), unit) if int(value) >= 1 else None


def limit_dict(limit: Limit | None) -> dict[str, Any] | None:
    """The stored form."""
    return {"value": limit.value, "unit": limit.unit} if limit else None


def earlier(due: datetime, by: Limit, calendar: Any) -> datetime:
    """The instant ``by`` before ``due``. The kernel's yellow light begins a fifth of a limit before due; so ask for five."""
    return workdays.yellow_from(due, Limit(by.value * 5, by.unit), calendar)


class Clocks:
    """Reads the case's clocks when first needed; keeps what is new and what changed until the run is written."""

    def __init__(self, known: CaseRows, machine: Machine, at: datetime) -> None:
        self.known, self.case, self.machine, self.at = known, known.case, machine, at
        self._rows: dict[str, ClockRow] | None = None
        self._changed: dict[Any, ClockRow] = {}
        self._intervals: dict[Any, list[ClockInterval]] = {}
        self.new: list[ClockRow] = []
        self.fresh_intervals: list[ClockInterval] = []
        self.ended_intervals: list[ClockInterval] = []

    # reading ---------------------------------------------------------------------------------------------------

    @property
    def rows(self) -> dict[str, ClockRow]:
        """Clocks that run or pause, by name."""
        if self._rows is None:
            self._rows = {row.name: row for row in self.known.rows("clocks") if row.state != "stopped"}
        return self._rows

    def intervals(self, row: ClockRow) -> list[ClockInterval]:
        """All intervals of a clock, new ones included."""
        if row.pk not in self._intervals:
            stored = self.known.rows("intervals") if row.suspensions else []
            self._intervals[row.pk] = [i for i in stored if i.clock_id == row.pk]
        return self._intervals[row.pk]

    def running(self, name: str) -> ClockRow | None:
        """The clock when it runs or pauses."""
        return self.rows.get(name)

    def passed(self, name: str) -> bool:
        """Whether the clock has run out (or does not exist any more)."""
        row = self.running(name)
        if row is None:
            return True
        return row.state == "running" and row.due_at is not None and self.at > row.due_at

    def colour(self) -> tuple[datetime | None, datetime | None, bool, datetime | None]:
        """(due, yellow, paused, statutory due) of the clock that colours the case: the running one due first."""
        coloured = [row for row in self.rows.values() if row.light]
        running = [row for row in coloured if row.state == "running"]
        running.sort(key=lambda row: (row.due_at is None, row.due_at or row.started_at))
        chosen = running[0] if running else (coloured[0] if coloured else None)
        if chosen is None:
            return None, None, False, None
        return chosen.due_at, chosen.yellow_at, chosen.state == "paused", chosen.statutory_due_at

    # changing --------------------------------------------------------------------------------------------------

    def start(self, name: str, *, since: datetime | None = None, cap: Limit | None = None) -> ClockRow:
        """Start a clock anew; a running one of the same name stops."""
        if name in self.rows:
            self.stop(name)
        spec = self.machine.clocks[name]
        statutory = internal = None
        if spec.limit == "from matter":
            limits = self.case.limits or {}
            limit = (
                limit_of(limits.get("promised"))
                or limit_of(limits.get("statutory"))
                or limit_of(spec.default)
            )
            statutory, internal = limit_of(limits.get("statutory")), limit_of(limits.get("internal"))
        else:
            limit = limit_of(spec.limit)
        if limit is None:
            limit = Limit(20, "workday")  # 《行政许可法》第四十二条
        if cap is not None and cap.unit == limit.unit and cap.value < limit.value:
            limit = cap
        row = ClockRow(
            case=self.case, name=name, value=limit.value, unit=limit.unit, statutory=limit_dict(statutory),
            internal=limit_dict(internal), started_at=since or self.at, light=spec.light,
        )  # fmt: skip
        self.new.append(row)
        self._intervals[row.pk] = []
        self._reckon(row)
        self.rows[name] = row
        return row

    def stop(self, name: str) -> ClockRow | None:
        """Stop a clock (``all``: every one). A clock that does not run is left alone."""
        if name == "all":
            for each in list(self.rows):
                self.stop(each)
            return None
        row = self.rows.pop(name, None)
        if row is None:
            return None
        self._end_intervals(row, "")
        self._set(row, state="stopped", stopped_at=self.at, fires_at=None)
        return row

    def pause(self, name: str, **details: Any) -> ClockRow | None:
        """Open an interval that does not count."""
        row = self.running(name)
        if row is None:
            return None
        interval = ClockInterval(clock=row, started_at=self.at, **details)
        self.intervals(row).append(interval)
        self.fresh_intervals.append(interval)
        self._set(row, state="paused", fires_at=None, suspensions=row.suspensions + 1)
        return row

    def resume(self, name: str, result: str = "") -> ClockRow | None:
        """Close the open intervals; the due date moves by what they cost."""
        row = self.running(name)
        if row is None or row.state != "paused":
            return row
        self._end_intervals(row, result)
        self._set(row, state="running")
        self._reckon(row)
        return row

    def extend(self, name: str, by: Limit) -> ClockRow | None:
        """Add units to a limit (《行政许可法》第四十二条：延长十日)."""
        row = self.running(name)
        if row is None:
            return None
        if by.unit != row.unit:
            raise ValueError(f"clock {name} counts in {row.unit}, not in {by.unit}")
        self._set(row, extended=row.extended + by.value)
        self._reckon(row)
        return row

    def worked(self, row: ClockRow) -> float:
        """Units used between start and now, suspensions out."""
        return workdays.elapsed(row.started_at, Limit(row.value, row.unit), self._spans(row), now=self.at)

    # reckoning -------------------------------------------------------------------------------------------------

    def _spans(self, row: ClockRow) -> list[Interval]:
        return [Interval(i.started_at, i.ended_at) for i in self.intervals(row)]

    def _reckon(self, row: ClockRow) -> None:
        """Due dates. A date in a year whose holidays are not published stays unknown; it is reckoned when they are."""
        try:
            self._reckon_known(row)
        except workdays.MissingYear:
            unknown = dict.fromkeys(
                ("due_at", "yellow_at", "statutory_due_at", "internal_due_at", "fires_at")
            )
            self._set(row, **unknown)

    def reckon_again(self) -> None:
        """After a year's table was loaded: every running clock without a due date."""
        for row in self.rows.values():
            if row.due_at is None:
                self._reckon(row)
                if row.state == "paused":
                    self._set(row, fires_at=None)

    def _reckon_known(self, row: ClockRow) -> None:
        spans, calendar = self._spans(row), workdays.calendar()
        limit = Limit(row.value + row.extended, row.unit)
        due = workdays.due(row.started_at, limit, spans, calendar, now=self.at)
        values: dict[str, Any] = {"due_at": due, "yellow_at": self._yellow(row, due, limit, calendar)}
        for name in ("statutory", "internal"):
            side = limit_of(getattr(row, name))
            if side:
                side = Limit(side.value + row.extended, side.unit) if side.unit == row.unit else side
                values[f"{name}_due_at"] = workdays.due(row.started_at, side, spans, calendar, now=self.at)
        values["fires_at"] = self._fires(row.name, due, calendar)
        self._set(row, **values)

    def _yellow(self, row: ClockRow, due: datetime, limit: Limit, calendar: Any) -> datetime:
        warn = limit_of(self.machine.clocks[row.name].warn) if row.name in self.machine.clocks else None
        return earlier(due, warn, calendar) if warn else workdays.yellow_from(due, limit, calendar)

    def _fires(self, name: str, due: datetime, calendar: Any) -> datetime | None:
        moments = []
        for transition in self.machine.timers(name):
            before = limit_of(transition.timer.before) if transition.timer else None
            moments.append(earlier(due, before, calendar) if before else due)
        return min(moments) if moments else None

    def _end_intervals(self, row: ClockRow, result: str) -> None:
        if row.state != "paused":
            return
        for interval in self.intervals(row):
            if interval.ended_at is None:
                interval.ended_at, interval.result = self.at, result
                if interval not in self.fresh_intervals:
                    self.ended_intervals.append(interval)

    def _set(self, row: ClockRow, **values: Any) -> None:
        for name, value in values.items():
            setattr(row, name, value)
        if row not in self.new:
            self._changed[row.pk] = row

    @property
    def changed(self) -> list[ClockRow]:
        """Clocks that were there before and are not as they were."""
        return list(self._changed.values())
