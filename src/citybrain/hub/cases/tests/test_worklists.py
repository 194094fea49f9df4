"""Work lists, search, paging, taking, handing over."""

import pytest
from django.utils import timezone

from citybrain.hub.cases import api as cases
from citybrain.hub.cases.domain import search
from citybrain.hub.cases.models import Case, Task
from citybrain.hub.cases.tests.factories import (
    OTHER,
    citizen,
    official,
    open_permit,
    received,
    subject,
)
from citybrain.kernel import clock
from citybrain.kernel.errors import Conflict, Invalid, NotAllowed, NotFound

pytestmark = pytest.mark.django_db


def found(actor, **filters):
    return [row.case.id for row in cases.worklist(actor, cases.Filters(**filters)).rows]


def test_search_finds_numbers_words_firms_and_complete_names_only(staff):
    record = received(staff)
    firm = citizen()
    held = open_permit(
        firm,
        subject=subject(firm, name="宁德示例餐饮有限公司", kind="legal_person", number="91350900587527783P"),
    )
    cases.act(held.id, "submit", by=firm)
    cases.act(held.id, "receive", by=staff.receiver)
    both = {record.id, held.id}
    assert set(found(staff.reviewer, q="食品经营")) == both
    assert set(found(staff.reviewer, q="闽东小馆")) == both
    assert found(staff.reviewer, q=record.case_no) == [record.id]
    assert set(found(staff.reviewer, q=record.case_no[:30])) == both
    assert found(staff.reviewer, q="林小梅") == [record.id]
    assert found(staff.reviewer, q="350902199003071234") != []
    assert found(staff.reviewer, q="林小") == []
    assert found(staff.reviewer, q="示例餐饮") == [held.id]
    assert found(staff.reviewer, q="不存在的词") == []
    assert found(official("reviewer", org=OTHER), q="林小梅") == []


def test_names_of_people_are_not_in_the_search_column_or_readable_at_rest(staff):
    from django.db import connection

    received(staff)
    with connection.cursor() as cursor:
        cursor.execute("SELECT search::text, subject_name, data FROM cases_case")
        words, name, data = cursor.fetchone()
    assert "林小" not in words
    assert "林小梅".encode() not in bytes(name)
    assert b"shop" not in bytes(data)


def test_filters_by_matter_light_place_date_state_and_channel(staff):
    with clock.freeze("2026-03-02T09:00"):
        early = received(staff, matter="a", channel="window")
    with clock.freeze("2026-03-06T09:00"):
        late = received(staff, matter="b", division="350981101000")
        assert found(staff.reviewer, matter="a") == [early.id]
        assert found(staff.reviewer, channel="window") == [early.id]
        assert found(staff.reviewer, place="350981") == [late.id]
        assert found(staff.reviewer, state="received") == [early.id, late.id]
        assert found(staff.reviewer, since="2026-03-05") == [late.id]
        assert found(staff.reviewer, until="2026-03-02") == [early.id]
        assert found(staff.reviewer, light="green") == [late.id]
        assert found(staff.reviewer, light="yellow") == [early.id]
        counted = cases.counts(staff.reviewer)
        assert (counted["total"], counted["yellow"], counted["green"]) == (2, 1, 1)
        with pytest.raises(Invalid):
            found(staff.reviewer, since="yesterday")


def test_pages_by_number_and_by_cursor_show_every_case_once(staff):
    ids = {received(staff).id for _turn in range(7)}
    page, seen = cases.worklist(staff.reviewer, size=3), []
    while True:
        seen += [row.case.id for row in page.rows]
        if not page.next:
            break
        page = cases.worklist(staff.reviewer, page=page.next, size=3)
    assert len(seen) == 7
    assert set(seen) == ids
    assert [r.case.id for r in cases.worklist(staff.reviewer, page=2, size=3).rows] == seen[3:6]
    with pytest.raises(Invalid):
        cases.worklist(staff.reviewer, page="cnonsense")


