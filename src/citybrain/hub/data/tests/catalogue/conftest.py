"""Clerks of two units and a steward, a class, a described draft."""

import pytest

from citybrain.hub.data.catalogue.actions.classify import keep_class
from citybrain.hub.data.catalogue.actions.describe import new_resource
from citybrain.hub.data.tests.catalogue import factories
from citybrain.hub.identity.tests import factories as people


@pytest.fixture
def city(db):
    """Units, roles, classes."""
    people.town()
    people.role("clerk", ["data.view", "data.catalogue", "data.publish", "data.work"])
    people.role("keeper", ["data.view", "data.catalogue", "data.publish", "data.duty", "data.work"])
    people.role("reader", ["data.view"])
    for code, name in (("3", "部门类"), ("301", "市场监管"), ("301001", "许可")):
        keep_class(code, name={"zh": name, "en": f"class {code}"}, kind="department")


@pytest.fixture
def clerk(city):
    """Describes and publishes for 350902-scjg."""
    return people.official("clerk", people.post("clerk", "350902-scjg"))


@pytest.fixture
def stranger(city):
    """The same for another unit."""
    return people.official("stranger", people.post("clerk", "350902-wjw"))


@pytest.fixture
def keeper(city):
    """Keeps the duty list of the whole city."""
    return people.official("keeper", people.post("keeper", "350900-fgw", reach="all"))


@pytest.fixture
def draft(lake, clerk):
    """A complete draft of 350902-scjg, with its table."""
    actor = people.actor(clerk)
    return new_resource(
        "scjg.licence", values=factories.described(), items=factories.licence_items(), by=actor
    )
