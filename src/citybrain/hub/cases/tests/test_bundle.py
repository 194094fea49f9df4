"""One thing, many matters (reference §2.11, §17 A39)."""

import pytest

from citybrain.hub.cases import api as cases
from citybrain.hub.cases.models import Link
from citybrain.hub.cases.tests.factories import ORG, REASONS, REJECTION, open_permit
from citybrain.kernel import clock

pytestmark = pytest.mark.django_db


def child(key, prerequisites=(), days=5, **more):
    return {
        "key": key, "case_type": "permit", "organisation": ORG, "matter": key, "matter_name": {"zh": key},
        "limits": {"promised": {"value": days, "unit": "workday"}}, "prerequisites": list(prerequisites),
        "materials": [], "context": {"delivery": "electronic", "issue_by_system": True}, **more,
    }  # fmt: skip


def bundle(staff, *children, days=30):
    record = open_permit(
        staff.citizen, case_type="bundle", materials=[], matter="restaurant-opening",
        context={"children": list(children)}, limits={"promised": {"value": days, "unit": "workday"}},
    )  # fmt: skip
    cases.act(record.id, "submit", by=staff.citizen)
    return cases.act(record.id, "receive", by=staff.receiver)


def children(staff, record):
    return {c.role: c for c in cases.case_for(staff.citizen, record.id).children}


def decide(staff, child_record, granted=True):
    cases.act(child_record.case.id, "accept", by=staff.reviewer)
    if granted:
        return cases.act(child_record.case.id, "approve", by=staff.decider, data=REASONS)
    return cases.act(child_record.case.id, "reject", by=staff.decider, data=REJECTION)


def test_one_receipt_opens_the_children_and_all_granted_completes(staff):
    record = bundle(staff, child("sign"), child("licence"))
    kids = children(staff, record)
    assert {k: c.case.state for k, c in kids.items()} == {"sign": "received", "licence": "received"}
    assert record.case_no[6:9] == "YJS"
    decide(staff, kids["sign"])
    assert cases.case_for(staff.citizen, record.id).record.state == "running"
    decide(staff, kids["licence"])
    after = cases.case_for(staff.citizen, record.id).record
    assert (after.state, after.outcome) == ("completed", "granted")
    assert children(staff, record)["sign"].case.state == "closed"
    assert cases.act(record.id, "deliver", by=staff.receiver, data={"method": "window"}).state == "closed"


def test_a39_a_refused_child_lets_its_siblings_go_on_and_the_result_is_partial(staff):
    record = bundle(staff, child("sign"), child("licence"))
    kids = children(staff, record)
    decide(staff, kids["sign"], granted=False)
    assert cases.case_for(staff.citizen, record.id).record.state == "running"
    assert children(staff, record)["licence"].case.state == "received"
    decide(staff, kids["licence"])
    after = cases.case_for(staff.citizen, record.id).record
    assert (after.state, after.outcome) == ("partly", "partial")


def test_a_prerequisite_holds_its_follower_until_granted(staff):
    record = bundle(staff, child("registration"), child("licence", ["registration"]))
    kids = children(staff, record)
    assert kids["licence"].held
    assert kids["licence"].case.state == "draft"
    decide(staff, kids["registration"])
    kids = children(staff, record)
    assert (kids["licence"].held, kids["licence"].case.state) == (False, "received")


def test_a_refused_prerequisite_stops_its_followers_only(staff):
    record = bundle(staff, child("registration"), child("licence", ["registration"]), child("sign"))
    kids = children(staff, record)
    decide(staff, kids["registration"], granted=False)
    kids = children(staff, record)
    assert kids["licence"].case.state == "terminated"
    assert kids["sign"].case.state == "received"


def test_the_joint_clock_is_not_longer_than_the_longest_way(staff):
    with clock.freeze("2026-03-02T09:00"):
        record = bundle(staff, child("a", days=3), child("b", ["a"], days=4), child("c", days=5), days=30)
        assert cases.case_for(staff.citizen, record.id).clocks[0].value == 7


def test_the_clerk_who_received_the_bundle_may_not_decide_a_child(staff):
    from citybrain.hub.cases.tests.factories import official

    both = official("receiver", "reviewer", "decider")
    record = open_permit(
        staff.citizen, case_type="bundle", materials=[], context={"children": [child("sign")]}
    )
    cases.act(record.id, "submit", by=staff.citizen)
    cases.act(record.id, "receive", by=both)
    kid = children(staff, record)["sign"]
    cases.act(kid.case.id, "accept", by=both)
    with pytest.raises(cases.Refused) as refusal:
        cases.act(kid.case.id, "approve", by=both, data=REASONS)
    assert refusal.value.code == "separation_of_duties"


def test_one_child_can_be_withdrawn_alone_and_everything_together_before_decisions(staff):
    record = bundle(staff, child("sign"), child("licence"))
    kids = children(staff, record)
    cases.act(kids["sign"].case.id, "withdraw", by=staff.citizen)
    assert children(staff, record)["licence"].case.state == "received"
    cases.act(record.id, "withdraw", by=staff.citizen)
    assert {c.case.outcome for c in children(staff, record).values()} == {"withdrawn"}
    assert cases.case_for(staff.citizen, record.id).record.state == "withdrawn"


def test_whole_withdrawal_is_refused_after_a_decision(staff):
    record = bundle(staff, child("sign"), child("licence"))
    decide(staff, children(staff, record)["sign"])
    with pytest.raises(cases.Refused) as refusal:
        cases.act(record.id, "withdraw", by=staff.citizen)
    assert refusal.value.code == "already_decided"
    assert Link.objects.filter(kind="child").count() == 2


def test_one_delivery_waits_for_every_result_and_takes_them_all(staff):
    window = {"delivery": "window", "issue_by_system": False}
    record = bundle(staff, child("sign", context=window), child("licence", context=window))
    kids = children(staff, record)
    decide(staff, kids["sign"])
    decide(staff, kids["licence"])
    assert cases.case_for(staff.citizen, record.id).record.state == "running"
    for kid in kids.values():
        cases.act(kid.case.id, "certify", by=staff.issuer)
    assert cases.case_for(staff.citizen, record.id).record.state == "completed"
    cases.act(record.id, "deliver", by=staff.receiver, data={"method": "window"})
    assert {c.case.state for c in children(staff, record).values()} == {"closed"}


def test_whoever_decides_a_prerequisite_may_decide_its_follower(staff):
    record = bundle(staff, child("registration"), child("licence", ["registration"]))
    decide(staff, children(staff, record)["registration"])
    assert decide(staff, children(staff, record)["licence"]).outcome == "granted"
