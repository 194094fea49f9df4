"""Every shipped pack keeps the grade it claims, and a new pack passes bronze as it stands.

All packs are applied and played in one transaction that is rolled back, so this also proves that they live together.
"""

import pytest
from django.db import transaction

from citybrain.hub.packs import api as packs
from citybrain.hub.packs.actions.checking import check_all

NAMES = sorted(packs.folders())


@pytest.fixture(scope="module")
def reports(django_db_setup, django_db_blocker):
    """One report a pack, journeys played."""
    with django_db_blocker.unblock():
        return {report.pack: report for report in check_all(NAMES, journeys=True)}


@pytest.mark.parametrize("name", NAMES)
def test_the_pack_keeps_its_grade(reports, name):
    assert not reports[name].errors, "\n".join(f"{p.where} {p.en}" for p in reports[name].errors)


def test_every_matter_pack_claims_silver():
    library = packs.Library()
    manifests = [library.pack(name).manifest for name in NAMES]
    assert not [m.pack for m in manifests if m and m.kind == "scenario" and m.grade == "bronze"]


@pytest.mark.django_db
def test_a_new_pack_passes_bronze_as_it_stands(tmp_path, capsys):
    assert packs.main(["new", "try-me", "--into", str(tmp_path)]) == 0
    with transaction.atomic():
        report = packs.check(tmp_path / "try-me", journeys=True)
    assert not report.errors, "\n".join(f"{p.where} {p.en}" for p in report.errors)
    assert [j.passed for j in report.journeys] == [True, True]
