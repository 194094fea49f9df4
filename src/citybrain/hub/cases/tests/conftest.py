"""Fixtures: the standard machines and a staff."""

import pytest

from citybrain.hub.cases.queries import machines as kept
from citybrain.hub.cases.tests import factories
from citybrain.hub.identity.queries import rights
from citybrain.kernel import workdays


@pytest.fixture(autouse=True)
def _picture(monkeypatch):
    monkeypatch.setattr(rights, "directory", lambda *a, **kw: factories.picture)


@pytest.fixture
def base(db):
    """Standard machines, numbering, holidays."""
    kept._hashes.clear()
    factories.install_base()
    yield
    workdays.forget()


@pytest.fixture
def staff(base):
    """One official per role, and a citizen."""
    return factories.Staff()