def test_take_release_and_conflict(staff):
    received(staff)
    task = Task.objects.get(closed_at=None)
    colleague = official("reviewer")
    cases.take(task.id, by=staff.reviewer)
    assert found(staff.reviewer, mine=True) != []
    assert found(colleague, untaken=True) == []
    with pytest.raises(Conflict):
        cases.take(task.id, by=colleague)
    with pytest.raises(NotAllowed):
        cases.release(task.id, by=colleague)
    cases.release(task.id, by=staff.reviewer)
    cases.take(task.id, by=colleague)
    with pytest.raises(NotFound):
        cases.take(task.id, by=official("reviewer", org=OTHER))


def test_hand_over_moves_open_tasks_to_a_colleague_with_the_role(staff, monkeypatch):
    from citybrain.hub.cases.actions import bench

    received(staff)
    task = Task.objects.get(closed_at=None)
    cases.take(task.id, by=staff.reviewer)
    colleague = official("reviewer")
    monkeypatch.setattr(bench.identity, "persons_holding", lambda role, org: [colleague.account_id])
    with pytest.raises(NotAllowed):
        cases.hand_over(from_account=staff.reviewer.account_id, to_account=colleague.account_id, by=colleague)
    given = {"from_account": staff.reviewer.account_id, "to_account": colleague.account_id}
    assert cases.hand_over(**given, by=staff.leader) == 1
    assert found(colleague, mine=True) != []


def test_my_cases_are_only_mine(staff):
    record = received(staff)
    assert [r.id for r in cases.my_cases(staff.citizen).rows] == [record.id]
    assert cases.my_cases(citizen()).rows == ()
    assert [r.id for r in cases.my_cases(staff.citizen, waiting_for_me=True).rows] == []
    cases.act(record.id, "request_correction", by=staff.reviewer, data={"items": ["x"]})
    assert [r.id for r in cases.my_cases(staff.citizen, waiting_for_me=True).rows] == [record.id]


def test_comments_are_for_officials(staff):
    record = received(staff)
    cases.comment(record.id, "电话已联系", by=staff.reviewer)
    assert [c.text for c in cases.comments(staff.decider, record.id)] == ["电话已联系"]
    assert cases.comments(staff.citizen, record.id) == []
    with pytest.raises(NotAllowed):
        cases.comment(record.id, "x", by=staff.citizen)


def test_the_public_history_names_nobody_and_hides_internal_steps(staff):
    record = received(staff)
    cases.act(record.id, "accept", by=staff.reviewer, comment="内部备注")
    cases.act(record.id, "review", by=staff.reviewer, data={"verdict": "pass", "opinion": "内部意见"})
    public = cases.timeline(staff.citizen, record.id)
    assert [t.action for t in public] == ["submit", "receive", "accept"]
    assert "内部" not in repr(public)
    assert all(t.who == "" for t in public)
    assert "内部意见" in repr(cases.timeline(staff.decider, record.id))


def test_a_list_uses_its_index(staff):
    from django.db import connection

    received(staff)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(
            "EXPLAIN SELECT id FROM cases_task WHERE closed_at IS NULL AND organisation = 'x' AND role = 'y' "
            "ORDER BY sort_at, id LIMIT 20"
        )
        assert "cases_task_" in "".join(row[0] for row in cursor.fetchall())


def test_a_running_case_keeps_its_machine_until_it_is_migrated(staff):
    from citybrain.hub.cases.tests.factories import install_machine, machine_file

    record = received(staff)
    raw = machine_file("permit")
    raw["version"] = 3
    raw["states"]["received"]["name"] = "收件（新）"
    install_machine(raw)
    assert cases.case_for(staff.reviewer, record.id).record.state_name["zh"] == "已收件"
    with pytest.raises(NotAllowed):
        cases.migrate_case(record.id, version=3, by=staff.reviewer, reason="x")
    moved = cases.migrate_case(record.id, version=3, by=staff.leader, reason="流程更新")
    assert (moved.machine_version, moved.state_name["zh"]) == (3, "收件（新）")
    assert cases.act(record.id, "accept", by=staff.reviewer).state == "accepted"


