"""The directory of Ningde as shipped: complete, consistent, quick to load; and what the checker refuses."""

from pathlib import Path
from types import SimpleNamespace

import pytest
import yaml
from pydantic import ValidationError

from citybrain.hub.identity import api as identity
from citybrain.hub.identity.actions.directory import apply_organisations, hide_organisations
from citybrain.hub.identity.domain import documents
from citybrain.hub.identity.domain.identifiers import check_citizen_number, check_uscc, is_sound
from citybrain.hub.identity.models import Organisation, OrganisationEdge, Post
from citybrain.hub.identity.pack import SEPARATED, OrganisationsPart, RolesPart
from citybrain.kernel.permissions import is_declared

PACKS = Path(__file__).resolve().parents[5] / "packs"
NINGDE = PACKS / "ningde"
ROLE_FILES = sorted((PACKS / "service-base" / "roles").glob("*.yaml"))
PLAN_UNITS = [
    "zfb",
    "zfw",
    "wxb",
    "jyaoj",
    "tgab",
    "fgw",
    "jyj",
    "kjj",
    "gxj",
    "gaj",
    "mzj",
    "zrzy",
    "sthj",
    "zjj",
    "nyj",
    "hyj",
    "swj",
    "wlj",
    "wjw",
    "yjj",
    "sjj",
    "scjg",
    "tyj",
    "ybj",
    "csgl",
    "jrb",
    "xgw",
    "spgg",
    "swsj",
    "tgb",
    "rx12345",
    "jtjt",
    "dsjjt",
    "ndsy",
    "ndzy",
]
MATTER_UNITS = ["scjg", "wjw", "csgl", "xfjy", "gaj", "ybj", "rsj", "mzj", "cl", "gjj", "xgw"]
PLACES = [
    "350902",
    "350921",
    "350922",
    "350923",
    "350924",
    "350925",
    "350926",
    "350981",
    "350982",
    "dongqiao",
]


def read(path, schema):
    return schema.model_validate(yaml.safe_load(path.read_text("utf-8")))


def ningde():
    folder = NINGDE / "organisations"
    return {p.stem: read(p, documents.Organisations) for p in sorted(folder.glob("*.yaml"))}


@pytest.fixture
def loaded(db):
    for key, doc in ningde().items():
        apply_organisations(doc=doc, pack="ningde", document=key)


def test_every_department_the_plan_names_is_there():
    codes = {unit.code for doc in ningde().values() for unit in documents.expand(doc)}
    assert [slug for slug in PLAN_UNITS if f"350900-{slug}" not in codes] == []
    assert [f"{place}-zf" for place in PLACES if f"{place}-zf" not in codes] == []
    assert [f"{p}-{s}" for p in PLACES for s in MATTER_UNITS if f"{p}-{s}" not in codes] == []


def test_the_towns_are_those_of_the_divisions():
    towns = {u.division for doc in ningde().values() for u in documents.expand(doc) if u.level == "town"}
    known = set()
    for path in (NINGDE / "divisions").glob("3509??.yaml"):
        known |= {t["code"] for t in yaml.safe_load(path.read_text("utf-8"))["towns"] if t["kind"] != "zone"}
    assert towns == known


def test_names_read_as_on_the_door_plate(loaded):
    def name(code):
        return identity.organisation(code).name["zh"]

    assert name("350900-fgw") == "宁德市发展和改革委员会（大数据管理局）"
    assert name("350921-wjw") == "霞浦县卫生健康局"
    assert name("350902-gaj") == "宁德市公安局蕉城分局"
    assert name("350981-swsj") == "国家税务总局福安市税务局"
    assert name("350926-gjj") == "宁德市住房公积金中心柘荣管理部"
    assert name("dongqiao-zf") == "宁德市东侨经济技术开发区管理委员会"
    assert name("350902001-jdb") == "蕉南街道办事处"
    assert identity.organisation("350900-scjg").short["zh"] == "市市场监管局"
    assert all("{" not in u.name["zh"] + u.name["en"] for u in identity.organisations())


def test_the_tree_hangs_together(loaded):
    picture = identity.directory()
    assert [
        u.code for u in picture.organisations.values() if u.parent and u.parent not in picture.organisations
    ] == []
    assert "350902001-jdb" in picture.subtree("350902-zf")
    assert "dongqiao-scjg" in picture.subtree("350900-zf")
    assert "350921-scjg" in picture.guides["350900-scjg"]


