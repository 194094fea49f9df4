"""Live figures agree with the rows they count."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from citybrain.hub.data import api as data
from citybrain.hub.data.jobs import running
from citybrain.hub.data.tests import factories as rows
from citybrain.hub.indicators import api as indicators
from citybrain.hub.indicators.actions import compute
from citybrain.hub.indicators.models import Value
from citybrain.hub.indicators.queries import counting
from citybrain.hub.indicators.tests.factories import CASES, DATASET, definition, install
from citybrain.kernel import clock, events
from citybrain.kernel.actor import Actor

BY = Actor.system("tests")


def test_a_share_over_thirty_days_is_the_sum_of_its_days(decide):
    install(definition())
    decide(8, 2, days_ago=3)
    decide(9, 1)
    decide(0, 50, days_ago=31)
    compute.settle_days()
    compute.refresh_live()
    shown = indicators.value("T01")
    assert (shown.numerator, shown.denominator, shown.text) == (17, 20, "85.0")
    assert shown.status == "not_reached"
    decide(20, 0)
    compute.refresh_live()
    assert indicators.value("T01").text == "92.5"


def test_what_came_late_for_a_past_day_moves_the_live_figure_when_days_are_settled(decide):
    install(definition())
    decide(9, 1)
    compute.settle_days()
    compute.refresh_live()
    decide(9, 1, days_ago=3)
    compute.settle_days()
    assert (indicators.value("T01").numerator, indicators.value("T01").denominator) == (18, 20)


def test_computing_twice_within_a_minute_shows_the_newer_figure_both_times(decide):
    install(definition())
    decide(17, 3)
    indicators.recompute()
    assert indicators.value("T01").text == "85.0"
    decide(20, 0)
    indicators.recompute()
    assert indicators.value("T01").text == "92.5"


def test_119_of_126_towns_are_94_4_percent_and_not_reached(visits):
    install(definition(
        "M02", window="now", frequency="monthly", dimensions=None, thresholds=None,
        numerator={"constant": 119, "note": "kiosks online"}, denominator={"constant": 126, "note": "towns"},
    ))  # fmt: skip
    compute.compute_due()
    shown = indicators.value("M02")
    assert (shown.text, shown.status, shown.light) == ("94.4", "not_reached", "yellow")


def test_nobody_knows_is_not_zero(visits):
    install(
        definition("NONE", numerator=None, denominator=None, thresholds=None, no_data={"zh": "未接入", "en": "not connected"}),
        definition("EMPTY"),
        definition("MISSING", numerator={"dataset": "data.nowhere"}, denominator=None, window="today", thresholds=None, dimensions=None),
    )  # fmt: skip
    indicators.recompute()
    for code in ("NONE", "EMPTY", "MISSING"):
        shown = indicators.value(code)
        assert (shown.value, shown.text, shown.light, shown.status) == (None, "—", "grey", "no_data")


def test_a_figure_over_a_part_of_the_city_is_shown_but_never_judged(decide):
    install(definition(partial={"zh": "仅本平台", "en": "this system only"}))
    decide(10)
    compute.refresh_live()
    shown = indicators.value("T01")
    assert (shown.text, shown.status, shown.light) == ("100.0", "partial", "grey")


def test_old_figures_turn_grey_never_green(decide):
    install(definition())
    decide(10)
    compute.refresh_live()
    assert indicators.value("T01").light == "green"
    with clock.travel(timedelta(minutes=16)):
        shown = indicators.value("T01")
        assert (shown.light, shown.status, shown.stale) == ("grey", "stale", True)
        compute.refresh_live()
        assert indicators.value("T01").light == "green"


def test_counties_and_units_add_up_to_the_city(decide):
    install(definition(), definition("T02", window="today", denominator=None, scale=1, thresholds=None))
    decide(3, 1, county="350902")
    decide(5, 0, county="350921")
    compute.refresh_live()
    by_county = indicators.by_member("T02", "county")
    assert {code: r.value for code, r in by_county.items()} == {"350902000000": 3, "350921000000": 5}
    assert sum(r.value for r in by_county.values()) == indicators.value("T02").value
    assert indicators.by_member("T01", "organisation")["350902-scjg"].text == "75.0"
    assert indicators.value("T01", dimension="county", member="350921000000").light == "green"


def test_one_pass_over_all_dimensions_adds_up_like_separate_ones(decide, monkeypatch):
    documents = [
        definition(dimensions=["county", "organisation", "matter"]),
        definition("T02", window="today", denominator=None),
    ]
    install(*documents)
    for county, good, bad in (("350902", 3, 1), ("350921", 5, 0), ("350981", 0, 2)):
        decide(good, bad, county=county)
    chosen, today = compute.subjects(), clock.today()
    at_once = counting.count_days(chosen, today, today)
    monkeypatch.setattr(counting, "together", lambda *args: False)
    assert counting.count_days(chosen, today, today) == at_once
    assert at_once[("T01", today.isoformat(), "", "")].denominator == 11


def test_a_momentary_figure_follows_the_rows_down_to_zero(visits):
    install(definition(
        "RED", window="now", unit=CASES, target=None, scale=1, denominator=None, direction="lower", dimensions=["county"],
        numerator={"dataset": DATASET, "where": 'channel = "red"'}, thresholds={"warn": 0, "alarm": 5},
    ))  # fmt: skip
    rows.put([{"channel": "red", "division": "350902001001", "organisation": "350902-scjg"}] * 2)
    compute.refresh_live()
    assert (indicators.value("RED").value, indicators.value("RED").light) == (2, "yellow")
    rows.clear()
    compute.refresh_live()
    assert (indicators.value("RED").value, indicators.value("RED").light) == (0, "green")
    assert indicators.by_member("RED", "county")["350902000000"].value == 0


def test_what_is_past_its_time_is_counted_by_the_time_column(visits):
    install(definition(
        "LATE", window="now", scale=1, denominator=None, direction="lower", thresholds=None, dimensions=["county"],
        numerator={"dataset": DATASET, "time": "decided_at", "past": True},
    ))  # fmt: skip
    place = {"division": "350902001001", "organisation": "350902-scjg"}
    rows.put([{**place, "decided_at": clock.now() + timedelta(hours=hours)} for hours in (-3, -1, 2)])
    compute.refresh_live()
    assert indicators.value("LATE").value == 2
    assert indicators.by_member("LATE")["350902000000"].value == 2
    side = indicators.explain("LATE").sides[0]
    assert (side.since, side.until) == (None, clock.now())
    with clock.travel(timedelta(hours=3)):
        compute.refresh_live()
        assert indicators.value("LATE").value == 3


def test_a_corrected_past_day_is_counted_again(decide):
    install(definition())
    decide(0, 4, days_ago=2)
    compute.settle_days()
    rows.clear()
    decide(4, 0, days_ago=2, county="350921")
    compute.settle_days()
    compute.refresh_live()
    assert indicators.value("T01").text == "100.0"
    assert set(indicators.by_member("T01", "county")) >= {"350921000000"}
    assert not Value.objects.filter(dimension="county", member="350902000000").exists()


def test_a_quiet_minute_writes_nothing(decide, django_assert_max_num_queries):
    install(definition())
    decide(4)
    compute.refresh_live()
    before = list(Value.objects.order_by("pk").values_list("pk", "computed_at"))
    assert compute.refresh_live() == 0
    assert list(Value.objects.order_by("pk").values_list("pk", "computed_at")) == before


def test_midnight_starts_a_new_day(decide):
    install(definition("DAY", window="today", denominator=None, scale=1, thresholds=None, dimensions=None))
    decide(4)
    compute.refresh_live()
    with clock.travel(timedelta(hours=15)):
        compute.refresh_live()
        assert indicators.value("DAY").value == 0
    assert [p.value for p in indicators.series("DAY")] == [4, 0]


def test_rows_loaded_for_long_ago_reach_the_history_within_a_day(decide):
    install(definition())
    decide(4)
    compute.settle_days()
    decide(6, days_ago=200)
    compute.settle_days()
    assert len(indicators.series("T01", days=400)) == 1
    with clock.travel(timedelta(hours=21)):
        compute.settle_days()
        assert indicators.series("T01", days=400)[0].denominator == 6


def test_what_is_not_reached_is_never_green(decide):
    install(definition(thresholds={"warn": 80, "alarm": 50}))
    decide(9, 1)
    compute.refresh_live()
    shown = indicators.value("T01")
    assert (shown.status, shown.severity, shown.light) == ("not_reached", "calm", "yellow")


def test_a_new_definition_keeps_both_series(decide):
    install(definition())
    decide(8, 2)
    indicators.recompute()
    stricter = definition(
        version=2,
        numerator={"dataset": DATASET, "where": "on_time = true and worked_days < 2", "time": "decided_at"},
    )
    install(stricter)
    assert indicators.value("T01").value is None, "a figure of the old rule is not shown under the new one"
    indicators.recompute()
    assert indicators.value("T01").text == "0.0"
    assert {(p.version, p.value) for p in indicators.all_versions("T01") if p.denominator} == {
        (1, 80),
        (2, 0),
    }
    assert [v for v, _since in indicators.explain("T01").versions] == [1, 2]
    assert indicators.series("T01", version=1)[-1].value == 80


def test_one_bad_rule_does_not_stop_the_others(decide, caplog):
    good = definition()
    bad = definition("BAD", numerator={"dataset": DATASET, "where": "nothing = 1", "time": "decided_at"})
    install(bad, good)
    decide(5)
    compute.refresh_live()
    assert indicators.value("T01").text == "100.0"
    assert indicators.value("BAD").value is None
    assert "BAD" in caplog.text


def test_periods_are_computed_when_due_and_not_before(decide):
    monthly = definition("MON", frequency="monthly", window="period", thresholds=None, dimensions=None)
    install(monthly)
    decide(3, 1)
    assert compute.compute_due() == 1
    assert indicators.value("MON").period == "2026-11"
    assert compute.compute_due() == 0
    decide(4)
    with clock.travel(timedelta(hours=7)):
        assert compute.compute_due() == 1
        assert indicators.value("MON").value == Decimal("87.5")


def test_a_large_table_is_refreshed_by_its_index(visits):
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO data_test_visit (organisation, division, channel, on_time, worked_days, received_at, decided_at)"
            " SELECT '350902-scjg', '350902001001', 'online', i %% 9 <> 0, 2, %s - i * interval '5 minutes',"
            " %s - i * interval '5 minutes' FROM generate_series(1, 60000) i",
            [clock.now(), clock.now()],
        )
        cursor.execute("CREATE INDEX ON data_test_visit (decided_at)")
        cursor.execute("ANALYZE data_test_visit")
    install(definition(), definition("T02", window="today"), definition("T03", window="7d"))
    compute.settle_days()
    with CaptureQueriesContext(connection) as asked:
        compute.refresh_live()
    counts = [one["sql"] for one in asked if "data_test_visit" in one["sql"]]
    assert counts
    assert len(asked) < 60
    for sql in counts:
        with connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN {sql}")
            plan = " ".join(row[0] for row in cursor.fetchall())
        assert "Index" in plan, plan
        assert "Seq Scan on data_test_visit" not in plan, plan


@pytest.mark.parametrize("code", ["nothing", "T01'; --"])
def test_unknown_codes_are_not_found(db, code):
    from citybrain.kernel.errors import NotFound

    with pytest.raises(NotFound):
        indicators.value(code)


def test_a_table_of_the_lake_is_counted_once_it_is_published_and_again_after_every_delivery(visits, lake):
    made = rows.lake_resource("gaj.person", state="draft")
    rows.deliver("gaj.person", [{"number": "1"}, {"number": "2"}, {"number": "2"}])
    install(definition(
        "T02", window="now", frequency="daily", dimensions=None, thresholds=None, target=None, denominator=None,
        numerator={"dataset": "gaj.person", "measure": "distinct:number"}, scale=1,
    ))  # fmt: skip
    compute.compute_due()
    assert indicators.value("T02").value is None
    data.publish_resource("gaj.person", by=BY)
    events.deliver_own()
    assert running.do_next()
    assert indicators.value("T02").value == 2
    rows.deliver("gaj.person", [{"number": "3"}])
    data.note_delivery("gaj.person", batch="b", rows=1, by=BY)
    events.deliver_own()
    assert running.do_next()
    assert indicators.value("T02").value == 3
    assert made.pk in {side.dataset for side in indicators.explain("T02").sides}
