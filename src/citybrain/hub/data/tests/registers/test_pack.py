"""The shipped pack of registers: what it says may run; its demo rows become files of the visitors' citizens."""

from types import SimpleNamespace

import pytest
from django.conf import settings

from citybrain.hub.data.jobs import running
from citybrain.hub.data.lake import reading
from citybrain.hub.data.models import Job, LakeModel, ModelRun, Resource, SubjectFile
from citybrain.hub.data.registers import documents
from citybrain.hub.data.registers.actions import codes, demo_rows
from citybrain.hub.data.registers.actions.declare_from_pack import declare_codes, plain
from citybrain.hub.data.registers.pack import Models
from citybrain.hub.data.registers.queries import files
from citybrain.hub.packs import api as packs
from citybrain.kernel.actor import Actor

BY = Actor.system("tests")


class Context:
    """What a part asks of the packs engine."""

    by, demo, checking = BY, True, False

    def __init__(self, documents_: list[packs.PackDocument]) -> None:
        self.documents = documents_

    def docs(self, part):
        return [d for d in self.documents if d.part == part]

    def find(self, part, key):
        return next((d for d in self.docs(part) if d.key == key), None)

    def known(self, part, key):
        return self.find(part, key) is not None

    def asset(self, name):
        return packs.folder_of("ningde-registers") / name

    def problem(self, doc, pointer=(), *, code, zh, en, level="error"):
        return f"{doc.key}: {en}"


@pytest.fixture(scope="module")
def shipped():
    pack = packs.Library().pack("ningde-registers")
    assert not pack.problems
    return Context(pack.documents)


def lake_files(folder) -> list:
    """Every file of the lake."""
    return [path for path in folder.rglob("*") if path.is_file()] if folder.exists() else []


def test_a_check_finds_nothing_wrong_and_leaves_nothing_behind(lake, settings):
    settings.MODE = "demo"
    report = packs.check("ningde-registers", grade=False)
    assert report.problems == ()
    assert not Resource.objects.filter(kind="lake").exists()
    assert not LakeModel.objects.exists()
    assert not Job.objects.exists()
    assert lake_files(lake) == []


def test_the_demo_city_has_registers_themes_and_files(lake, settings):
    settings.MODE = "demo"
    packs.install("ningde-registers", by=BY, demo=True)
    assert lake_files(lake) == []  # the transaction that installs is still open: everything reads as empty
    assert reading.query("SELECT count(*) FROM gaj.resident").rows == [(0,)]
    assert Job.objects.order_by("created_at").first().kind == "registers.codes"
    while running.do_next():
        pass
    assert not Job.objects.exclude(state="done").exists()
    assert set(ModelRun.objects.values_list("state", flat=True)) == {"done"}, list(
        ModelRun.objects.exclude(state="done").values_list("model_id", "state", "findings", "error")
    )
    assert LakeModel.objects.count() == 31
    assert not {
        (row.key, name)
        for row in LakeModel.objects.filter(key__startswith="theme.")
        for name in row.upstream
        if not name.startswith(("std.", "register."))
    }
    assert Resource.objects.get(pk="gaj.resident").demo
    people = reading.query("SELECT count(*), count(number), sum(conflicts) > 0 FROM register.person").rows[0]
    assert 600 < people[1] <= people[0]
    assert people[2]
    for theme in ("health", "epidemic", "economy", "social", "ecology", "credit"):
        assert Resource.objects.get(pk=f"theme.{theme}").rows > 0
    kind = SubjectFile.objects.get(pk="person")
    found = files.assembled(kind, "350902199203180025", withheld={}, unmasked=True)
    assert found.name == "林小梅"
    assert {b.key for b in found.blocks if b.lines} >= {"identity", "pension", "medical"}
    firm = files.assembled(
        SubjectFile.objects.get(pk="firm"), "91350902MADEM00116", withheld={}, unmasked=True
    )
    assert firm.block("registration").lines


def test_code_tables_are_written_again_only_when_they_changed(lake):
    said = {"key": "sex", "title": {"zh": "性别", "en": "Sex"}}
    one, two = ({"code": code, "title": {"zh": code, "en": code}} for code in "12")
    for listed, written in (([one], 1), ([one], 0), ([one, two], 1), ([one], 1)):
        declare_codes(documents.CodesSaid.model_validate({**said, "codes": listed}), pack="tests", by=BY)
        assert codes.bring(["code.sex"], by=BY) == written
    assert reading.query("SELECT code FROM code.sex").rows == [("1",)]


def test_production_loads_no_demo_rows(settings):
    settings.MODE = "production"
    with pytest.raises(packs.PackError):
        demo_rows.refuse_production()
    assert settings.MODE != "demo"


def doc(part, data):
    return SimpleNamespace(part=part, key=data.key, data=data, pack="tests")


def said(key, sql, **more):
    return documents.ModelSaid.model_validate({
        "key": key, "title": {"zh": "模型", "en": "Model"}, "owner": "350900-fgw", "layer": "theme", "sql": sql,
        "items": [{"name": "a", "title": {"zh": "项", "en": "Item"}}], **more,
    })  # fmt: skip


@pytest.mark.parametrize(
    ("sql", "wrong"),
    [
        ("SELECT a FROM read_csv('/etc/passwd')", "may not be used"),
        ("SELECT a FROM hidden.table", "not in the catalogue"),
        ("SELECT b FROM code.sex", "differ"),
        ("DROP TABLE code.sex", "one SELECT"),
    ],
)
def test_a_pack_cannot_smuggle_sql(shipped, db, sql, wrong):
    ctx = Context([*shipped.documents, made := doc("models", said("theme.bad", sql))])
    problems = list(Models().check(ctx, [made]))
    assert any(wrong in p for p in problems), problems


def test_circles_are_named(shipped, db):
    two = [
        doc("models", said("theme.a", "SELECT a FROM theme.b")),
        doc("models", said("theme.b", "SELECT a FROM theme.a")),
    ]
    ctx = Context([*shipped.documents, *two])
    assert any("wait for each other" in p for p in Models().check(ctx, two))


def test_every_test_of_the_pack_has_a_stored_form(shipped):
    for document in shipped.docs("models"):
        for test in document.data.tests:
            assert plain(test.test())["kind"]
    assert settings.PACKS_DIR
