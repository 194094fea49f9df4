"""Fixtures of cockpit tests."""

import pytest

from citybrain.apps.cockpit.tests.factories import Totals
from citybrain.hub.places.tests import factories as places
from citybrain.kernel import guard
from citybrain.kernel.actor import Actor


@pytest.fixture
def totals(monkeypatch):
    """Invented totals instead of the rooms that count."""
    return Totals(monkeypatch)


@pytest.fixture
def city(db):
    """One county of Ningde, its zone and the polygons."""
    places.install("350902")


@pytest.fixture
def as_actor(monkeypatch):
    """Requests come from an official with these permissions."""

    def become(*permissions: str) -> Actor:
        actor = Actor(
            kind="official", name="陈市长", organisation="350900-zf", permissions=frozenset(permissions)
        )
        monkeypatch.setattr(guard, "actor_of", lambda _request: actor)
        return actor

    return become
