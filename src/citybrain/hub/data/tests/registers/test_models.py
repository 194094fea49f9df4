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
from citybrain.kernel.errors import Conflict

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


def test_a_backfill_reads_from_its_day_on(tables):
    start = datetime(2026, 3, 1, tzinfo=UTC)
    declare(model("std.a", ITEMS, sql=NEWEST, key_item="number", incremental={"on": "gaj.resident"}))
    with clock.freeze(start):
        rooms.deliver("gaj.resident", [person(MING, "测试乙")])
    build("std.a", since=start + timedelta(days=1))
    assert rows("SELECT count(*) FROM std.a") == [(0,)]
    build("std.a", since=start - timedelta(days=1))
    assert rows("SELECT count(*) FROM std.a") == [(1,)]


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
