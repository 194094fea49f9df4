"""What the law and the matrix forbid: A18, A19, A22, grades; codes and bases. Pure."""

import pytest

from citybrain.hub.data.catalogue.domain.basis import basis_kind
from citybrain.hub.data.catalogue.domain.checks import Known, problems_of
from citybrain.hub.data.catalogue.domain.codes import class_level, parent_code, resource_code
from citybrain.hub.data.catalogue.domain.description import differences
from citybrain.hub.data.catalogue.domain.grading import highest
from citybrain.hub.data.tests.catalogue.factories import described, licence_items

KNOWN = Known(frozenset(["301001"]), frozenset(["350902-scjg"]))


def body(items=None, **values):
    listed = items if items is not None else licence_items()
    return {**described(**values), "items": {i["name"]: {"grade": "L1", **i} for i in listed}}


def codes(found):
    return {problem.code for problem in found}


def test_a_complete_lawful_description_has_nothing_against_it():
    assert problems_of(body(), KNOWN) == []


def test_all_problems_are_named_at_once_in_two_languages():
    found = problems_of(body(items=[], owner="", classification="", sharing="none", cycle=""), KNOWN)
    assert {"owner", "classification", "cycle", "sharing_basis", "items"} <= {p.path for p in found}
    assert all(p.zh and p.en for p in found)


@pytest.mark.parametrize(
    ("values", "item", "code"),
    [
        ({"sharing": "none"}, {}, "no_basis"),
        ({"sharing": "none", "sharing_basis": "福建省政务数据管理办法"}, {}, "no_basis"),
        ({"sharing": "none", "sharing_basis": "福建省大数据发展条例"}, {}, "no_basis"),
        ({"opening": "conditional"}, {"grade": "L4"}, "grade_open"),
        ({"opening": "unconditional"}, {"grade": "L2"}, "grade_open"),
        ({"opening": "conditional"}, {"grade": "L1", "personal": "phone"}, "personal_open"),
        ({"sharing": "unconditional"}, {"grade": "L3"}, "grade_share"),
        ({"sharing": "conditional"}, {"grade": "L4"}, "no_approval"),
        ({"data_class": "core", "opening": "conditional"}, {}, "important_open"),
        ({"data_class": "important"}, {}, "no_approval"),
        ({"opening": "none"}, {"opening": "unconditional"}, "freer_item"),
        ({"key_item": "nothing"}, {}, "unknown_item"),
    ],
)
def test_what_is_forbidden_is_refused(values, item, code):
    items = [{"name": "thing", "type": "text", "title": {"zh": "项"}, **item}]
    assert code in codes(problems_of(body(items=items, **values), KNOWN, complete=False))


@pytest.mark.parametrize(
    ("values", "item"),
    [
        ({"sharing": "none", "sharing_basis": "《中华人民共和国统计法》第二十五条"}, {}),
        ({"opening": "unconditional"}, {"grade": "L1"}),
        ({"opening": "conditional"}, {"grade": "L2"}),
        ({"opening": "conditional"}, {"grade": "L4", "opening": "none", "sharing": "none"}),
        ({"sharing": "conditional", "special_approval": "宁数〔2026〕3号"}, {"grade": "L4"}),
    ],
)
def test_what_is_allowed_passes(values, item):
    items = [{"name": "thing", "type": "text", "title": {"zh": "项"}, **item}]
    assert problems_of(body(items=items, **values), KNOWN, complete=False) == []


def test_one_source_an_element_and_the_other_is_named():
    items = [
        {
            "name": "thing",
            "type": "text",
            "title": {"zh": "姓名"},
            "element": "population.name",
            "is_source": True,
        }
    ]
    known = Known(sources={"population.name": ("gaj.person", "人口信息")})
    [found] = problems_of(body(items=items), known, complete=False)
    assert found.code == "two_sources"
    assert "人口信息" in found.zh
    assert "gaj.person" in found.en
    elsewhere = Known(duties={"population.name": ("350900-gaj", "市公安局")})
    assert "市公安局" in problems_of(body(items=items), elsewhere, complete=False)[0].zh
    twice = [*items, {**items[0], "name": "again"}]
    assert "two_sources" in codes(problems_of(body(items=twice), Known(), complete=False))


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("《中华人民共和国个人信息保护法》第二十五条", "law"), ("个人信息保护法", "law"), ("统计法第9条", "law"),
        ("Statistics Law Art. 25", "law"), ("《政务数据共享条例》第十条", "regulation"), ("征信业管理条例", "regulation"),
        ("福建省大数据发展条例第八条", "local"), ("国发〔2016〕51号", "decision"), ("国务院关于…的决定", "decision"),
        ("福建省政务数据管理办法", "other"), ("本局内部规定", "other"), ("依法", "other"), ("", ""),
    ],
)  # fmt: skip
def test_the_rank_of_a_basis(text, kind):
    assert basis_kind(text) == kind


def test_codes_follow_the_rule():
    assert [class_level(c) for c in ("1", "101", "101001", "10100102", "10", "1a", "", "²")] == [
        1,
        2,
        3,
        4,
        0,
        0,
        0,
        0,
    ]
    assert [parent_code(c) for c in ("1", "101", "101001", "10100102")] == ["", "1", "101", "101001"]
    assert resource_code("101001", 12) == "101001/000012"


def test_the_highest_grade_wins():
    assert highest(["L1", "L3", "L2"]) == "L3"
    assert highest([]) == "L1"


def test_differences_name_field_and_item():
    one, other = body(), body(cycle="weekly")
    other["items"]["firm"]["grade"] = "L2"
    del other["items"]["remark"]
    found = {(c.item, c.field): (c.before, c.after) for c in differences(one, other)}
    assert found == {
        ("", "cycle"): ("daily", "weekly"), ("firm", "grade"): ("L1", "L2"), ("remark", "item"): ({"zh": "备注", "en": "Remark"}, None),
    }  # fmt: skip
