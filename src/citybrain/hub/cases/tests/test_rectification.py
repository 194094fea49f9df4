"""差评整改: contacted, put right, answered, called back by somebody else (reference §2.9, §17 A11)."""

import pytest

from citybrain.hub.cases import api as cases
from citybrain.hub.cases.tests.factories import ORG, official
from citybrain.kernel import clock
from citybrain.kernel.actor import Actor

pytestmark = pytest.mark.django_db
SYSTEM = Actor.system("test")


def opened():
    return cases.open_case(
        case_type="rectification", by=SYSTEM, organisation=ORG, title="差评", context={"rating": "r1"},
        limits={"promised": {"value": 5, "unit": "workday"}},
    )  # fmt: skip


def test_a_bad_review_is_put_right_and_called_back_by_another(staff):
    with clock.freeze("2026-03-02T09:00"):
        record = opened()
        assert (record.state, record.case_no[6:8]) == ("assigned", "ZG")
        assert str(clock.local(record.due_at).date()) == "2026-03-09"
        assert len(cases.worklist(staff.reviewer).rows) == 1
        cases.act(
            record.id, "contact", by=staff.reviewer, data={"contact_way": "phone", "finding": "态度不好"}
        )
        cases.act(record.id, "rectify", by=staff.reviewer, data={"measures": "培训"})
        cases.act(record.id, "reply", by=staff.reviewer, data={"answer": "已改正"})
        done = cases.act(record.id, "visit_back", by=staff.visitor, data={"grade": "2", "record": "满意"})
        assert done.state == "closed"


def test_the_handler_may_not_call_back(staff):
    both = official("reviewer", "hall_chief")
    record = opened()
    cases.act(record.id, "contact", by=both, data={"contact_way": "phone", "finding": "x"})
    cases.act(record.id, "rectify", by=both, data={"measures": "x"})
    cases.act(record.id, "reply", by=both, data={"answer": "x"})
    with pytest.raises(cases.Refused) as refusal:
        cases.act(record.id, "visit_back", by=both, data={"grade": "2", "record": "x"})
    assert refusal.value.code == "separation_of_duties"


def test_an_upheld_appeal_excludes_the_review(staff):
    record = opened()
    cases.act(record.id, "appeal", by=staff.reviewer, data={"ground": "mistaken", "reason": "点错"})
    done = cases.act(record.id, "uphold_appeal", by=staff.leader, data={"reason": "属实"})
    assert (done.state, done.outcome) == ("excluded", "no_need")


def test_dissatisfied_people_get_it_done_again_once(staff):
    record = opened()
    for turn in range(2):
        cases.act(record.id, "contact", by=staff.reviewer, data={"contact_way": "phone", "finding": "x"})
        cases.act(record.id, "rectify", by=staff.reviewer, data={"measures": "x"})
        cases.act(record.id, "reply", by=staff.reviewer, data={"answer": "x"})
        if turn == 0:
            assert cases.act(record.id, "redo", by=staff.visitor, data={"reason": "没改"}).state == "assigned"
    with pytest.raises(cases.Refused) as refusal:
        cases.act(record.id, "redo", by=staff.visitor, data={"reason": "还是没改"})
    assert refusal.value.code == "once_only"
