"""The doors ``read`` and ``measure`` over a table of the lake: same scope, masks, log and words as everywhere."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from pyiceberg.exceptions import NoSuchTableError

from citybrain.hub.data import api as data
from citybrain.hub.data.models import ReadLog
from citybrain.hub.data.tests import factories
from citybrain.hub.identity.tests import factories as people
from citybrain.kernel.errors import NotFound

DAY = datetime(2026, 11, 2, 4, tzinfo=UTC)


@pytest.fixture
def people_table(lake):
    factories.lake_resource()
    rows = [
        {"number": "35090219900101001X", "name": "张三", "organisation": "350902-scjg", "income": Decimal("10.5"),
         "division": "350902001000", "registered_at": DAY},
        {"number": "35098219851231002X", "name": "李四", "organisation": "350921-scjg", "income": None,
         "division": "350921001000", "registered_at": DAY},
    ]  # fmt: skip
    factories.deliver("gaj.person", rows)
    return "gaj.person"


def test_totals(people_table):
    assert data.measure(people_table) == 2
    assert data.measure(people_table, measure="sum:income", where='name = "张三" and income > 10') == Decimal(
        "10.5"
    )
    assert data.measure(people_table, group_by="county") == {"350902000000": 1, "350921000000": 1}
    assert data.measure(people_table, group_by="day") == {"2026-11-02": 2}


def test_rows_in_scope_and_masked(people_table, steward):
    found = data.read(people.actor(steward), people_table, purpose="核对测试数据")
    assert [row["organisation"] for row in found.dicts()] == ["350902-scjg"]
    assert "张三" not in str(found.rows)
    assert ReadLog.objects.get().rows == 1


def test_a_draft_has_no_rows(people_table, steward):
    from citybrain.hub.data.models import Resource

    Resource.objects.update(state="draft")
    with pytest.raises(NotFound):
        data.read(people.actor(steward), people_table, purpose="核对测试数据")


def test_a_stream_is_scoped_masked_and_logged(people_table, steward):
    with data.stream(
        people.actor(steward), people_table, columns=["name", "organisation"], purpose="交换测试"
    ) as found:
        rows = [row for batch in found for row in batch.to_pylist()]
    assert rows == [{"name": "张*", "organisation": "350902-scjg"}]
    assert ReadLog.objects.get().kind == "export"


def test_a_declared_resource_has_its_table_and_tells_of_deliveries(lake, db):
    from citybrain.kernel.actor import Actor

    by = Actor.system("tests")
    items = [{"name": "number", "type": "text", "title": {"zh": "号码", "en": "Number"}}]
    data.declare_resource(
        "mzj.card", title={"zh": "卡", "en": "Cards"}, items=items, by=by, owner="350900-mzj"
    )
    data.publish_resource("mzj.card", by=by)
    factories.deliver("mzj.card", [{"number": "1"}, {"number": "2"}])
    data.note_delivery("mzj.card", batch="b", rows=2, by=by)
    assert data.resource("mzj.card").rows == 2
    more = [*items, {"name": "phone", "type": "text", "title": {"zh": "电话", "en": "Phone"}}]
    data.declare_resource("mzj.card", title={"zh": "卡", "en": "Cards"}, items=more, by=by)
    assert data.resource("mzj.card").version == 2
    assert data.measure("mzj.card", where="phone = null") == 2


def test_a_declared_table_that_nobody_wrote_to_reads_as_empty_and_the_first_write_makes_it(lake, db):
    from citybrain.hub.data.lake import reading, tables
    from citybrain.kernel.actor import Actor

    by = Actor.system("tests")
    items = [
        {"name": "number", "type": "text", "title": {"zh": "号码", "en": "Number"}},
        {"name": "at", "type": "date", "title": {"zh": "日期", "en": "Date"}},
    ]
    said = {
        "title": {"zh": "卡", "en": "Cards"},
        "items": items,
        "by": by,
        "owner": "350900-mzj",
        "table": "later",
    }
    data.declare_resource("mzj.card", **said)
    assert not tables.has_table("mzj.card")
    assert reading.query("SELECT number, at, _batch FROM mzj.card WHERE at > DATE '2026-01-01'").rows == []
    assert reading.row_count("mzj.card") == 0
    factories.deliver("mzj.card", [{"number": "1"}])
    assert reading.query("SELECT number, at FROM mzj.card").rows == [("1", None)]
    with pytest.raises(NoSuchTableError):
        reading.query("SELECT 1 FROM mzj.nothing")
