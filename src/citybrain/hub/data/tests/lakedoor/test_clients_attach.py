"""Real engines attach through HTTP with a client's secret: they read, write, meet each other's commits."""

from decimal import Decimal

import pyarrow as pa
import pytest
from pyiceberg.exceptions import CommitFailedException, NoSuchTableError, OAuthError

from citybrain.hub.data.lake.door.domain.grants import LakeGrant
from citybrain.hub.data.models import ReadLog, Resource
from citybrain.hub.data.tests import factories
from citybrain.hub.data.tests.lakedoor.conftest import attached_duckdb, new_client, rest_catalog
from citybrain.kernel.models import AuditEntry

READ, WRITE = LakeGrant("gaj"), LakeGrant("gaj", write=True)


@pytest.fixture
def person(served):
    factories.lake_resource()
    factories.deliver(
        "gaj.person",
        [{"number": "1", "name": "张三", "income": Decimal("1.5")}, {"number": "2", "name": "李四"}],
    )
    return "gaj.person"


def more(found, *numbers: str) -> pa.Table:
    schema = found.schema().as_arrow()
    return pa.Table.from_pylist([{"number": number, "name": "王五"} for number in numbers], schema=schema)


def test_pyiceberg_reads_appends_and_the_rooms_hear_of_it(served, person):
    found = rest_catalog(served, *new_client(WRITE)).load_table(person)
    assert found.scan().to_arrow().num_rows == 2
    found.append(more(found, "3"))
    assert sorted(found.refresh().scan().to_arrow()["number"].to_pylist()) == ["1", "2", "3"]
    assert Resource.objects.get(pk=person).rows == 3
    line = ReadLog.objects.filter(dataset=person, kind="attach").first()
    assert line.organisation == "350900-gaj"
    assert line.purpose == "接口测试"
    said = AuditEntry.objects.filter(action="data.lake_door", obj="lake:gaj.person").values_list(
        "after", flat=True
    )
    assert {"call": "table", "method": "POST", "status": 200} in list(said)


def test_pyiceberg_creates_a_table_where_the_city_puts_it(served, person):
    attached = rest_catalog(served, *new_client(WRITE))
    schema = pa.schema([("code", pa.string()), ("amount", pa.int64())])
    made = attached.create_table("gaj.scratch", schema)
    made.append(pa.table({"code": ["a"], "amount": [1]}))
    with attached.create_table_transaction("gaj.other", schema) as planned:
        planned.append(pa.table({"code": ["b"], "amount": [2]}))
    assert attached.load_table("gaj.other").scan().to_arrow().to_pylist() == [{"code": "b", "amount": 2}]
    assert made.location().endswith("/lake/gaj/scratch")


def test_duckdb_inserts_merges_deletes_and_reads_back(served, person):
    engine = attached_duckdb(served, *new_client(WRITE))
    engine.execute("INSERT INTO city.gaj.person (number, name) VALUES ('3', '王五'), ('4', '赵六')")
    engine.execute(
        "MERGE INTO city.gaj.person AS t USING (VALUES ('3', '王小五'), ('5', '孙七')) AS s(number, name) "
        "ON t.number = s.number WHEN MATCHED THEN UPDATE SET name = s.name "
        "WHEN NOT MATCHED THEN INSERT (number, name) VALUES (s.number, s.name)"
    )
    engine.execute("DELETE FROM city.gaj.person WHERE number = '1'")
    rows = engine.execute("SELECT number, name FROM city.gaj.person ORDER BY number").fetchall()
    assert rows == [("2", "李四"), ("3", "王小五"), ("4", "赵六"), ("5", "孙七")]
    fresh = attached_duckdb(served, *new_client(READ))
    assert fresh.execute("SELECT count(*) FROM city.gaj.person").fetchall() == [(4,)]


def test_duckdb_creates_a_table(served, person):
    engine = attached_duckdb(served, *new_client(WRITE))
    engine.execute("CREATE TABLE city.gaj.drawn (code VARCHAR, amount BIGINT)")
    engine.execute("INSERT INTO city.gaj.drawn VALUES ('a', 1)")
    assert engine.execute("SELECT * FROM city.gaj.drawn").fetchall() == [("a", 1)]


def test_of_two_writers_the_slower_gets_409_and_can_try_again(served, person):
    client = new_client(WRITE)
    first, second = (rest_catalog(served, *client).load_table(person) for _ in "12")
    for found in (first, second):
        found.metadata.properties["commit.retry.num-retries"] = "0"
    first.append(more(first, "3"))
    with pytest.raises(CommitFailedException):
        second.append(more(second, "4"))
    second.refresh().append(more(second, "4"))
    assert first.refresh().scan().to_arrow().num_rows == 4


def test_a_reader_cannot_write_and_knows_nothing_of_others(served, person):
    factories.lake_resource("scjg.firm", owner="350900-scjg")
    attached = rest_catalog(served, *new_client(READ))
    assert attached.list_namespaces() == [("gaj",)]
    assert attached.list_tables("gaj") == [("gaj", "person")]
    assert not attached.table_exists("scjg.firm")
    with pytest.raises(NoSuchTableError):
        attached.load_table("scjg.firm")
    found = attached.load_table(person)
    with pytest.raises(Exception, match="may only read"):
        found.append(more(found, "9"))
    assert found.refresh().scan().to_arrow().num_rows == 2


def test_a_wrong_secret_opens_nothing(served, person):
    client, _secret = new_client(READ)
    with pytest.raises(OAuthError, match="invalid_client"):
        rest_catalog(served, client, "0" * 64)
    assert AuditEntry.objects.filter(action="data.lake_token_refused").exists()
