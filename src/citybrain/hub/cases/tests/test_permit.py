"""The standard machine, state by state (reference §16, §17 A01–A05)."""

import pytest

from citybrain.hub.cases import api as cases
from citybrain.hub.cases.models import Clock, Document, Task, Transition
from citybrain.hub.cases.tests.factories import (
    CODE,
    OTHER,
    REASONS,
    REJECTION,
    Staff,
    accepted,
    official,
    open_permit,
    received,
)
from citybrain.kernel import clock
from citybrain.kernel.errors import Invalid, NotAllowed, NotFound
from citybrain.kernel.models import AuditEntry

pytestmark = pytest.mark.django_db
FRIDAY = "2026-09-25T16:00"


def test_straight_way_from_draft_to_archive(staff):
    with clock.freeze("2026-03-02T09:00"):
        record = accepted(staff)
        assert record.state == "accepted"
        assert record.case_no == f"{CODE}202603020001"
        assert len(record.case_no) == 43
        assert record.light == "green"
        cases.act(record.id, "review", by=staff.reviewer, data={"verdict": "pass", "opinion": "材料齐全"})
        cases.act(record.id, "approve", by=staff.decider, data=REASONS)
        cases.act(record.id, "certify", by=staff.issuer)
        record = cases.act(record.id, "deliver", by=staff.receiver, data={"method": "window"})
        assert record.state == "closed"
        assert record.outcome == "granted"
    with clock.freeze("2026-04-05T09:00"):
        assert cases.fire_due_timers() == 1
        view = cases.case_for(staff.citizen, record.id)
        assert view.record.state == "archived"
        assert view.record.finished
    codes = set(Document.objects.values_list("code", flat=True))
    assert {"B1", "B20", "B8", "B17", "B7", "B19", "B13"} <= codes


def test_a01_silence_for_five_working_days_is_acceptance_from_receipt(staff):
    with clock.freeze(FRIDAY):
        record = received(staff, complete=False)
    with clock.freeze("2026-10-08T23:00"):  # 28 29 30 Sep, 8 Oct: the holiday does not count
        assert cases.fire_due_timers() == 0
    with clock.freeze("2026-10-10T00:30"):
        assert cases.fire_due_timers() == 1
        assert cases.fire_due_timers() == 0
        after = cases.case_for(staff.reviewer, record.id).record
    assert after.state == "accepted"
    assert after.accepted_at == record.received_at
    assert Transition.objects.filter(action="deemed_accept").get().name["zh"] == "视为受理"


def test_a02_one_correction_notice_only(staff):
    with clock.freeze("2026-03-02T09:00"):
        record = received(staff)
        cases.act(record.id, "request_correction", by=staff.reviewer, data={"items": ["布局图不清"]})
        cases.act(record.id, "correct", by=staff.citizen)
        with pytest.raises(cases.Refused) as refusal:
            cases.act(record.id, "request_correction", by=staff.reviewer, data={"items": ["再补一次"]})
    assert refusal.value.code == "once_only"


def test_correction_not_made_in_time_returns_the_case(staff):
    with clock.freeze("2026-03-02T09:00"):
        record = received(staff)
        cases.act(record.id, "request_correction", by=staff.reviewer, data={"items": ["x"]})
    with clock.freeze("2026-03-24T09:00"):
        assert cases.fire_due_timers() == 1
        assert cases.case_for(staff.citizen, record.id).record.outcome == "returned"


def test_a03_special_procedure_moves_the_due_date_by_its_working_days(staff):
    with clock.freeze("2026-03-02T09:00"):
        record = accepted(staff)
        due = record.due_at
        data = {"kind": "appraisal", "expected_days": 7, "reason": "需要鉴定", "told_in_writing": True}
        record = cases.act(record.id, "suspend", by=staff.reviewer, data=data)
        assert record.light == "paused"
    with clock.freeze("2026-03-11T09:00"):  # seven working days later
        record = cases.act(record.id, "resume", by=staff.reviewer, data={"result": "合格"})
    assert clock.local(due).date().isoformat() == "2026-03-16"
    assert clock.local(record.due_at).date().isoformat() == "2026-03-25"
    assert cases.case_for(staff.reviewer, record.id).clocks[-1].intervals[0].kind == "appraisal"


