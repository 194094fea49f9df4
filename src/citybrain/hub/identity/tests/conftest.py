"""Fixtures of identity: throw-away keys, the small town."""

import pytest

from citybrain.hub.identity.tests import factories
from citybrain.kernel import crypto


@pytest.fixture(autouse=True)
def _keys(tmp_path):
    """Throw-away keys."""
    former = crypto.use_keys(crypto.SoftwareKeys(tmp_path / "keys.json", create=True))
    yield
    crypto.use_keys(former)


@pytest.fixture
def town(db):
    factories.town()