def test_search_finds_by_name_pinyin_initials_and_code(loaded):
    for q, code in (
        ("蕉城 市场监管", "350902-scjg"),
        ("shichangjiandu", "350900-scjg"),
        ("jcqscjg", "350902-scjg"),
        ("350982-ybj", "350982-ybj"),
        ("Health Xiapu", "350921-wjw"),
    ):
        assert code in [u.code for u in identity.search_organisations(q)], q
    assert identity.search_organisations("  ") == []
    assert identity.search_organisations("%_'\\") == []


def test_applying_again_changes_nothing_and_a_dropped_unit_is_hidden(loaded):
    before = (Organisation.objects.count(), Post.objects.count(), OrganisationEdge.objects.count())
    doc = ningde()["departments"]
    apply_organisations(doc=doc, pack="ningde", document="departments")
    assert (Organisation.objects.count(), Post.objects.count(), OrganisationEdge.objects.count()) == before
    doc.departments = [d for d in doc.departments if d.slug != "tyj"]
    apply_organisations(doc=doc, pack="ningde", document="departments")
    assert "350900-tyj" not in identity.directory().organisations
    assert Organisation.objects.get(code="350900-tyj").hidden
    hide_organisations(pack="ningde", document="departments")
    assert identity.organisations(level="county") == []


def test_the_whole_directory_loads_in_a_few_questions(loaded, django_assert_max_num_queries):
    from citybrain.hub.identity.queries.directory import load

    with django_assert_max_num_queries(8):
        picture = load(None)
    assert len(picture.organisations) > 500


@pytest.mark.parametrize("path", ROLE_FILES, ids=lambda p: p.stem)
def test_shipped_roles_keep_the_three_powers_apart(path):
    role = read(path, documents.RoleDocument)
    assert {SEPARATED[w] for w in role.permissions if w in SEPARATED} <= {role.separated} - {""} | set()
    assert [w for w in role.permissions if w.startswith("identity.") and not is_declared(w)] == []


def test_receiving_and_deciding_are_never_in_one_role():
    for path in ROLE_FILES:
        words = set(read(path, documents.RoleDocument).permissions)
        assert not {"cases.receiver", "cases.decider"} <= words
        assert not {"cases.reviewer", "cases.decider"} <= words


def test_demo_people_are_sound_and_plainly_synthetic():
    for path in (NINGDE / "demo" / "persons").glob("*.yaml"):
        for person in read(path, documents.Persons).persons:
            assert is_sound(check_citizen_number(person.id_number)), person.id
            assert person.id_number[14:16] == "00"
    for path in (NINGDE / "demo" / "legal_persons").glob("*.yaml"):
        for firm in read(path, documents.LegalPersons).legal_persons:
            assert check_uscc(firm.uscc) == []
            assert "示例" in firm.name


class Context:
    """What a part may ask while it checks."""

    def problem(self, doc, pointer=(), *, zh, en, code="check", level="error"):
        return SimpleNamespace(code=code, zh=zh, en=en, level=level)

    def known(self, part, key):
        return key == "leader"


def check(part, data):
    doc = SimpleNamespace(data=part.schema.model_validate(data), key="x")
    return {p.code for p in part.check(Context(), [doc])}


def test_the_checker_names_each_fault_of_a_directory(db):
    unit = {"code": "350902-aa", "type": "GOV", "level": "county", "name": "甲", "division": "350902000000"}
    data = {
        "units": [
            unit,
            unit,
            {**unit, "code": "350902-bb", "parent": "350902-nowhere", "uscc": "91350000158142711E"},
        ],
        "post_sets": {"a": [{"post": "p", "title": "岗", "roles": [{"role": "nobody"}]}]},
    }
    assert check(OrganisationsPart(), data) == {
        "unit_twice",
        "parent_unknown",
        "uscc_check_character",
        "role_unknown",
    }


def test_the_checker_refuses_unknown_permissions_and_joined_powers():
    role = {"name": "甲", "permissions": ["identity.accounts", "identity.audit", "nothing.here"]}
    assert check(RolesPart(), role) == {"permission_unknown", "separated_powers"}
    assert (
        check(RolesPart(), {"name": "甲", "separated": "audit", "permissions": ["identity.audit"]}) == set()
    )


def test_the_schema_refuses_strange_codes():
    with pytest.raises(ValidationError):
        documents.Unit(code="../x", type="GOV", level="city", name="甲", division="1")
    with pytest.raises(ValidationError):
        documents.Organisations.model_validate({"units": [], "sql": "drop"})
