"""The food licence and what it needs, installed once per module and rolled back after it."""

import pytest


@pytest.fixture(scope="module")
def catalogue(with_packs):
    """Installed: service-base, ningde, food-licence (no demo data)."""
    with with_packs("food-licence"):
        yield
