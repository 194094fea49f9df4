"""Models of the layers: order, tests before writing, what stops, incremental, backfill, lineage."""

from datetime import UTC, date, datetime, timedelta

import pytest

from citybrain.hub.data.lake import reading
from citybrain.hub.data.models import ModelRun
from citybrain.hub.data.registers.domain.model_sql import Refused
from citybrain.hub.data.registers.queries.lineage import lineage_of, origins_of, used_by
from citybrain.hub.data.registers.queries.models import build_order
from citybrain.hub.data.tests import factories as rooms
from citybrain.hub.data.tests.registers.factories import (
    CHILD,
    MEI,
    MING,
    build,
    declare,
    golden,
    item,
    links,
    model,
    person,
    raw,
    records,
)
from citybrain.kernel import clock
from citybrain.kernel.errors import Conflict, Invalid

ITEMS = [item("number"), item("name"), item("at", "date")]
SQL = "SELECT number, name, at FROM gaj.resident"
NEWEST = f"{SQL} QUALIFY row_number() OVER (PARTITION BY number ORDER BY _at DESC, _row DESC) = 1"


def rows(sql: str) -> list[tuple]:
    return reading.query(sql).rows


def states() -> dict[str, str]:
    return dict(ModelRun.objects.order_by("begun_at").values_list("model_id", "state"))


@pytest.fixture
def tables(lake):
    raw()


def test_the_order_follows_from_what_models_read(tables):
    declare(records(), links(), golden())
    order = build_order()
    assert (
        order.index("std.person_record")
        < order.index("std.person_link")
        < order.index("register.person_value")
    )
    assert order[-1] == "register.person"


def test_models_that_wait_for_each_other_are_refused(tables):
    declare(model("std.a", ITEMS, sql=SQL), model("std.b", ITEMS, sql="SELECT number, name, at FROM std.a"))
    with pytest.raises(Conflict, match=r"std\.a"):
        declare(model("std.a", ITEMS, sql="SELECT number, name, at FROM std.b"))


def test_a_model_reads_only_what_is_in_the_catalogue(tables):
    with pytest.raises(Conflict, match=r"nowhere\.table"):
        declare(model("std.a", ITEMS, sql="SELECT number, name, at FROM nowhere.table"))
    with pytest.raises(Refused):
        declare(model("std.a", ITEMS, sql="SELECT number, name FROM gaj.resident"))


def test_a_failed_test_keeps_the_rows_out_names_them_and_stops_what_reads_them(tables):
    rooms.deliver("gaj.resident", [person(MEI, "测试甲"), person(MEI, "测试甲"), person(MING, "")])
    declare(
        model(
            "std.a",
            ITEMS,
            sql=SQL,
            key_item="number",
            tests=[{"unique": ["number"]}, {"not_null": ["name"], "stop": False}],
        ),
        model("std.b", ITEMS, sql="SELECT number, name, at FROM std.a"),
        model("std.c", ITEMS, sql=SQL),
    )
    result = build()
    assert sorted(result["refused"]) == ["std.a", "std.b"]
    assert states() == {"std.a": "refused", "std.b": "skipped", "std.c": "done"}
    found = {f["test"]: f for f in ModelRun.objects.get(model_id="std.a").findings}
    assert found["unique:number"]["problems"] == 2
    assert found["not_null:name"]["stop"] is False
    assert MEI not in str(found)
    assert rows("SELECT count(*) FROM std.a") == [(0,)]


@pytest.mark.parametrize(
    ("test", "problems"),
    [
        ({"accepted": {"name": ["测试甲"]}}, 1),
        ({"relation": {"number": "rsj.insured.number"}}, 1),
        ({"least": 3}, 1),
        ({"most": 1}, 1),
        ({"condition": "length(name) = 3 AND at < DATE '2026-01-01'"}, 2),
        ({"condition": "length(name) > 1"}, 0),
    ],
)
def test_each_kind_of_test(tables, test, problems):
    rooms.deliver("gaj.resident", [person(MEI, "测试甲"), person(MING, "测试乙")])
    rooms.deliver(
        "rsj.insured",
        [{"number": MEI, "name": "测试甲", "phone": "1", "address": "x", "at": date(2026, 1, 1)}],
    )
    declare(model("std.a", ITEMS, sql=SQL, tests=[{**test, "stop": False}]))
    build()
    findings = ModelRun.objects.get().findings
    assert sum(f["problems"] for f in findings) == problems


def test_incremental_reads_what_is_new_and_lays_it_over(tables):
    start = datetime(2026, 3, 1, tzinfo=UTC)
    declare(model("std.a", ITEMS, sql=NEWEST, key_item="number", incremental={"on": "gaj.resident"}))
    with clock.freeze(start):
        rooms.deliver("gaj.resident", [person(MEI, "旧名"), person(MING, "测试乙")])
        build()
    with clock.freeze(start + timedelta(days=2)):
        rooms.deliver("gaj.resident", [person(MEI, "新名")])
        build()
    assert rows("SELECT number, name FROM std.a ORDER BY name") == sorted(
        [(MEI, "新名"), (MING, "测试乙")], key=lambda r: r[1]
    )
    newest = ModelRun.objects.first()
    assert newest is not None
    assert newest.since > start - timedelta(days=1)


