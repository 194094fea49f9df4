"""Fixtures of sharing: a town, people in the lake, a client of the consumer."""

import pytest

from citybrain.hub.data.tests.grants import factories
from citybrain.hub.identity.tests import factories as town


@pytest.fixture(autouse=True)
def near(settings):
    """Consumers' servers of the tests run on this machine, as on the government network."""
    settings.COLLECTION_PRIVATE = ["127.0.0.1"]


@pytest.fixture
def people(lake):
    """A published table of three people."""
    town.town()
    factories.people()


@pytest.fixture
def app(people, client):
    """An application of the consumer."""
    return factories.Client(client)
