"""Shared fixtures: a town with people, uploads in a folder of the test, public datasets."""

import pytest

from citybrain.apps.opendata.tests import factories
from citybrain.hub.identity.tests import factories as people
from citybrain.kernel import workdays
from citybrain.kernel.actor import Actor


@pytest.fixture(autouse=True)
def _plain_files(tmp_path, settings):
    """Static addresses without a manifest; files in a folder of the test."""
    settings.DATA_DIR = tmp_path
    settings.STORAGES = {
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": tmp_path / "files"}},
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }  # fmt: skip


@pytest.fixture
def calendar(db):
    """A year with one holiday and one make-up day."""
    days = [{"date": "2026-01-01", "kind": "holiday", "name": {"zh": "=元旦", "en": "New Year"}},
            {"date": "2026-01-04", "kind": "makeup", "name": {"zh": "调休", "en": "Make-up"}}]  # fmt: skip
    workdays.load_year(2026, days, "tests", confirmed=True)
    workdays.forget()


@pytest.fixture
def days(calendar):
    """A public dataset with 365 rows."""
    return factories.standing()


@pytest.fixture
def citizen(db):
    """A citizen who may do what citizens may."""
    people.town()
    people.role("citizen", ["identity.own", "cases.apply"])
    return people.citizen()


@pytest.fixture
def other_citizen(citizen):
    """Somebody else."""
    return people.citizen("hua", "测试乙", sequence=3)


@pytest.fixture
def steward(db):
    """Moderates, harvests, withdraws, in the whole city."""
    people.town()
    people.role("open_checker", ["opendata.bench", "opendata.moderate", "opendata.harvest", "opendata.withdraw",
                                 "opendata.propose", "cases.work", "cases.open_checker", "cases.open_proposer"])  # fmt: skip
    return people.official("steward", people.post("open_checker", "350900-fgw", reach="all"))


@pytest.fixture
def system():
    """The product itself."""
    return Actor.system("tests")


@pytest.fixture(scope="module")
def base_pack(with_packs):
    """The pack ``open-data-base``, once for a file."""
    with with_packs("open-data-base"):
        yield


@pytest.fixture
def machines(base_pack, db):
    """The machines of the pack ``open-data-base``, with numbering and notices, and a calendar to reckon with."""
    people.town()
    for year in (2026, 2027):
        workdays.load_year(year, [], "tests", confirmed=True)
    workdays.forget()
