"""Shared fixtures of collecting: loopback counts as the government network, a clerk with a unit of their own."""

import pytest

from citybrain.hub.identity.tests import factories as people


@pytest.fixture(autouse=True)
def near(settings, tmp_path):
    """Servers of the tests run on this machine; shares lie in the test's own folder."""
    settings.COLLECTION_PRIVATE = ["127.0.0.1"]
    settings.COLLECTION_FOLDERS = [f"350902-scjg={tmp_path}"]


@pytest.fixture
def clerk(db):
    """A clerk of 蕉城 市场监管局 who collects there."""
    people.town()
    people.role("collector", ["data.view", "data.collect", "data.work", "data.contracts"])
    return people.official("collector", people.post("collector", "350902-scjg"))


@pytest.fixture
def neighbour(db):
    """The same post in another county."""
    people.town()
    people.role("collector", ["data.view", "data.collect", "data.work", "data.contracts"])
    return people.official("neighbour", people.post("collector", "350921-scjg"))
