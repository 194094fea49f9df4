"""Throw-away keys for tests of the kernel."""

import pytest

from citybrain.kernel import crypto


@pytest.fixture
def key_store(tmp_path):
    """Throw-away keys."""
    store = crypto.SoftwareKeys(tmp_path / "keys.json", create=True)
    former = crypto.use_keys(store)
    yield store
    crypto.use_keys(former)
