"""Each publish rule G01–G16 refuses what it must, in both languages, and lets a sound matter pass."""

import pytest

from citybrain.hub.matters.domain.document import Limit
from citybrain.hub.matters.domain.guide_rules import in_workdays, refusals, say_limit
from citybrain.hub.matters.tests.factories import READY, make_document

PLACE = READY["place"]


def test_a_sound_matter_breaks_no_rule():
    assert refusals(make_document()) == []


@pytest.mark.parametrize(
    ("rule", "changes"),
    [
        ("G01", {"time__promised": "0 workday", "flow__1__limit": None}),
        ("G01", {"kind": {"case": "instant", "mode": "on_the_spot"}}),
        ("G01", {"kind": {"case": "committed", "mode": "on_the_spot"}}),
        ("G02", {"result__finish": "approved"}),
        ("G02", {"result__kind": "document"}),
        ("G03", {"how__visits": 1}),
        ("G04", {"how__online": False, "how__forms": ["window"]}),
        ("G05", {"how__visits": 1, "how__visits_reason": "核验原件", "how__depth": 4}),
        ("G06", {"place__complaint_phone": "0593-2822345"}),
        ("G06", {"place__consult_phone": "2822345"}),
        ("G07", {"place__hours": "每天9:00—17:00"}),
        ("G08", {"place__address": "蕉城南路1"}),
        ("G09", {"who__corp_topics": []}),
        ("G09", {"who__objects": ["person"]}),
        ("G09", {"who__person_topics": []}),
        ("G10", {"faq": []}),
        ("G10", {"flow": [{"key": "accept", "name": "受理"}]}),
        ("G11", {"flow__2__limit": "6 workday"}),
        ("G11", {"flow__2__limit": "20 day"}),
        ("G12", {"result__sample": None}),
        ("G13", {"how__pay_online": True}),
        ("G13", {"fee": {"charged": True}}),
        ("G14", {"materials__0__name": "其他材料"}),
        ("G14", {"materials__0__basis": ""}),
        ("G15", {"time__promised": "21 workday"}),
        ("G16", {"materials__1__issuer": None}),
        ("G16", {"materials__1__substitute": "none"}),
    ],
)
def test_a_broken_rule_is_named_with_its_element(rule, changes):
    found = [r for r in refusals(make_document(**changes)) if r.rule == rule]
    assert found
    assert found[0].zh
    assert found[0].en
    assert found[0].path


def test_A06_a_promise_longer_than_the_law_blocks_publishing():
    found = refusals(make_document(time__promised="10 workday", time__statutory="7 workday"))
    assert [r.rule for r in found] == ["G15"]
    assert "10个工作日" in found[0].zh
    assert "7个工作日" in found[0].zh


def test_A07_full_online_with_a_visit_blocks_publishing():
    found = refusals(make_document(how__visits=1, how__visits_reason="取证", how__depth=4))
    assert [r.rule for r in found] == ["G05"]


def test_limits_in_different_units_are_compared_on_the_safe_side():
    assert [
        r.rule for r in refusals(make_document(time__promised="20 workday", time__statutory="20 day"))
    ] == ["G15"]
    assert refusals(make_document(time__promised="14 workday", time__statutory="20 day")) == []


def test_a_licence_in_a_catalogue_may_say_that_it_is_not_catalogued():
    assert (
        refusals(make_document(materials__1__substitute="none", materials__1__certificate_catalogued=False))
        == []
    )


def test_limits_are_said_in_words():
    assert say_limit(Limit(value=1)).en == "1 working day"
    assert say_limit(Limit(value=0)).zh == "当场办结"
    assert in_workdays(Limit(value=7, unit="day")) == 5
