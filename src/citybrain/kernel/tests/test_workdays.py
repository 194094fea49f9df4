"""The holiday tables in the database."""

from datetime import date

import pytest

from citybrain.kernel import clock, events, workdays
from citybrain.kernel.tests.factories import load_holidays
from citybrain.kernel.workdays import Limit, MissingYear

pytestmark = pytest.mark.django_db


def test_a_loaded_year_counts_at_once():
    with pytest.raises(MissingYear):
        workdays.is_workday(date(2026, 1, 4))
    load_holidays()
    assert workdays.is_workday(date(2026, 1, 4))
    assert workdays.calendar().years == [2024, 2025, 2026]
    with clock.freeze("2026-11-23T09:00"):
        end = workdays.due(clock.now(), Limit(5))
        assert clock.local(end).isoformat() == "2026-11-30T23:59:59+08:00"
        assert workdays.elapsed(clock.now(), Limit(5)) == 0
        assert workdays.remaining(clock.now(), Limit(5)) == 5
        assert workdays.light(end, clock.now(), Limit(5)) == "green"


def test_the_year_that_will_be_needed_and_is_not_loaded_is_a_task():
    load_holidays()
    with clock.freeze("2026-10-20T09:00"):
        assert workdays.years_wanted() == []
    with clock.freeze("2026-11-23T09:00"):
        assert workdays.years_wanted() == [2027]
        workdays.load_year(2027, [{"date": "2027-01-01", "kind": "holiday", "name": {"zh": "元旦"}}], "test")
        assert workdays.years_wanted() == []


def test_loading_a_year_again_replaces_it():
    load_holidays()
    workdays.load_year(
        2026, [{"date": "2026-01-01", "kind": "holiday", "name": {"zh": "元旦"}}], "correction"
    )
    assert not workdays.is_workday(date(2026, 1, 4))
    assert workdays.is_workday(date(2026, 1, 2))


def test_loading_a_year_is_told_to_who_waits_for_it():
    years = []
    events.subscriber(workdays.YearLoaded, name="kernel.wait")(lambda event, meta: years.append(event.year))
    try:
        load_holidays()
        events.dispatch_once()
    finally:
        events.forget_subscriber("kernel.wait")
    assert years == [2024, 2025, 2026]


def test_the_calendar_is_read_once(django_assert_num_queries):
    load_holidays()
    workdays.calendar()
    with django_assert_num_queries(0):
        for _ in range(100):
            workdays.is_workday(date(2026, 5, 9))


@pytest.mark.parametrize(
    "day",
    [
        {"date": "2025-01-01", "kind": "holiday"},
        {"date": "2026-01-05", "kind": "makeup"},
        {"date": "2026-01-05", "kind": "rest"},
    ],
)
def test_a_wrong_table_is_refused(day):
    with pytest.raises(ValueError):
        workdays.load_year(2026, [day], "x")
    with pytest.raises(ValueError, match="twice"):
        workdays.load_year(2026, [{"date": "2026-01-01", "kind": "holiday"}] * 2, "x")
