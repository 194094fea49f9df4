"""The food licence and what it needs, installed once for these tests and rolled back after them."""

import pytest


@pytest.fixture(scope="package")
def catalogue(with_packs):
    """Installed: service-base, ningde, food-licence (no demo data)."""
    with with_packs("food-licence"):
        yield
