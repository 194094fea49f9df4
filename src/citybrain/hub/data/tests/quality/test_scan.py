"""A scan counts, keeps, carries on, tells, cures; valid records add up; scores follow."""

from datetime import timedelta
from decimal import Decimal

import pytest

from citybrain.hub.data import api as data
from citybrain.hub.data.jobs import running
from citybrain.hub.data.models import (
    Job,
    ProblemRow,
    QualityProfile,
    QualityResult,
    QualityRule,
    QualityScore,
    Resource,
    ValidRecords,
)
from citybrain.hub.data.quality.actions import begin
from citybrain.hub.data.quality.actions.write_rule import new_version
from citybrain.hub.data.quality.domain.reach import forget_probe, register_probe
from citybrain.hub.data.tests.quality import factories as f
from citybrain.kernel import clock, events


@pytest.fixture
def firms(lake):
    f.table()
    f.deliver()


@pytest.fixture
def told():
    """Events of quality as other rooms hear them."""
    heard: list = []
    for event in (data.ProblemsFound, data.ProblemsCured):
        events.subscriber(event, name=f"tests.{event.name}")(lambda said, meta: heard.append(said))
    yield heard
    for event in (data.ProblemsFound, data.ProblemsCured):
        events.forget_subscriber(f"tests.{event.name}")


def counts() -> dict[str, tuple[int, int]]:
    return {r.rule: (r.judged, r.failed) for r in QualityResult.objects.filter(resource=f.KEY, current=True)}


def test_automatic_rules_come_from_the_catalogue(firms):
    f.scanned()
    assert counts() == {
        "auto_required_number": (6, 1),
        "auto_identifier_number": (5, 1),
        "auto_required_name": (6, 1),
        "auto_length_name": (5, 0),
        "auto_key_unique": (5, 1),
        "auto_timely": (1, 0),
        "auto_reachable": (0, 0),
    }


def test_valid_records_add_up_and_say_why(firms):
    f.scanned()
    row = ValidRecords.objects.get(resource=f.KEY, current=True)
    assert (row.rows, row.no_key, row.broken_rule, row.duplicate, row.past_cycle, row.valid) == (
        6,
        1,
        2,
        1,
        0,
        2,
    )
    assert row.counted
    assert (
        data.measure("data.valid_records", measure="sum:valid", where="current = true and counted = true")
        == 2
    )


def test_what_is_not_published_copied_or_demo_does_not_count(lake, settings):
    f.table("scjg.draft", state="draft")
    f.table("std.firm", layer="standard")
    f.table("scjg.demo", demo=True)
    settings.MODE = "production"
    for key in ("scjg.draft", "std.firm", "scjg.demo"):
        f.deliver(key=key)
        f.scanned(key)
    assert not ValidRecords.objects.filter(counted=True).exists()
    assert ValidRecords.objects.get(resource="scjg.draft").unpublished == 6
    assert ValidRecords.objects.get(resource="scjg.demo").valid == 2


def test_rows_of_earlier_cycles_are_valid_only_when_they_are_historical(lake):
    f.table()
    with clock.travel(timedelta(days=-40)):
        f.deliver([{"number": f.GOOD[3], "name": "旧一", "old": True}, {"number": f.GOOD[4], "name": "旧二"}])
    f.deliver([{"number": f.GOOD[5], "name": "新"}])
    f.scanned()
    row = ValidRecords.objects.get(current=True)
    assert (row.past_cycle, row.valid) == (2, 1)
    QualityProfile.objects.update(historical_item="old")
    f.scanned()
    row.refresh_from_db()
    assert (row.past_cycle, row.valid) == (1, 2)
    QualityProfile.objects.update(historical=True)
    f.scanned()
    row.refresh_from_db()
    assert (row.past_cycle, row.valid) == (0, 3)


def test_problem_rows_are_sampled_with_delivery_and_number(firms):
    f.scanned()
    found = data.problems_of(f.KEY, "auto_identifier_number")
    assert (found.failed, len(found.rows), found.owner) == (1, 1, "350902-scjg")
    assert found.rows[0].row
    assert "350902199001010000" not in str(found.rows)
    copy = data.problems_of(f.KEY, "auto_key_unique")
    assert len(copy.rows) == 1


def test_no_more_than_two_hundred_problem_rows_a_rule(lake):
    f.table()
    f.deliver([{"number": f"x{n}", "name": "名"} for n in range(250)])
    f.scanned()
    assert data.problems_of(f.KEY, "auto_identifier_number").failed == 250
    assert ProblemRow.objects.filter(rule="auto_identifier_number").count() == 200


def test_new_deliveries_are_added_to_the_totals(firms):
    f.scanned()
    f.deliver([{"number": "bad", "name": None}, {"number": f.GOOD[5], "name": "新人"}])
    scan = f.scanned(mode="incremental")
    assert (scan.mode, scan.scanned, scan.rows) == ("incremental", 2, 8)
    carried = counts()
    assert carried["auto_required_name"] == (8, 2)
    assert carried["auto_identifier_number"] == (7, 2)
    assert ProblemRow.objects.filter(rule="auto_identifier_number").count() == 2
    assert f.scanned().mode == "whole"
    whole = counts()
    assert {k: v for k, v in whole.items() if k != "auto_key_unique"} == {
        k: v for k, v in carried.items() if k != "auto_key_unique"
    }
    assert whole["auto_key_unique"] == (7, 1)


