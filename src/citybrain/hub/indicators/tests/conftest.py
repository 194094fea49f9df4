"""Shared fixtures of indicators."""

from datetime import timedelta

import pytest

from citybrain.hub.data.tests import factories as rows
from citybrain.hub.identity.tests import factories as people
from citybrain.kernel import clock

START = "2026-11-20T10:00"


@pytest.fixture
def noon():
    """A frozen Friday morning."""
    with clock.freeze(START):
        yield clock.now()


@pytest.fixture
def visits(db, noon):
    """The test dataset with its table."""
    rows.make_table()
    with rows.registered(rows.visits()) as dataset:
        yield dataset


@pytest.fixture
def decide(visits):
    """Put decided rows: ``decide(good, bad, days_ago=0, county="350902")``."""

    def put(good: int, bad: int = 0, *, days_ago: int = 0, county: str = "350902") -> None:
        at = clock.now() - timedelta(days=days_ago)
        base = {
            "organisation": f"{county}-scjg",
            "division": f"{county}001001",
            "received_at": at,
            "decided_at": at,
        }
        rows.put([{**base, "on_time": True, "channel": "online", "worked_days": 2}] * good)
        rows.put([{**base, "on_time": False, "channel": "window", "worked_days": 8}] * bad)

    return put


@pytest.fixture
def leader(db):
    """Leader of the unit that owns the indicator."""
    people.town()
    people.role(
        "watch", ["indicators.view", "indicators.work", "indicators.export", "data.read", "data.export"]
    )
    return people.official("watch", people.post("watch", "350902-scjg"))


@pytest.fixture
def neighbour(leader):
    """The same post in another county."""
    return people.official("neighbour", people.post("watch", "350921-scjg"))
