"""Fixtures of sharing: a town, people in the lake, a client of the consumer."""

import pytest

from citybrain.hub.data.tests.grants import factories
from citybrain.hub.identity.tests import factories as town


@pytest.fixture
def people(lake):
    """A published table of three people."""
    town.town()
    factories.people()


@pytest.fixture
def app(people, client):
    """An application of the consumer."""
    return factories.Client(client)