def test_totals_are_not_carried_on_over_a_replaced_table_or_changed_rules(firms):
    import pyarrow as pa

    from citybrain.hub.data.lake import writing
    from citybrain.kernel.ids import new_id

    f.scanned()
    new_version(f.rule(), None, by=f.BY)
    assert f.scanned(mode="incremental").mode == "whole"
    writing.replace(f.KEY, pa.table({"number": [f.GOOD[0]], "name": ["林"]}), batch=new_id(), at=clock.now())
    scan = f.scanned(mode="incremental")
    assert (scan.mode, scan.rows) == ("whole", 1)


def test_rooms_hear_of_problems_once_and_of_their_cure(firms, told):
    f.scanned()
    events.deliver_own()
    first = {(type(e).__name__, e.rule) for e in told}
    assert ("ProblemsFound", "auto_required_name") in first
    told.clear()
    f.scanned()
    events.deliver_own()
    assert told == []
    Resource.objects.filter(pk=f.KEY).first().items.filter(name="name").update(required=False)
    new_version(f.rule("auto_required_name", "required", ("amount",)), None, by=f.BY)
    job = data.recheck(f.KEY, ["auto_required_name"], f.BY)
    while running.do_next():
        pass
    scan = data.scan_result(Job.objects.get(pk=job).result["scan"])
    assert scan.counts == {"auto_required_name": (6, 0)}
    events.deliver_own()
    assert [(type(e).__name__, e.rule) for e in told] == [("ProblemsCured", "auto_required_name")]
    assert counts()["auto_identifier_number"] == (5, 1)


def test_a_rule_about_nothing_is_reported_and_hides_no_other(firms):
    new_version(f.rule("ghost", "required", ("nothing",)), None, by=f.BY)
    scan = f.scanned()
    assert set(data.scan_result(scan.pk).broken) == {"ghost"}
    assert "auto_required_name" in counts()


def test_scores_follow_the_stated_formula(firms):
    f.scanned()
    city = QualityScore.objects.get(level="city", current=True)
    unit = QualityScore.objects.get(level="department", subject="350902-scjg", current=True)
    resource = QualityScore.objects.get(level="resource", subject=f.KEY, current=True)
    assert city.score == unit.score == resource.score
    # completeness: 5/6 twice; accuracy: 4/5 twice; normativity 100; timeliness 100; weights 25, 25, 20, 10
    assert resource.score == Decimal("88.54")
    assert (unit.checked, unit.provided) == (1, 1)


def test_a_table_that_cannot_be_reached_says_so(firms):
    register_probe("tests", lambda key: False)
    try:
        f.scanned()
        assert counts()["auto_reachable"] == (1, 1)
    finally:
        forget_probe("tests")


def test_deliveries_make_a_scan_due_once_it_is_quiet(firms):
    events.deliver_own()
    assert begin.begin_due() == 0
    with clock.travel(timedelta(seconds=40)):
        assert begin.begin_due() == 1
        assert begin.begin_due() == 0
    assert Job.objects.filter(kind=begin.SCAN).count() == 1


def test_every_table_is_scanned_once_a_day(firms):
    assert begin.begin_daily() == 1
    assert begin.begin_daily() == 0
    while running.do_next():
        pass
    assert begin.begin_daily() == 0
    with clock.travel(timedelta(days=1)):
        assert begin.begin_daily() == 1


def test_a_scan_taken_over_goes_on_from_what_was_counted(firms, monkeypatch):
    from citybrain.hub.data.quality.queries import evaluate

    passes = []
    real = evaluate.one_pass
    monkeypatch.setattr(evaluate, "one_pass", lambda *a, **k: passes.append(a[0]) or real(*a, **k))
    broken = iter([True])
    own = evaluate.own_pass

    def dies_once(*args, **kwargs):
        if next(broken, False):
            raise KeyboardInterrupt
        return own(*args, **kwargs)

    monkeypatch.setattr(evaluate, "own_pass", dies_once)
    begin.begin_scan(f.KEY, by=f.BY)
    with pytest.raises(KeyboardInterrupt):
        running.do_next()
    running.do_next()
    assert Job.objects.get().state == "done"
    assert len(passes) == 1
    assert counts()["auto_key_unique"] == (5, 1)


def test_switched_off_rules_keep_their_history_and_lose_their_rows(firms):
    f.scanned()
    made = new_version(f.rule("auto_required_name", "required", ("name",)), None, by=f.BY)
    QualityRule.objects.filter(pk=made.pk).update(active=False)
    f.scanned()
    assert "auto_required_name" not in counts()
    assert QualityResult.objects.filter(rule="auto_required_name").exists()
    assert not ProblemRow.objects.filter(rule="auto_required_name").exists()
