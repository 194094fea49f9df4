"""The shipped packs these tests need, with the city's demo people, installed once and rolled back afterwards."""

import pytest

from citybrain.apps.services.tests import factories


@pytest.fixture(scope="package")
def city(with_packs):
    """Installed: service-base, ningde with its demo accounts, the social security card."""
    with with_packs("social-security-card", demo=True):
        yield


@pytest.fixture(autouse=True)
def _plain_files(plain_files):
    """Every page here is asked for without collected static files."""


@pytest.fixture
def visit(city, db):
    """``visit("lin.xiaomei")`` is a test client in which this demo account is signed in; ``visit()`` is nobody."""
    return factories.visitor
