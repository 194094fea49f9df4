"""Packs bring classes, duties and resources: checked together, applied, tied and published."""

from types import SimpleNamespace

import pytest

from citybrain.hub.data.catalogue.pack import Classes, Duties, Resources
from citybrain.hub.data.catalogue.schema import ClassTree, DutyDocument, ResourceDocument
from citybrain.hub.data.models import CatalogueClass, Duty, Resource
from citybrain.hub.identity.domain.documents import Organisations
from citybrain.hub.identity.tests import factories as people
from citybrain.hub.packs.api import PackError

RESOURCE = {
    "key": "scjg.firm", "title": {"zh": "市场主体", "en": "Firms"}, "abstract": {"zh": "登记信息", "en": "Register"},
    "owner": "350902-scjg", "classification": "301001", "sharing_condition": "履职", "sharing_ways": ["api"],
    "opening_basis": "含个人信息", "security_owner": "信息科", "duties": ["firms"], "state": "published",
    "items": [{"name": "name", "title": {"zh": "名称", "en": "Name"}, "type": "text", "element": "enterprise.name", "is_source": True}],
}  # fmt: skip
DUTY = {
    "organisation": "350902-scjg", "title": {"zh": "登记", "en": "Register"}, "basis": "市场主体登记管理条例",
    "elements": [{"name": "enterprise.name", "title": {"zh": "名称", "en": "Name"}}],
}  # fmt: skip
TREE = {"kind": "base", "classes": [{"code": "102001", "name": {"zh": "法人", "en": "Firms"}}, {"code": "1", "name": {"zh": "基础"}}, {"code": "102", "name": {"zh": "法人库"}}]}  # fmt: skip


def doc(schema, body, key="firms"):
    return SimpleNamespace(data=schema.model_validate(body), pack="tests", key=key)


@pytest.fixture
def ctx():
    return SimpleNamespace(
        by=people.SYSTEM, known=lambda part, key: True, docs=lambda part: [], problem=lambda doc, pointer, *, code, zh, en, level="error": code
    )  # fmt: skip


def test_classes_duty_and_resource_are_applied_together(city, lake, ctx):
    Classes().apply(ctx, doc(ClassTree, TREE))
    assert CatalogueClass.objects.filter(pack="tests").count() == 3
    Duties().apply(ctx, doc(DutyDocument, DUTY))
    for _again in range(2):
        Resources().apply(ctx, doc(ResourceDocument, RESOURCE))
    row = Resource.objects.get(pk="scjg.firm")
    assert (row.state, row.code, row.version) == ("published", "301001/000001", 1)
    assert [d.pk for d in row.duties.all()] == ["firms"]
    Duties().hide(ctx, "tests", "firms")
    assert Duty.objects.get(pk="firms").hidden


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"sharing": "none"}, "no_basis"), ({"opening": "unconditional", "grade_floor": "L4", "items": [{**RESOURCE["items"][0], "grade": "L4"}]}, "grade_open"),
        ({"owner": "350902-nobody"}, "unknown_unit"), ({"security_owner": ""}, "missing"),
    ],
)  # fmt: skip
def test_the_check_names_what_publishing_would_refuse(city, ctx, change, code):
    assert code in list(Resources().check(ctx, [doc(ResourceDocument, {**RESOURCE, **change})]))


def test_units_that_the_pack_itself_brings_are_known(city, ctx):
    place = {
        "prefix": "350902",
        "level": "county",
        "division": "350902000000",
        "name": {"zh": "区"},
        "short": {"zh": "区"},
        "stem": {"zh": "区"},
    }
    unit = {
        "slug": "new",
        "type": "GOV",
        "levels": ["county"],
        "name": {"zh": "新局"},
        "short": {"zh": "新局"},
        "posts": [],
    }
    said = {"key": "units", "version": 1, "jurisdictions": [place], "post_sets": {}, "departments": [unit]}
    brought = SimpleNamespace(data=Organisations.model_validate(said))
    duty = doc(DutyDocument, {**DUTY, "organisation": "350902-new"})
    assert "unknown_unit" in list(Duties().check(ctx, [duty]))
    ctx.docs = lambda part: [brought] if part == "organisations" else []
    assert list(Duties().check(ctx, [duty])) == []


def test_a_code_table_nobody_brings_is_named(city, ctx):
    ctx.known = lambda part, key: part != "codes"
    item = {**RESOURCE["items"][0], "code_table": "colours"}
    assert "no_codes" in list(Resources().check(ctx, [doc(ResourceDocument, {**RESOURCE, "items": [item]})]))


def test_one_source_between_documents(city, ctx):
    docs = [
        doc(ResourceDocument, RESOURCE),
        doc(ResourceDocument, {**RESOURCE, "key": "scjg.shop"}, "shops"),
    ]
    assert "two_sources" in list(Resources().check(ctx, docs))
    other = doc(DutyDocument, {**DUTY, "organisation": "350902-wjw"}, "other")
    assert "two_sources" in list(Duties().check(ctx, [doc(DutyDocument, DUTY), other]))


def test_class_codes_are_checked(ctx, city):
    lines = [
        {"code": "77", "name": {"zh": "x"}},
        {"code": "999", "name": {"zh": "x"}},
        {"code": "3", "name": {"zh": "x"}},
        {"code": "3", "name": {"zh": "x"}},
    ]
    found = list(Classes().check(ctx, [doc(ClassTree, {"kind": "base", "classes": lines})]))
    assert found == ["class_code", "class_parent", "class_twice"]


def test_a_refusal_of_an_action_is_a_refusal_of_the_pack(city, lake, ctx):
    with pytest.raises(PackError):
        Resources().apply(ctx, doc(ResourceDocument, {**RESOURCE, "duties": [], "sharing": "none"}))
