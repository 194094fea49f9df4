"""Cycles: when a collection is due, and that it begins once."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from citybrain.hub.data.collection.actions.collections import pause_collection, resume_collection
from citybrain.hub.data.collection.actions.runs import enqueue_due
from citybrain.hub.data.collection.domain.cycle import Cycle, late, next_due
from citybrain.hub.data.models import Collection, CollectionRun, Job
from citybrain.hub.data.tests.collection import factories as f
from citybrain.kernel import clock

NOON = datetime(2026, 11, 27, 4, tzinfo=UTC)  # Friday, 12:00 in the city
WEEKDAY = lambda day: day.weekday() < 5  # noqa: E731


@pytest.mark.parametrize(
    ("cycle", "due"),
    [
        (Cycle("daily", at="02:00"), "2026-11-28T02:00"), (Cycle("daily", at="13:00"), "2026-11-27T13:00"),
        (Cycle("daily", at="02:00", workdays=True), "2026-11-30T02:00"), (Cycle("weekly", 3, "08:00"), "2026-12-02T08:00"),
        (Cycle("monthly", 31, "08:00"), "2026-11-30T08:00"), (Cycle("minutes", 30), "2026-11-27T12:30"),
        (Cycle("minutes", 1440, workdays=True), "2026-11-30T00:00"),
    ],
)  # fmt: skip
def test_the_next_time(cycle, due):
    assert next_due(cycle, NOON, WEEKDAY) == clock.at_local(due)


def test_by_hand_is_never_due():
    assert next_due(Cycle(), NOON, WEEKDAY) is None
    assert not late(Cycle(), None, NOON)


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(
    every=st.sampled_from(["minutes", "daily", "weekly", "monthly"]), number=st.integers(1, 7),
    at=st.sampled_from(["00:00", "02:30", "13:05", "23:59"]), workdays=st.booleans(), after=st.integers(0, 1_500_000),
)  # fmt: skip
def test_the_next_time_is_later_and_on_an_allowed_day(every, number, at, workdays, after):
    after = datetime(2024, 1, 1, tzinfo=UTC) + timedelta(minutes=after)
    due = next_due(Cycle(every, number, at, workdays), after, WEEKDAY)
    assert due is not None
    assert due > after
    assert not workdays or WEEKDAY(clock.local(due).date())


@pytest.mark.parametrize(
    ("cycle", "problem"),
    [
        (Cycle("minutes", 0), "number"),
        (Cycle("weekly", 8), "number"),
        (Cycle("daily", at="25:00"), "at"),
        (Cycle("daily"), ""),
    ],
)
def test_cycles_that_cannot_be(cycle, problem):
    assert cycle.problem() == problem


@pytest.mark.django_db
def test_what_is_due_begins_once(lake):
    made = f.collection("编号,名称,成立\n1,甲,\n".encode(), cycle=Cycle("minutes", 10).as_dict())
    assert enqueue_due() == 0
    with clock.travel(timedelta(minutes=11)):
        assert enqueue_due() == 1
        assert enqueue_due() == 0
    with clock.travel(timedelta(minutes=40)):
        assert late(Cycle("minutes", 10), Collection.objects.get().next_at, clock.now())
        assert enqueue_due() == 1, "the open run is kept, no second one is begun"
    assert CollectionRun.objects.count() == Job.objects.count() == 1
    pause_collection(made, by=f.BY)
    with clock.travel(timedelta(days=2)):
        assert enqueue_due() == 0
    resume_collection(made, by=f.BY)
    assert Collection.objects.get().next_at is not None


@pytest.mark.django_db
def test_a_source_that_is_switched_off_is_left_alone(lake):
    made = f.collection("编号,名称,成立\n1,甲,\n".encode(), cycle=Cycle("minutes", 10).as_dict())
    made.source.active = False
    made.source.save()
    with clock.travel(timedelta(minutes=11)):
        assert enqueue_due() == 0
