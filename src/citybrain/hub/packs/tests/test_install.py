"""Installing, checking, planning and hiding packs."""

import pytest

from citybrain.hub.packs import api as packs
from citybrain.hub.packs.tests.factories import YEAR, make_pack, write
from citybrain.kernel.actor import Actor
from citybrain.kernel.models import Holiday

BY = Actor.system("test")
pytestmark = pytest.mark.django_db


def codes(report):
    return {p.code for p in report.problems}


def test_installing_a_folder_applies_its_documents(tmp_path):
    packs.install(make_pack(tmp_path), by=BY)
    assert Holiday.objects.filter(date="2031-01-01").exists()
    assert [p.pack for p in packs.installed()] == ["mini"]


def test_a_check_leaves_no_trace(tmp_path):
    report = packs.check(make_pack(tmp_path))
    assert report.ok, report.problems
    assert not Holiday.objects.filter(year=2031).exists()
    assert packs.installed() == []


def test_installing_again_changes_nothing(tmp_path):
    root = make_pack(tmp_path)
    packs.install(root, by=BY)
    assert packs.plan(root).empty
    assert packs.install(root, by=BY).plan.empty


def test_problems_come_together_with_file_and_line(tmp_path):
    bad = {**YEAR, "days": [{"date": "nonsense", "kind": "holliday", "name": "x"}], "surprise": 1}
    root = make_pack(tmp_path, files={"holidays/a.yaml": bad, "nowhere/x.yaml": {"a": 1}})
    with pytest.raises(packs.PackRefused) as refused:
        packs.install(root, by=BY)
    found = refused.value.problems
    assert {p.code for p in found} >= {"schema_extra_forbidden", "schema_literal_error", "unknown_part"}
    literal = next(p for p in found if p.code == "schema_literal_error")
    assert literal.file == "mini/holidays/a.yaml"
    assert literal.line > 1
    assert literal.zh
    assert literal.en
    assert packs.installed() == []


def test_needed_packs_are_installed_first(tmp_path):
    make_pack(tmp_path, "ground")
    root = make_pack(tmp_path, "upper", files={}, needs=["ground"])
    packs.install(root, by=BY)
    assert [p.pack for p in packs.installed()] == ["ground", "upper"]


@pytest.mark.parametrize("needs", [["nothing-here"], ["mini"]])
def test_a_missing_or_circular_need_is_named(tmp_path, needs):
    report = packs.check(make_pack(tmp_path, needs=needs))
    assert "needs" in codes(report)


def test_uninstalling_hides_and_installing_again_shows(tmp_path):
    root = make_pack(tmp_path)
    packs.install(root, by=BY)
    assert packs.uninstall("mini", by=BY) == [("holidays", "y2031")]
    assert packs.installed() == []
    packs.install(root, by=BY)
    assert packs.is_installed("holidays", "y2031")


def test_a_pack_that_others_need_cannot_be_hidden(tmp_path):
    make_pack(tmp_path, "ground")
    packs.install(make_pack(tmp_path, "upper", files={}, needs=["ground"]), by=BY)
    with pytest.raises(packs.PackRefused, match="upper"):
        packs.uninstall("ground", by=BY)


def test_a_document_gone_from_the_folder_is_hidden(tmp_path):
    root = make_pack(tmp_path)
    packs.install(root, by=BY)
    (root / "holidays/y2031.yaml").unlink()
    assert [c.verb for c in packs.plan(root).changes] == ["hide"]
    packs.install(root, by=BY)
    assert not packs.is_installed("holidays", "y2031")


def test_a_used_document_is_frozen_until_its_version_rises(tmp_path, monkeypatch):
    from citybrain.hub.packs import registry

    root = make_pack(tmp_path)
    packs.install(root, by=BY)
    monkeypatch.setattr(type(registry.part_for("holidays")), "used", lambda *a: True)
    write(root / "holidays/y2031.yaml", {**YEAR, "source": "changed"})
    assert [c.verb for c in packs.plan(root).changes] == ["frozen"]
    with pytest.raises(packs.PackRefused) as refused:
        packs.install(root, by=BY)
    assert "raise version" in refused.value.problems[0].en


def test_one_key_belongs_to_one_pack(tmp_path):
    packs.install(make_pack(tmp_path), by=BY)
    assert "owned" in codes(packs.check(make_pack(tmp_path, "other")))
