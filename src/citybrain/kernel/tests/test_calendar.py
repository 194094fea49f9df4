"""The holiday table: what a working day is, and counting."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from citybrain.kernel.domain.calendars import Calendar, MissingYear
from citybrain.kernel.tests.factories import holiday_tables, published_calendar

DAYS = st.dates(date(2024, 1, 1), date(2026, 12, 31))
EARLY = st.dates(date(2024, 1, 1), date(2025, 12, 31))


@pytest.mark.parametrize(
    ("day", "works"),
    [
        ("2024-02-04", True),  # make-up Sunday before the Spring Festival
        ("2024-02-16", False),
        ("2025-01-26", True),
        ("2025-10-08", False),
        ("2026-01-04", True),
        ("2026-02-23", False),
        ("2026-02-28", True),
        ("2026-11-21", False),  # an ordinary Saturday
        ("2026-11-23", True),
    ],
)
def test_published_tables_say_when_offices_work(day, works):
    assert published_calendar().is_workday(date.fromisoformat(day)) is works


def test_make_up_days_are_weekend_days_and_balance_the_statutory_days_off():
    statutory = {2024: 11, 2025: 13, 2026: 13}  # 2024-11 revision: two more from 2025
    for table in holiday_tables():
        weekdays_off = [d for d in table["days"] if d["kind"] == "holiday" and d["date"].weekday() < 5]
        makeup = [d for d in table["days"] if d["kind"] == "makeup"]
        assert all(d["date"].weekday() >= 5 for d in makeup)
        assert len(weekdays_off) - len(makeup) == statutory[table["year"]]


def test_a_year_without_a_table_is_an_error_never_a_guess():
    calendar = published_calendar()
    with pytest.raises(MissingYear) as refused:
        calendar.add_workdays(date(2026, 12, 20), 15)
    assert refused.value.year == 2027
    with pytest.raises(MissingYear):
        calendar.is_workday(date(2023, 5, 5))
    with pytest.raises(MissingYear):
        calendar.workdays_between(date(2026, 12, 30), date(2027, 1, 2))


@given(DAYS, DAYS)
def test_counting_agrees_with_looking_at_every_day(a, b):
    calendar = published_calendar()
    low, high = min(a, b), max(a, b)
    seen = sum(calendar.is_workday(low + timedelta(n)) for n in range(1, (high - low).days + 1))
    assert calendar.workdays_between(low, high) == seen
    assert calendar.workdays_between(high, low) == -seen


@given(EARLY, st.integers(1, 200))
def test_the_nth_working_day_is_a_working_day_with_n_working_days_up_to_it(day, count):
    calendar = published_calendar()
    last = calendar.add_workdays(day, count)
    assert calendar.is_workday(last)
    assert calendar.workdays_between(day, last) == count


@given(st.dates(date(2025, 6, 1), date(2026, 12, 31)), st.integers(1, 200))
def test_counting_back_is_the_mirror_of_counting_on(day, count):
    calendar = published_calendar()
    first = calendar.add_workdays(day, -count)
    assert calendar.is_workday(first)
    assert calendar.workdays_between(first - timedelta(1), day - timedelta(1)) == count


def test_a_calendar_without_special_days_still_knows_weekends():
    plain = Calendar({2030: {}})
    assert plain.is_workday(date(2030, 1, 4))
    assert not plain.is_workday(date(2030, 1, 5))
