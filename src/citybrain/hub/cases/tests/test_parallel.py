"""Branches that answer at the same time, and the join."""

import pytest

from citybrain.hub.cases import api as cases
from citybrain.hub.cases.tests.factories import (
    ORG,
    OTHER,
    citizen,
    install_machine,
    load_holidays,
    official,
    subject,
)
from citybrain.kernel.errors import Invalid, NotAllowed, NotFound

pytestmark = pytest.mark.django_db


def machine(join="all", outcomes=None, **more):
    return {
        "key": "joint", "version": 1, "name": "联审", "number_on": "open", "numbering": "task",
        "roles": {"reviewer": "reviewer"},
        "states": {
            "new": {"name": "新", "kind": "start", "owner": "reviewer"}, "countersigning": {"name": "会签"},
            "agreed": {"name": "通过", "kind": "end", "outcome": "granted"},
            "objected": {"name": "不通过", "kind": "end", "outcome": "refused"},
        },
        "transitions": [
            {"from": "new", "to": "countersigning", "action": "ask", "name": "送会签", "by": "reviewer",
             "fields": [{"name": "units", "label": "单位", "type": "list", "required": True}]},
            {"from": "countersigning", "to": "agreed", "action": "agree_all", "name": "会签通过", "by": "system"},
            {"from": "countersigning", "to": "objected", "action": "object_any", "name": "会签不通过", "by": "system"},
        ],
        "parallel": {"countersign": {
            "name": "会签", "state": "countersigning", "branches_from": "units", "role": "reviewer", "join": join,
            "outcomes": outcomes or [{"when": "answers_object == 0", "action": "agree_all"},
                                     {"when": "true", "action": "object_any"}], **more,
        }},
    }  # fmt: skip


@pytest.fixture
def joint(base):
    def start(**more):
        load_holidays()
        install_machine(machine(**more))
        person = citizen()
        lead, second = official("reviewer"), official("reviewer", org=OTHER)
        record = cases.open_case(case_type="joint", by=person, subject=subject(person), organisation=ORG)
        units = [{"key": "lead", "organisation": ORG}, {"key": "fire", "organisation": OTHER, "name": "消防"}]
        return cases.act(record.id, "ask", by=lead, data={"units": units}), lead, second, person

    return start


def test_all_have_to_answer_before_the_case_goes_on(joint):
    record, lead, second, _person = joint()
    assert cases.act(record.id, "answer", by=lead, data={"answer": "agree"}).state == "countersigning"
    assert [row.case.id for row in cases.worklist(second).rows] == [record.id]
    assert cases.act(record.id, "answer", by=second, data={"answer": "agree"}).state == "agreed"


def test_an_objection_needs_a_reason_and_decides(joint):
    record, lead, second, _person = joint()
    with pytest.raises(Invalid):
        cases.act(record.id, "answer", by=second, data={"answer": "object"})
    cases.act(record.id, "answer", by=second, data={"answer": "object", "opinion": "疏散宽度不足"})
    assert cases.act(record.id, "answer", by=lead, data={"answer": "agree"}).state == "objected"


def test_a_unit_answers_once_and_only_for_itself(joint):
    record, lead, _second, person = joint()
    cases.act(record.id, "answer", by=lead, data={"answer": "agree"})
    with pytest.raises((NotAllowed, cases.Refused)):
        cases.act(record.id, "answer", by=lead, data={"answer": "agree", "branch": "fire"})
    with pytest.raises(NotAllowed):
        cases.act(record.id, "answer", by=person, data={"answer": "agree"})
    with pytest.raises(NotFound):
        cases.act(record.id, "answer", by=official("reviewer", org="350922-xfjy"), data={"answer": "agree"})


def test_the_lead_unit_answers_last(joint):
    record, lead, second, _person = joint(join="lead")
    with pytest.raises(cases.Refused) as refusal:
        cases.act(record.id, "answer", by=lead, data={"answer": "agree"})
    assert refusal.value.code == "others_first"
    cases.act(record.id, "answer", by=second, data={"answer": "agree"})
    assert cases.act(record.id, "answer", by=lead, data={"answer": "agree"}).state == "agreed"


def test_one_answer_is_enough_when_any_joins(joint):
    record, _lead, second, _person = joint(join="any")
    assert cases.act(record.id, "answer", by=second, data={"answer": "agree"}).state == "agreed"


def test_a_joint_unit_sees_the_case_and_its_branch_action(joint):
    record, _lead, second, _person = joint()
    assert cases.case_for(second, record.id).record.id == record.id
    assert [a.action for a in cases.actions_for(second, record.id)] == ["answer"]
