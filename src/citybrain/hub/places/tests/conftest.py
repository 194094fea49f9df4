"""Shared fixtures of places."""

import pytest

from citybrain.hub.places.tests import factories


@pytest.fixture
def ningde(db):
    """The whole city."""
    factories.install()


@pytest.fixture
def two_counties(db):
    """蕉城 and 霞浦 only: enough for most questions."""
    factories.install("350902", "350921")
