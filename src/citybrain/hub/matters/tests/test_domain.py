"""Depth, codes, situations, evidence and the four reductions follow from the facts of a matter."""

from decimal import Decimal

import pytest

from citybrain.hub.matters.domain import codes
from citybrain.hub.matters.domain.depth import depth_of, evidence_of, no_certificate_needed
from citybrain.hub.matters.domain.document import MatterDocument
from citybrain.hub.matters.domain.reductions import reductions
from citybrain.hub.matters.domain.situations import combinations, select_materials, select_steps, walk
from citybrain.hub.matters.tests.factories import make_document


@pytest.mark.parametrize(
    ("how", "depth"),
    [
        ({"online": True, "online_steps": ["accept", "handle"], "visits": 0}, 4),
        ({"online": True, "online_steps": ["accept"], "visits": 1}, 3),
        ({"online": True, "online_steps": ["receive"], "visits": 0}, 2),
        ({"online": True, "online_steps": ["consult"], "visits": 0}, 1),
        ({"online": False, "online_steps": ["accept", "handle"], "visits": 0}, 1),
    ],
)
def test_online_depth_is_derived_from_facts(how, depth):
    assert depth_of(make_document(**{f"how__{k}": v for k, v in how.items()})) == depth


def test_a_matter_needs_no_certificate_when_every_government_material_is_spared():
    assert no_certificate_needed(make_document())
    assert not no_certificate_needed(make_document(materials__1__substitute="none"))


def test_weak_evidence_is_told_by_the_longest_path():
    document = make_document()
    assert evidence_of(document, "time.statutory").confirmed
    assert evidence_of(document, "place.address").weak
    assert not evidence_of(document, "fee").confirmed
    assert not evidence_of(document, "fee").weak


def test_questions_follow_one_another_and_stale_answers_are_dropped():
    questions = make_document().situations
    assert walk(questions, {}).next.key == "kitchen"
    assert walk(questions, {"kitchen": "no"}).next.key == "only_water"
    way = walk(questions, {"kitchen": "yes", "only_water": "yes"})
    assert way.complete
    assert way.answers == {"kitchen": "yes"}


def test_an_answer_can_end_the_way_and_point_to_another_matter():
    way = walk(make_document().situations, {"kitchen": "no", "only_water": "yes"})
    assert not way.complete
    assert way.refused.zh == "不用办许可。"
    assert way.go_to == "water-filing"


def test_an_unknown_answer_is_told_at_its_question():
    way = walk(make_document().situations, {"kitchen": "perhaps"})
    assert way.next.key == "kitchen"
    assert way.problems[0][0] == "kitchen"


def test_materials_and_steps_are_selected_by_situation_and_form():
    document, names = make_document(), {"kitchen": "string", "area": "number"}
    keys = [m.key for m in select_materials(document, names, {"kitchen": "no"})]
    assert keys == ["plan", "licence"]
    keys = [m.key for m in select_materials(document, names, {"kitchen": "yes", "area": Decimal(300)})]
    assert keys == ["plan", "licence", "kitchen", "big"]
    assert "site_check" not in [s.key for s in select_steps(document, names, {"kitchen": "no"})]


def test_every_complete_way_is_listed_once():
    assert combinations(make_document().situations) == [
        {"kitchen": "yes"},
        {"kitchen": "no", "only_water": "no"},
        {"kitchen": "no", "only_water": "yes"},
    ]


def test_codes_are_parsed_by_profile_and_composed_per_body():
    assert codes.parse("370117002011", "national-12")["sub"] == "011"
    assert codes.parse("37011700201", "national-12") is None
    code = codes.implementation_code("11370800MB28559184", "city", "370117002011")
    assert code == "11370800MB285591843370117002011"
    assert len(code) == 31
    assert codes.handling_code(code, 1) == code + "01"
    assert codes.implementation_code("", "city", "370117002011") == ""


def test_a_matter_without_a_known_code_gets_a_provisional_one_that_never_looks_national():
    code = codes.provisional("food-licence-new", "licence")
    assert code.startswith("9901")
    assert len(code) == 12
    assert code == codes.provisional("food-licence-new", "licence")


def test_yes_and_no_without_quotes_are_words():
    document = make_document(situations=[
        {"key": "a", "question": "?", "options": [{"value": True, "label": "有"}, {"value": False, "label": "没有"}]}
    ], materials=[], flow=[{"key": "accept", "name": "受理"}])  # fmt: skip
    assert [o.value for o in document.situations[0].options] == ["yes", "no"]


def test_the_four_reductions_are_counted_over_matters():
    figures = reductions([make_document(), make_document(how__visits=1, how__visits_reason="x")])
    assert figures.time_cut == Decimal("0.65")
    assert figures.no_trip == Decimal("0.5")
    assert figures.full_online == Decimal("0.5")
    assert figures.instant == 0
    assert reductions([]).time_cut is None


def test_an_unknown_key_in_a_document_is_refused():
    with pytest.raises(ValueError, match="extra"):
        MatterDocument.model_validate({**make_document().model_dump(mode="json"), "nmae": "x"})