def test_a_backfill_reads_from_its_day_on_and_leaves_no_gap_behind(tables):
    start = datetime(2026, 3, 1, tzinfo=UTC)
    declare(model("std.a", ITEMS, sql=NEWEST, key_item="number", incremental={"on": "gaj.resident"}))
    with clock.freeze(start):
        rooms.deliver("gaj.resident", [person(MING, "测试乙")])
    build("std.a", since=start + timedelta(days=1))
    assert rows("SELECT count(*) FROM std.a") == [(0,)]
    build("std.a")  # nothing was ever read to its end, so everything is read
    assert rows("SELECT count(*) FROM std.a") == [(1,)]


def test_a_backfill_of_a_range_computes_its_records_as_they_are_now(tables):
    start = datetime(2026, 3, 1, tzinfo=UTC)
    declare(model("std.a", ITEMS, sql=NEWEST, key_item="number", incremental={"on": "gaj.resident"}))
    for day, number, name in (
        (0, MEI, "旧名"),
        (1, MING, "测试乙"),
        (9, MEI, "新名"),
        (9, CHILD, "测试小童"),
    ):
        with clock.freeze(start + timedelta(days=day)):
            rooms.deliver("gaj.resident", [person(number, name)])
    day = timedelta(days=1)
    build("std.a", since=start - day, until=start + timedelta(hours=1))
    assert rows("SELECT number, name FROM std.a") == [(MEI, "新名")]
    run = ModelRun.objects.get()
    assert (run.since, run.read_to, run.until) == (start - day, start + timedelta(hours=1), None)
    with pytest.raises(Invalid):
        build("std.a", since=start, until=start - day)


def test_incremental_writes_only_what_is_new(tables):
    start = datetime(2026, 3, 1, tzinfo=UTC)
    tests = [{"unique": ["number"]}, {"least": 2}]
    declare(
        model("std.a", ITEMS, sql=NEWEST, key_item="number", incremental={"on": "gaj.resident"}, tests=tests)
    )
    with clock.freeze(start):
        rooms.deliver("gaj.resident", [person(MEI, "旧名"), person(MING, "测试乙")])
    with clock.freeze(start + timedelta(hours=2)):  # a little is read again; what came longer ago is not
        build()
    first = rows("SELECT DISTINCT _batch FROM std.a")
    with clock.freeze(start + timedelta(days=2)):
        rooms.deliver("gaj.resident", [person(MEI, "新名")])
        build()
    newest = ModelRun.objects.first()
    assert newest is not None
    assert (newest.state, newest.rows) == ("done", 1)
    assert rows(f"SELECT _batch FROM std.a WHERE number = '{MING}'") == first
    assert len(rows("SELECT DISTINCT _batch FROM std.a")) == 2


def test_a_changed_model_is_computed_whole(tables):
    start = datetime(2026, 3, 1, tzinfo=UTC)
    said = {"key_item": "number", "incremental": {"on": "gaj.resident"}}
    with clock.freeze(start):
        declare(model("std.a", ITEMS, sql=NEWEST, **said))
        rooms.deliver("gaj.resident", [person(MEI, "测试甲")])
        build()
    with clock.freeze(start + timedelta(days=2)):
        declare(model("std.a", ITEMS, sql=NEWEST.replace("name, at", "name || '!' AS name, at"), **said))
        build()
    assert rows("SELECT name FROM std.a") == [("测试甲!",)]


def test_rows_that_one_key_cannot_tell_apart_are_all_kept(tables):
    said = {
        "key_item": "number",
        "incremental": {"on": "gaj.resident"},
        "tests": [{"unique": ["number", "name"]}],
    }
    declare(model("std.a", ITEMS, sql=SQL, **said))
    rooms.deliver("gaj.resident", [person(MEI, "一"), person(MEI, "二")])
    build()
    build("std.a", since=datetime(2026, 1, 1, tzinfo=UTC))
    assert sorted(rows("SELECT name FROM std.a")) == [("一",), ("二",)]


def test_lineage_goes_from_the_register_back_to_the_departments(tables):
    declare(records(), links(), golden())
    assert lineage_of("register.person", "phone") == [("std.person_record", "phone")]
    assert origins_of("register.person", "phone") == [
        ("gaj.resident", "phone"),
        ("jyj.pupil", "phone"),
        ("rsj.insured", "phone"),
    ]
    assert ("std.person_record", "phone") in used_by("gaj.resident", "phone")


def test_a_cancelled_build_goes_on_where_it_was(tables):
    from citybrain.hub.data.jobs import running
    from citybrain.hub.data.models import Job
    from citybrain.hub.data.registers.actions.build import begin_build
    from citybrain.hub.data.tests.registers.factories import BY

    declare(model("std.a", ITEMS, sql=SQL), model("std.b", ITEMS, sql=SQL))
    job = begin_build(by=BY)
    Job.objects.filter(pk=job.pk).update(state="running", checkpoint={"finished": ["std.a"]})
    running.do_next()
    assert states() == {"std.b": "done"}