def test_a04_extension_only_before_the_limit_ends_and_once(staff):
    with clock.freeze("2026-03-02T09:00"):
        record = accepted(staff)
        due = record.due_at
        longer = cases.act(record.id, "extend", by=staff.leader, data={"reason": "情况复杂"})
        assert clock.local(longer.due_at).date().isoformat() == "2026-03-30"
        assert longer.due_at > due
        with pytest.raises(cases.Refused) as again:
            cases.act(record.id, "extend", by=staff.leader, data={"reason": "再次"})
        assert again.value.code == "once_only"
        other = accepted(staff)
    with clock.freeze("2026-03-17T09:00"), pytest.raises(cases.Refused) as late:
        cases.act(other.id, "extend", by=staff.leader, data={"reason": "晚了"})
    assert late.value.code == "too_late"


def test_a05_a_receiving_clerk_cannot_approve_and_the_try_is_audited(staff):
    record = accepted(staff)
    with pytest.raises(NotAllowed) as refusal:
        cases.act(record.id, "approve", by=staff.receiver, data=REASONS)
    assert refusal.value.status == 403
    entry = AuditEntry.objects.filter(action="cases.refuse", obj=f"case:{record.id}").get()
    assert entry.account_id == staff.receiver.account_id


def test_whoever_received_may_not_decide_even_with_the_post(staff):
    both = official("receiver", "decider")
    record = open_permit(staff.citizen)
    cases.act(record.id, "submit", by=staff.citizen)
    cases.act(record.id, "receive", by=both)
    cases.act(record.id, "accept", by=staff.reviewer)
    with pytest.raises(cases.Refused) as refusal:
        cases.act(record.id, "approve", by=both, data=REASONS)
    assert (refusal.value.code, refusal.value.status) == ("separation_of_duties", 403)


def test_a40_a_receiving_office_elsewhere_cannot_decide(staff):
    elsewhere = official("receiver", "decider", org=OTHER)
    record = accepted(staff)
    with pytest.raises(NotFound):
        cases.act(record.id, "approve", by=elsewhere, data=REASONS)


def test_missing_materials_stop_acceptance_but_tolerable_ones_can_follow(staff):
    with clock.freeze("2026-03-02T09:00"):
        record = received(staff, complete=False)
        with pytest.raises(cases.Refused) as refusal:
            cases.act(record.id, "accept", by=staff.reviewer)
        assert refusal.value.code == "materials_missing"
        record = cases.act(record.id, "accept_tolerating", by=staff.reviewer, data={"promise": True})
        assert record.state == "accepted_tol"
        with pytest.raises(cases.Refused):
            cases.act(record.id, "supply", by=staff.citizen)
        cases.give_material(record.id, "layout", by=staff.citizen, source="upload")
        record = cases.act(record.id, "supply", by=staff.citizen)
        assert record.state == "accepted"
        assert record.light == "green"


def test_tolerated_materials_not_supplied_count_as_withdrawn(staff):
    with clock.freeze("2026-03-02T09:00"):
        record = received(staff, complete=False)
        cases.act(record.id, "accept_tolerating", by=staff.reviewer, data={"promise": True})
    with clock.freeze("2026-03-20T09:00"):
        assert cases.fire_due_timers() == 1
        assert cases.case_for(staff.citizen, record.id).record.outcome == "withdrawn"


def test_rejection_needs_reasons_basis_and_remedies_and_closes(staff):
    record = accepted(staff)
    with pytest.raises(Invalid) as problems:
        cases.act(record.id, "reject", by=staff.decider, data={"reason": "不行"})
    assert {p.path for p in problems.value.problems} == {"basis", "remedies"}
    record = cases.act(record.id, "reject", by=staff.decider, data=REJECTION)
    assert (record.state, record.outcome) == ("closed", "refused")


def test_applicant_may_withdraw_before_the_decision_only(staff):
    record = accepted(staff)
    other = accepted(staff)
    assert cases.act(record.id, "withdraw", by=staff.citizen).outcome == "withdrawn"
    cases.act(other.id, "approve", by=staff.decider, data=REASONS)
    with pytest.raises(cases.Refused) as refusal:
        cases.act(other.id, "withdraw", by=staff.citizen)
    assert refusal.value.code == "wrong_state"


def test_automatic_issue_and_electronic_delivery_run_through(staff):
    context = {"implementation_code": CODE, "issue_by_system": True, "delivery": "electronic"}
    record = accepted(staff, context=context)
    assert cases.act(record.id, "approve", by=staff.decider, data=REASONS).state == "closed"


def test_instant_case_is_decided_by_the_system_when_rules_allow(staff):
    context = {
        "implementation_code": CODE,
        "auto_approve": True,
        "issue_by_system": True,
        "delivery": "electronic",
    }
    record = open_permit(staff.citizen, case_type="instant", context=context)
    record = cases.act(record.id, "submit", by=staff.citizen)
    assert (record.state, record.outcome) == ("closed", "granted")


