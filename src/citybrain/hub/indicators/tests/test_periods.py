"""Periods and windows in city time."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from citybrain.hub.indicators.domain import periods

DAYS = st.dates(min_value=date(2000, 1, 1), max_value=date(2100, 1, 1))
FREQUENCIES = list(periods.ALLOWANCE)


@given(DAYS, st.sampled_from(FREQUENCIES))
def test_a_day_lies_in_its_period_and_neighbours_share_the_key(day, frequency):
    first, following = periods.bounds_of(frequency, day)
    assert first <= day < following
    key = periods.period_of(frequency, day)
    assert (
        periods.period_of(frequency, first)
        == key
        == periods.period_of(frequency, following - timedelta(days=1))
    )
    assert periods.period_of(frequency, following) != key


@pytest.mark.parametrize(
    ("frequency", "key"),
    [("daily", "2026-11-23"), ("weekly", "2026-W48"), ("monthly", "2026-11"), ("quarterly", "2026Q4"),
     ("half_yearly", "2026H2"), ("yearly", "2026")],
)  # fmt: skip
def test_keys_of_periods(frequency, key):
    assert periods.period_of(frequency, date(2026, 11, 23)) == key


@given(DAYS)
def test_a_window_ends_with_the_day_itself(day):
    assert periods.window_days("today", day) == (day, day + timedelta(days=1))
    first, following = periods.window_days("30d", day)
    assert (following - first).days == 30
    assert periods.window_days("month", day)[0].day == 1
    assert periods.window_days("now", day) is None


def test_a_figure_is_stale_when_it_is_older_than_its_frequency():
    now = datetime(2026, 11, 23, tzinfo=UTC)
    assert not periods.is_stale("live", now - timedelta(minutes=14), now)
    assert periods.is_stale("live", now - timedelta(minutes=16), now)
    assert not periods.is_stale("monthly", now - timedelta(days=31), now)
    assert periods.is_stale("monthly", now - timedelta(days=32), now)
    assert not periods.is_stale("live", None, now)
