"""Ties officials make between cases: who may, what a merge does and does not do, and that it can be taken back."""

from datetime import timedelta

import pytest

from citybrain.hub.cases import api as cases
from citybrain.hub.cases.actions import links
from citybrain.hub.cases.data import Refused
from citybrain.hub.cases.models import Link
from citybrain.hub.cases.tests import factories as make
from citybrain.hub.cases.tests.test_pages import ask
from citybrain.hub.cases.tests.test_speed import queries
from citybrain.hub.cases.views import case as case_page
from citybrain.hub.cases.views import ties
from citybrain.kernel import clock
from citybrain.kernel.errors import Invalid, NotAllowed, NotFound
from citybrain.kernel.models import AuditEntry

pytestmark = pytest.mark.django_db


@pytest.fixture
def two(staff):
    """The lead case and a duplicate of the same applicant, both accepted."""
    lead = make.accepted(staff)
    with clock.travel(timedelta(minutes=1)):
        return lead, make.accepted(staff)


def code(refused):
    return refused.value.problems[0].code


def test_a_merged_duplicate_is_decided_with_the_lead_and_the_merge_can_be_taken_back(staff, two):
    lead, duplicate = two
    links.merge(duplicate.id, lead.case_no, by=staff.reviewer)
    with pytest.raises(Refused) as refused:
        cases.act(duplicate.id, "approve", by=staff.decider, data=make.REASONS)
    assert refused.value.code == "merged"
    approve = next(a for a in cases.actions_for(staff.decider, duplicate.id) if a.action == "approve")
    assert not approve.possible
    assert cases.act(lead.id, "approve", by=staff.decider, data=make.REASONS).state == "approved"
    assert links.unmerge(duplicate.id, by=staff.reviewer)
    assert not links.unmerge(duplicate.id, by=staff.reviewer)
    assert cases.act(duplicate.id, "approve", by=staff.decider, data=make.REASONS).state == "approved"
    done = AuditEntry.objects.filter(obj=f"case:{duplicate.id}").values_list("action", flat=True)
    assert {"cases.merge", "cases.unmerge"} <= set(done)


def test_the_applicant_keeps_every_right_and_the_leader_can_end_the_duplicate(staff, two):
    lead, duplicate = two
    links.merge(duplicate.id, lead.case_no, by=staff.reviewer)
    assert cases.case_for(staff.citizen, duplicate.id).record.due_at == duplicate.due_at
    ended = cases.act(duplicate.id, "terminate", by=staff.leader, data={"reason": "重复申请"})
    assert ended.state == "terminated"


def test_what_cannot_be_merged_is_refused_with_the_reason(staff, two):
    lead, duplicate = two
    stranger = make.accepted(make.Staff())
    other = make.accepted(staff, matter="food-licence-change")
    for number, reason in (
        ("nothing", "unknown_case"), (duplicate.case_no, "itself"), (stranger.case_no, "other_applicant"),
        (other.case_no, "other_matter"),
    ):  # fmt: skip
        with pytest.raises(Invalid) as refused:
            links.merge(duplicate.id, number, by=staff.reviewer)
        assert code(refused) == reason
    cases.act(duplicate.id, "approve", by=staff.decider, data=make.REASONS)
    with pytest.raises(Invalid) as refused:
        links.merge(duplicate.id, lead.case_no, by=staff.reviewer)
    assert code(refused) == "decided"
    assert not Link.objects.exists()


def test_no_chains_and_no_second_merge(staff, two):
    lead, duplicate = two
    third = make.accepted(staff)
    links.merge(duplicate.id, lead.case_no, by=staff.reviewer)
    for case_id, number, reason in (
        (third.id, duplicate.case_no, "chain"), (lead.id, third.case_no, "leads"),
        (duplicate.id, third.case_no, "merged_already"),
    ):  # fmt: skip
        with pytest.raises(Invalid) as refused:
            links.merge(case_id, number, by=staff.reviewer)
        assert code(refused) == reason


def test_a_case_of_another_unit_is_as_unknown_as_none(staff, two):
    outside = make.official("reviewer", org=make.OTHER)
    with pytest.raises(NotFound):
        links.merge(two[1].id, two[0].case_no, by=outside)
    away = make.accepted(make.Staff(make.OTHER), organisation=make.OTHER)
    with pytest.raises(Invalid) as refused:
        links.follow_number(two[1].id, away.case_no, by=staff.reviewer)
    assert code(refused) == "unknown_case"


def test_whoever_may_only_read_can_tie_nothing(two):
    reader = make.official("reader")
    with pytest.raises(NotAllowed):
        links.merge(two[1].id, two[0].case_no, by=reader)
    with pytest.raises(NotAllowed):
        links.follow_number(two[1].id, two[0].case_no, by=reader)


def test_a_case_follows_an_earlier_one_only_and_the_tie_shows_on_both(staff, two):
    earlier, later = two
    with pytest.raises(Invalid) as refused:
        links.follow_number(earlier.id, later.case_no, by=staff.reviewer)
    assert code(refused) == "not_earlier"
    links.follow_number(later.id, earlier.case_no, by=staff.reviewer)
    for one, other in ((earlier, later), (later, earlier)):
        page = ask(case_page.detail, staff.reviewer, one.id).content.decode()
        assert other.case_no in page
    assert links.unfollow(later.id, earlier.id, by=staff.reviewer)
    assert not links.unfollow(later.id, earlier.id, by=staff.reviewer)


@pytest.mark.parametrize("lang", ["zh-hans", "en"])
def test_the_screen_asks_before_merging_says_what_happens_and_does_it(staff, two, lang):
    lead, duplicate = two
    post = {"what": "merge", "case_no": lead.case_no}
    asked = ask(ties.page, staff.reviewer, duplicate.id, post=post, lang=lang)
    assert asked.status_code == 200
    assert ("可以随时撤回" if lang == "zh-hans" else "can be taken back") in asked.content.decode()
    assert not Link.objects.exists()
    assert ask(ties.page, staff.reviewer, duplicate.id, post={**post, "confirm": "1"}).status_code == 302
    for one, other in ((lead, duplicate), (duplicate, lead)):
        assert other.case_no in ask(case_page.detail, staff.reviewer, one.id).content.decode()
    assert ask(ties.page, staff.reviewer, duplicate.id, post={"what": "unmerge"}).status_code == 302
    assert not Link.objects.exists()


def test_the_screen_keeps_a_wrong_number_and_says_why(staff, two):
    answer = ask(ties.page, staff.reviewer, two[1].id, post={"what": "follow", "case_no": "NO-SUCH"})
    assert answer.status_code == 422
    assert "NO-SUCH" in answer.content.decode()


def test_a_case_without_ties_costs_no_query_for_them(staff, two):
    spent = queries(lambda: ask(case_page.detail, staff.reviewer, two[0].id))
    assert sum("cases_link" in sql for sql in spent) <= 1  # within the one reading of the case
