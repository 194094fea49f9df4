"""Fixtures of certificates: an issuer without the directory, a data folder per test run."""

import pytest

from citybrain.hub.certificates.tests import factories
from citybrain.hub.identity import api as identity


@pytest.fixture(scope="session")
def data_home(tmp_path_factory):
    """One data folder for the run, so the demo authority is made once."""
    return tmp_path_factory.mktemp("data")


@pytest.fixture(autouse=True)
def _data(settings, data_home):
    settings.DATA_DIR = data_home


@pytest.fixture
def issuer(monkeypatch):
    """Any organisation code is the market regulation of Jiaocheng."""
    monkeypatch.setattr(identity, "organisation", factories.organisation)


@pytest.fixture
def food(db, issuer):
    """The type of the food licence, in force."""
    return factories.make_type()