def test_worklists_follow_the_case(staff):
    record = received(staff)
    assert [row.case.id for row in cases.worklist(staff.reviewer).rows] == [record.id]
    assert cases.worklist(staff.decider).rows == ()
    cases.act(record.id, "accept", by=staff.reviewer)
    cases.act(record.id, "review", by=staff.reviewer, data={"verdict": "pass", "opinion": "同意"})
    assert [row.case.id for row in cases.worklist(staff.decider).rows] == [record.id]
    cases.act(record.id, "approve", by=staff.decider, data=REASONS)
    assert cases.worklist(staff.decider).rows == ()
    assert Task.objects.filter(closed_at=None).count() == 1


def test_long_keys_are_told_apart(staff):
    first, second = (open_permit(staff.citizen, idempotency_key="start:" + "x" * 90 + end) for end in "ab")
    assert first.id != second.id
    assert open_permit(staff.citizen, idempotency_key="start:" + "x" * 90 + "a").id == first.id


def test_a_repeated_request_is_done_once(staff):
    record = open_permit(staff.citizen, idempotency_key="open-1")
    assert open_permit(staff.citizen, idempotency_key="open-1").id == record.id
    for _turn in range(2):
        after = cases.act(record.id, "submit", by=staff.citizen, idempotency_key="k1")
    assert after.revision == 1
    assert Transition.objects.count() == 1


def test_a_stale_page_gets_a_conflict(staff):
    from citybrain.kernel.errors import Conflict

    record = received(staff)
    with pytest.raises(Conflict):
        cases.act(record.id, "accept", by=staff.reviewer, revision=record.revision - 1)


def test_history_cannot_be_rewritten(staff):
    from django.db import IntegrityError, transaction

    received(staff)
    with pytest.raises(IntegrityError), transaction.atomic():
        Transition.objects.update(comment="x")
    with pytest.raises(IntegrityError), transaction.atomic():
        Document.objects.all().delete()


def test_a_late_decision_is_recorded_as_late(staff):
    from citybrain.hub.cases.models import Case

    with clock.freeze("2026-03-02T09:00"):
        record = accepted(staff)
    with clock.freeze("2026-03-20T09:00"):
        assert cases.case_for(staff.leader, record.id).record.light == "red"
        assert cases.tell_overdue() == 1
        assert cases.tell_overdue() == 0
        cases.act(record.id, "approve", by=staff.decider, data=REASONS)
    row = Case.objects.get(pk=record.id)
    assert row.decided_late is True
    assert row.worked_days == 14


def test_clock_jumping_back_fires_nothing_twice(staff):
    with clock.freeze("2026-03-02T09:00"):
        received(staff)
    with clock.freeze("2026-03-10T09:00"):
        assert cases.fire_due_timers() == 1
    with clock.freeze("2026-03-01T09:00"):
        assert cases.fire_due_timers() == 0
    with clock.freeze("2026-03-11T09:00"):
        assert cases.fire_due_timers() == 0
    assert Clock.objects.filter(fires_at__isnull=False).count() == 0


def test_staff_of_another_unit_and_other_citizens_find_nothing(staff):
    record = received(staff)
    stranger, elsewhere = Staff().citizen, official("reviewer", "leader", org=OTHER)
    for actor in (stranger, elsewhere):
        for read in (cases.case_for, cases.actions_for, cases.timeline, cases.documents, cases.comments):
            with pytest.raises(NotFound):
                read(actor, record.id)
        with pytest.raises(NotFound):
            cases.act(record.id, "withdraw", by=actor)
    assert cases.worklist(elsewhere, cases.Filters(q=record.case_no)).rows == ()
    assert cases.search_cases(stranger, record.case_no).rows == ()


def test_a_due_date_in_an_unpublished_year_is_unknown_until_the_table_comes(staff):
    from citybrain.hub.cases.subscribers import reckon_clocks
    from citybrain.kernel import workdays

    with clock.freeze("2027-12-28T09:00"):
        record = accepted(staff)
        assert (record.due_at, record.light) == (None, "")
        assert cases.fire_due_timers() == 0
        workdays.load_year(2028, [{"date": "2028-01-03", "kind": "holiday", "name": "元旦"}], "test")
        reckon_clocks(workdays.YearLoaded(year=2028), None)
        known = cases.case_for(staff.reviewer, record.id).record
    assert str(clock.local(known.due_at).date()) == "2028-01-12"
    assert known.light == "green"
    assert Task.objects.get(closed_at=None).due_at == known.due_at
