"""Shared fixtures of the data room."""

import pytest

from citybrain.hub.data.tests import factories
from citybrain.hub.identity.tests import factories as people

GRANTED = ["data.view", "data.read", "data.export"]


@pytest.fixture
def visits(db):
    """A dataset with its table."""
    factories.make_table()
    with factories.registered(factories.visits()) as dataset:
        yield dataset


@pytest.fixture
def steward(db):
    """An official of 蕉城 市场监管局 who may read and export there; not unmask."""
    people.town()
    people.role("steward", GRANTED)
    return people.official("steward", people.post("steward", "350902-scjg"))


@pytest.fixture
def watcher(db):
    """A city-wide post that may also unmask and see the log."""
    people.town()
    people.role("watcher", [*GRANTED, "data.unmask", "data.log"])
    return people.official("watcher", people.post("watcher", "350900-zf", reach="all"))
