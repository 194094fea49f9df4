"""Counting datasets: totals that agree with counting by hand."""

import contextlib
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from citybrain.hub.data import api as data
from citybrain.hub.data.tests import factories
from citybrain.kernel.errors import NotFound
from citybrain.kernel.expressions import ExpressionError

NOON = datetime(2026, 11, 20, 4, tzinfo=UTC)  # 12:00 in the city


@pytest.fixture
def week(visits):
    factories.put([
        {"organisation": "350902-scjg", "division": "350902001001", "channel": "online", "on_time": True, "worked_days": 2, "received_at": NOON},
        {"organisation": "350902-scjg", "division": "350902002001", "channel": "window", "on_time": False, "worked_days": 9, "received_at": NOON},
        {"organisation": "350921-scjg", "division": "350921001001", "channel": "online", "on_time": None, "received_at": NOON + timedelta(hours=13)},
        {"organisation": "350921-scjg", "division": "350921001002", "channel": "online", "on_time": True, "worked_days": 4, "received_at": NOON + timedelta(days=2)},
    ])  # fmt: skip


def test_counts_sums_averages_and_distinct(week):
    assert data.measure("data.visit") == 4
    assert data.measure("data.visit", where='channel = "online"') == 3
    assert data.measure("data.visit", measure="sum:worked_days") == 15
    assert data.measure("data.visit", measure="avg:worked_days") == 5
    assert data.measure("data.visit", measure="distinct:organisation") == 2
    assert data.measure("data.visit", measure="sum:worked_days", where='channel = "post"') is None
    assert data.measure("data.visit", where="on_time = null") == 1


def test_a_window_is_half_open_and_days_are_city_days(week):
    since, until = NOON, NOON + timedelta(days=2)
    assert data.measure("data.visit", since=since, until=until) == 3
    by_day = data.measure("data.visit", group_by="day")
    assert by_day == {"2026-11-20": 2, "2026-11-21": 1, "2026-11-22": 1}
    assert data.measure("data.visit", group_by="month") == {"2026-11": 4}


def test_groups_by_county_town_unit_and_pairs(week):
    assert data.measure("data.visit", group_by="county") == {"350902000000": 2, "350921000000": 2}
    assert data.measure("data.visit", group_by="town")["350902001000"] == 1
    assert data.measure("data.visit", group_by="organisation") == {"350902-scjg": 2, "350921-scjg": 2}
    assert data.measure("data.visit", group_by="day,county")["2026-11-20|350902000000"] == 2


def test_many_questions_are_answered_in_one_pass(week, django_assert_num_queries):
    questions = [
        data.question("data.visit", "count", None),
        data.question("data.visit", "count", "on_time = true"),
    ]
    assert data.measure_all("data.visit", questions) == {"": [Decimal(4), Decimal(2)]}


@pytest.mark.parametrize(
    "where",
    [
        "1 = 1; drop table data_test_visit",
        "unknown_column = 1",
        "d.id = 1",
        "channel = 3",
        "channel =",
        "(" * 400,
    ],
)
def test_a_condition_that_is_none_is_refused_before_any_sql(visits, where):
    with pytest.raises(ExpressionError):
        data.measure("data.visit", where=where)


@pytest.mark.parametrize(
    "measure", ["median:worked_days", "sum:channel", "sum", "count:nothing", "sum:id); --"]
)
def test_a_measure_that_is_none_is_refused(visits, measure):
    with pytest.raises((ValueError, KeyError)):
        data.measure("data.visit", measure=measure)


def test_an_unknown_dataset_is_not_found(db):
    with pytest.raises(NotFound):
        data.measure("data.nothing")


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(st.text(max_size=30))
def test_any_text_in_a_condition_stays_a_value(visits, text):
    quoted = text.replace("\\", "").replace('"', "").replace("\n", " ").replace("\r", " ")
    with contextlib.suppress(ExpressionError):
        assert data.measure("data.visit", where=f'channel = "{quoted}"') == 0
    assert data.measure("data.visit") == 0
