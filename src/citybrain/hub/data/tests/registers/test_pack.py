"""The shipped pack of registers: what it says may run; its demo rows become files of the visitors' citizens."""

from types import SimpleNamespace

import pytest
from django.conf import settings

from citybrain.hub.data.lake import reading
from citybrain.hub.data.models import LakeModel, ModelRun, Resource, SubjectFile
from citybrain.hub.data.registers import documents
from citybrain.hub.data.registers.actions import demo_rows
from citybrain.hub.data.registers.actions.declare_from_pack import plain
from citybrain.hub.data.registers.pack import Codes, DemoRows, Files, Models, Tables
from citybrain.hub.data.registers.queries import files
from citybrain.hub.packs import api as packs
from citybrain.kernel.actor import Actor

BY = Actor.system("tests")
PARTS = (Codes(), Tables(), Models(), Files())


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


def test_the_parts_find_nothing_wrong(shipped, db):
    for part in (*PARTS, DemoRows()):
        assert list(part.check(shipped, shipped.docs(part.key))) == []


def install(ctx):
    for part in PARTS:
        for doc in ctx.docs(part.key):
            part.apply(ctx, doc)


def test_the_demo_city_has_registers_themes_and_files(shipped, lake, settings):
    settings.MODE = "demo"
    install(shipped)
    run = SimpleNamespace(
        subject="ningde-registers",
        arguments={},
        checkpoint={},
        by=BY,
        id="demo",
        step=lambda **kept: run.checkpoint.update(kept),
    )
    run.id = packs_id()
    told = demo_rows.run_load(run)
    assert told["refused"] == [], list(
        ModelRun.objects.exclude(state="done").values_list("model_id", "state", "findings", "error")
    )
    assert set(ModelRun.objects.values_list("state", flat=True)) == {"done"}
    assert LakeModel.objects.count() == 17
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


def packs_id():
    from citybrain.kernel.ids import new_id

    return new_id()


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


def test_a_check_leaves_the_lake_alone(shipped, lake):
    ctx = Context(shipped.documents)
    ctx.checking = True
    install(ctx)
    assert not Resource.objects.filter(kind="lake").exists()


def test_every_test_of_the_pack_has_a_stored_form(shipped):
    for document in shipped.docs("models"):
        for test in document.data.tests:
            assert plain(test.test())["kind"]
    assert settings.PACKS_DIR
