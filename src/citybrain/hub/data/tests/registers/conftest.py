"""Fixtures of the registers: the small world, officials with and without rights, citizens."""

import pytest

from citybrain.hub.data.tests.registers import factories
from citybrain.hub.identity.tests import factories as people


@pytest.fixture
def world(lake):
    """Built registers of two grown-ups and a child."""
    people.town()
    factories.world()
    return factories


@pytest.fixture
def officer(db):
    """May open files; neither health blocks nor minors' files, nothing unmasked."""
    people.town()
    people.role("officer", ["data.view", "data.files"])
    return people.official("officer", people.post("officer", "350902-wjw"))


@pytest.fixture
def doctor(db):
    """May open files, health blocks and files of minors."""
    people.town()
    people.role("doctor", ["data.view", "data.files", "data.health", "data.minors"])
    return people.official("doctor", people.post("doctor", "350902-wjw"))


@pytest.fixture
def keeper(db):
    """May compare, merge and split, and run models; city-wide."""
    people.town()
    people.role(
        "keeper", ["data.view", "data.match", "data.models", "data.work", "data.unmask", "data.files"]
    )
    return people.official("keeper", people.post("keeper", "350900-zf", reach="all"))


@pytest.fixture
def mei(db):
    """The citizen 测试甲."""
    people.town()
    people.role("citizen", ["identity.own"])
    return people.citizen()
