"""``./citybrain pack …``."""

import json

import pytest

from citybrain.hub.packs import api as packs
from citybrain.hub.packs.tests.factories import YEAR, make_pack, write

pytestmark = pytest.mark.django_db


@pytest.fixture
def home(settings, tmp_path):
    settings.PACKS_DIR = tmp_path
    return tmp_path


def test_check_prints_place_and_both_languages_and_fails(home, capsys):
    root = make_pack(home)
    write(root / "holidays/y2031.yaml", {**YEAR, "year": "later"})
    assert packs.main(["check", "mini"]) == 1
    said = capsys.readouterr().out
    assert "mini/holidays/y2031.yaml:1" in said
    assert "应是整数" in said
    assert "whole number" in said


def test_json_output_is_json(home, capsys):
    make_pack(home)
    assert packs.main(["check", "--all", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)[0]["ok"] is True


def test_install_all_orders_by_needs_and_is_idempotent(home, capsys):
    make_pack(home, "aa", files={}, needs=["zz"])
    make_pack(home, "zz")
    assert packs.main(["install", "--all"]) == 0
    assert packs.main(["install", "--all"]) == 0
    assert {p.pack for p in packs.installed()} == {"aa", "zz"}


def test_plan_prints_changes(home, capsys):
    make_pack(home)
    assert packs.main(["plan", "mini"]) == 0
    assert "+ add" in capsys.readouterr().out


def test_uninstall_asks_and_takes_silence_for_no(home, capsys):
    make_pack(home)
    packs.main(["install", "mini"])
    assert packs.main(["uninstall", "mini"]) == 1
    assert packs.installed()
    assert packs.main(["uninstall", "mini", "--yes"]) == 0
    assert packs.installed() == []


def test_schemas_are_written_for_editors(home, tmp_path):
    assert packs.main(["schemas", "--into", str(tmp_path / "schemas")]) == 0
    schema = json.loads((tmp_path / "schemas" / "holidays.schema.json").read_text())
    assert schema["additionalProperties"] is False


@pytest.mark.parametrize("argv", [["check"], ["check", "nothing"], ["new", "Bad Name"]])
def test_wrong_usage_is_code_two(home, argv, capsys):
    assert packs.main(argv) == 2