def test_a_used_machine_version_cannot_be_changed(staff):
    from django.db import IntegrityError, transaction

    from citybrain.hub.cases.models import MachineVersion

    received(staff)
    with pytest.raises(IntegrityError), transaction.atomic():
        MachineVersion.objects.filter(key="permit").update(definition={})


@pytest.mark.parametrize("text", ["", "   ", "'", "a' | 'b", "食'品", "!!!", "\\", "🙂", "x" * 500, "\x00"])
def test_no_search_text_breaks_the_query(staff, text):
    cases.worklist(staff.reviewer, cases.Filters(q=text))
    assert isinstance(search.query(text), str)


def test_figures_by_unit_are_in_scope(staff):
    received(staff)
    rows = cases.lights(staff.leader, by="matter")
    assert [(row["key"], row["green"]) for row in rows] == [("food-licence-new", 1)]
    assert cases.lights(official("leader", org=OTHER)) == []
    assert len(cases.recent_transitions(5)) == 2
    assert Case.objects.filter(opened_at__lte=timezone.now()).count() == 1


def test_a_word_is_found_in_ones_own_unit_only_open_finished_and_by_the_city(staff):
    somebody = citizen()
    own, elsewhere = received(staff), open_permit(somebody, organisation=OTHER)
    assert found(staff.reviewer, q="食品经营") == [own.id]
    assert found(staff.reviewer, q="食品经营", all=True) == [own.id]
    assert found(staff.reviewer, q="食品经营", done=True) == []
    there = official("receiver", org=OTHER)
    assert found(there, q="食品经营", all=True) == []  # a draft is its applicant's
    cases.act(elsewhere.id, "submit", by=somebody)
    assert found(there, q="食品经营") == found(there, q="食品经营", all=True) == [elsewhere.id]
    Case.objects.filter(pk=own.id).update(closed_at=clock.now())
    assert found(staff.reviewer, q="食品经营", done=True) == [own.id]
    assert found(staff.reviewer, q="食品经营", all=True) == []


def test_a_search_that_finds_very_many_shows_the_newest_and_says_more(staff, monkeypatch):
    from citybrain.hub.cases.queries import open_tasks, worklists

    ids = [received(staff).id for _turn in range(4)]
    for module in (open_tasks, worklists):
        monkeypatch.setattr(module, "COUNT_TO", 2)
    page = cases.worklist(staff.reviewer, cases.Filters(q="食品经营", all=True), size=3)
    assert [row.case.id for row in page.rows] == ids[:0:-1]
    assert (page.total, page.more_than_total) == (2, True)
    rest = cases.worklist(staff.reviewer, cases.Filters(q="食品经营", all=True), page=page.next, size=3)
    assert [row.case.id for row in rest.rows] == ids[:1]
    open_ones = cases.worklist(staff.reviewer, cases.Filters(q="食品经营"), size=3)
    assert (len(open_ones.rows), open_ones.total, open_ones.more_than_total) == (3, 2, True)


def test_counts_are_bounded_and_say_when_there_is_more(staff, monkeypatch):
    from citybrain.hub.cases.queries import open_tasks

    for _turn in range(4):
        received(staff)
    assert cases.counts(staff.reviewer)["more"] == 0
    monkeypatch.setattr(open_tasks, "COUNT_TO", 2)
    monkeypatch.setattr(open_tasks, "WALK", 3)
    counted = cases.counts(staff.reviewer)
    assert (counted["total"], counted["green"], counted["red"], counted["more"]) == (3, 3, 0, 1)


def test_open_tasks_follow_the_words_of_their_case(staff):
    record = received(staff)
    Case.objects.filter(pk=record.id).update(search=None)
    from citybrain.hub.cases.actions.writing import renew_words

    renew_words(Case.objects.get(pk=record.id))
    assert found(staff.reviewer, q="食品经营") == []
    assert found(staff.reviewer, q=record.case_no) == [record.id]


def test_a_search_is_served_by_the_index_that_knows_units(staff):
    from django.db import connection

    from citybrain.hub.cases.queries.worklists import match

    received(staff)
    rows = match(Case.objects.order_by().values("id"), "食品", ["350902-scjg"])
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_indexscan = off")
    assert "cases_words" in rows.explain()
