"""Limits: due instants, suspensions, lights (reference §0.4, checks A01 A03 A16 A38)."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from citybrain.kernel.clock import CITY_ZONE, at_local
from citybrain.kernel.domain.calendars import Calendar, MissingYear
from citybrain.kernel.domain.limits import (
    Interval,
    Limit,
    WorkTime,
    due,
    elapsed,
    light,
    remaining,
    union,
    yellow_from,
)
from citybrain.kernel.tests.factories import published_calendar

CALENDAR = published_calendar()
INSTANTS = st.datetimes(datetime(2024, 2, 1), datetime(2025, 12, 31)).map(lambda d: d.replace(tzinfo=UTC))
LIMITS = st.builds(Limit, st.integers(1, 60), st.sampled_from(["workday", "day", "hour", "workhour"]))


@st.composite
def suspensions(draw, start):
    made = []
    for _ in range(draw(st.integers(0, 4))):
        begin = start + timedelta(hours=draw(st.integers(-100, 900)))
        made.append(Interval(begin, begin + timedelta(hours=draw(st.integers(0, 400)))))
    return made


def say(at):
    return at.astimezone(CITY_ZONE).strftime("%Y-%m-%d %H:%M:%S")


def test_five_working_days_from_friday_afternoon_skip_weekend_and_holiday():
    # A01: received Friday 16:00 before the 2026 Labour Day holiday (1–5 May, make-up Saturday 9 May)
    assert say(due(at_local("2026-04-24T16:00"), Limit(5), (), CALENDAR)) == "2026-05-06 23:59:59"
    assert say(due(at_local("2026-04-30T16:00"), Limit(5), (), CALENDAR)) == "2026-05-11 23:59:59"


def test_the_day_of_the_trigger_does_not_count():
    early, late = at_local("2026-11-23T00:01"), at_local("2026-11-23T23:58")
    assert due(early, Limit(1), (), CALENDAR) == due(late, Limit(1), (), CALENDAR)
    assert say(due(early, Limit(1), (), CALENDAR)) == "2026-11-24 23:59:59"


def test_a_seven_working_day_appraisal_moves_a_twenty_day_limit_by_exactly_seven():
    # A03, and overlapping intervals are counted once
    start = at_local("2026-03-02T09:00")
    plain = due(start, Limit(20), (), CALENDAR)
    seven = Interval(at_local("2026-03-09T10:00"), at_local("2026-03-18T15:00"))
    inside = Interval(at_local("2026-03-11T10:00"), at_local("2026-03-16T10:00"))
    assert CALENDAR.workdays_between(date(2026, 3, 9), date(2026, 3, 18)) == 7
    moved = due(start, Limit(20), [seven], CALENDAR)
    assert (
        CALENDAR.workdays_between(plain.astimezone(CITY_ZONE).date(), moved.astimezone(CITY_ZONE).date()) == 7
    )
    assert due(start, Limit(20), [inside, seven, seven], CALENDAR) == moved


def test_urgent_cases_run_around_the_clock_and_others_from_monday_morning():
    # A16: filed Saturday 20:00, limit 2 hours
    saturday = at_local("2026-11-21T20:00")
    assert say(due(saturday, Limit(2, "hour"))) == "2026-11-21 22:00:00"
    assert say(due(saturday, Limit(2, "workhour"), (), CALENDAR)) == "2026-11-23 10:00:00"


@pytest.mark.parametrize(
    ("start", "hours", "end"),
    [
        ("2026-11-23T09:00", 3, "2026-11-23 12:00:00"),
        ("2026-11-23T09:00", 4, "2026-11-23 15:00:00"),
        ("2026-11-23T13:00", 4, "2026-11-23 18:00:00"),
        ("2026-11-23T09:00", 8, "2026-11-24 09:00:00"),
        ("2026-11-23T08:00", 8, "2026-11-23 18:00:00"),
        ("2026-11-20T17:00", 2, "2026-11-23 09:00:00"),
        ("2026-11-20T19:00", 16, "2026-11-24 18:00:00"),
    ],
)
def test_work_hours_run_only_inside_the_windows(start, hours, end):
    assert say(due(at_local(start), Limit(hours, "workhour"), (), CALENDAR)) == end


def test_a_calendar_day_limit_ending_on_a_day_off_moves_to_the_next_working_day():
    assert say(due(at_local("2026-09-21T10:00"), Limit(10, "day"), (), CALENDAR)) == "2026-10-08 23:59:59"


def test_a_limit_reaching_into_an_unpublished_year_is_refused():
    # A38
    with pytest.raises(MissingYear):
        due(at_local("2026-12-25T10:00"), Limit(10), (), CALENDAR)
    with pytest.raises(MissingYear):
        due(at_local("2026-12-28T10:00"), Limit(10, "day"), (), CALENDAR)


def test_lights_turn_yellow_on_the_last_day_and_red_after_it():
    start = at_local("2026-11-23T09:00")
    end = due(start, Limit(5), (), CALENDAR)  # Monday 30 November
    assert light(end, at_local("2026-11-26T10:00"), Limit(5), CALENDAR) == "green"
    assert light(end, at_local("2026-11-27T00:00"), Limit(5), CALENDAR) == "yellow"
    assert light(end, at_local("2026-11-30T23:00"), Limit(5), CALENDAR) == "yellow"
    assert light(end, at_local("2026-12-01T00:00"), Limit(5), CALENDAR) == "red"
    assert (
        light(due(start, Limit(20), (), CALENDAR), at_local("2026-12-15T09:00"), Limit(20), CALENDAR)
        == "yellow"
    )


def test_an_open_suspension_stops_the_clock():
    start, stop = at_local("2026-11-23T09:00"), at_local("2026-11-24T10:00")
    later = at_local("2026-12-08T10:00")
    assert elapsed(start, later, Limit(5), [Interval(stop)], CALENDAR) == 1
    assert remaining(start, later, Limit(5), [Interval(stop)], CALENDAR) == 4
    assert elapsed(start, later, Limit(5, "hour"), [Interval(stop)]) == 25


@given(INSTANTS, LIMITS, st.data())
def test_suspensions_never_bring_a_limit_forward_and_overlaps_count_once(start, limit, data):
    stops = data.draw(suspensions(start))
    plain, moved = due(start, limit, (), CALENDAR), due(start, limit, stops, CALENDAR)
    assert moved >= plain
    assert due(start, limit, stops + stops[:1], CALENDAR) == moved
    merged = [Interval(a, b) for a, b in union(stops, None)]
    assert due(start, limit, merged, CALENDAR) == moved


@given(INSTANTS, st.integers(1, 60), st.data())
def test_used_up_exactly_at_the_due_instant(start, value, data):
    stops = data.draw(suspensions(start))
    for unit in ("workday", "hour", "workhour"):
        limit = Limit(value, unit)
        end = due(start, limit, stops, CALENDAR)
        assert elapsed(start, end, limit, stops, CALENDAR) == pytest.approx(value, abs=1e-6)


@given(INSTANTS, LIMITS, INSTANTS)
def test_a_light_never_goes_back(start, limit, now):
    end = due(start, limit, (), CALENDAR)
    order = ["green", "yellow", "red"]
    first, second = light(end, now, limit, CALENDAR), light(end, now + timedelta(hours=5), limit, CALENDAR)
    assert order.index(first) <= order.index(second)
    assert yellow_from(end, limit, CALENDAR) <= end


@given(INSTANTS, st.integers(1, 400))
def test_work_time_added_is_the_work_time_between(start, hours):
    work = WorkTime(CALENDAR)
    assert work.between(start, work.add(start, hours * 3600)) == pytest.approx(hours * 3600, abs=1e-3)


@pytest.mark.parametrize("days", [1, 20, 400])
def test_a_light_looks_up_a_year_or_two_and_never_walks_day_by_day(days, monkeypatch):
    looked, of = [], Calendar._of
    monkeypatch.setattr(Calendar, "_of", lambda self, year: looked.append(year) or of(self, year))
    end = due(at_local("2024-03-04T09:00"), Limit(days), (), CALENDAR)
    looked.clear()
    light(end, at_local("2024-03-04T10:00"), Limit(days), CALENDAR)
    assert 0 < len(looked) <= 4


def test_nonsense_is_refused():
    with pytest.raises(ValueError, match="unit"):
        Limit(3, "fortnight")
    with pytest.raises(ValueError, match="at least"):
        Limit(0)
    with pytest.raises(ValueError, match="ends before"):
        Interval(at_local("2026-01-02"), at_local("2026-01-01"))
