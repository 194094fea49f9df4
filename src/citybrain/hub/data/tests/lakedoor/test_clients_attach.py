"""Real engines attach through HTTP with a client's secret: they read, write, meet each other's commits."""

from decimal import Decimal

import duckdb
import pyarrow as pa
import pytest
from pyiceberg.exceptions import CommitFailedException, NoSuchTableError, OAuthError

from citybrain.hub.data.lake import reading
from citybrain.hub.data.lake.catalog import catalog
from citybrain.hub.data.lake.door.domain.grants import LakeGrant
from citybrain.hub.data.models import ReadLog, Resource
from citybrain.hub.data.tests import factories
from citybrain.hub.data.tests.lakedoor.conftest import attached_duckdb, new_client, rest_catalog
from citybrain.hub.data.tests.store import SECRET
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


def calls() -> list[tuple[str, str, int]]:
    """What stands in the audit log: call, table or namespace, answer."""
    rows = AuditEntry.objects.filter(action="data.lake_door").order_by("pk")
    return [(row.after["call"], row.obj, row.after["status"]) for row in rows]


def test_duckdb_reads_what_it_is_granted_and_knows_nothing_of_the_rest(served, person):
    factories.lake_resource("gaj.vehicle", grade="L2")
    factories.lake_resource("scjg.firm", owner="350900-scjg", grade="L1")
    engine = attached_duckdb(served, *new_client(LakeGrant("gaj", "person")))
    assert engine.execute("SELECT count(*) FROM city.gaj.person").fetchall() == [(2,)]
    shown = engine.execute("SELECT schema, name FROM (SHOW ALL TABLES) WHERE database = 'city'").fetchall()
    assert shown == [("gaj", "person")]
    for other in ("gaj.vehicle", "scjg.firm", "gaj.nothing", "nothing.person"):
        with pytest.raises(duckdb.Error):
            engine.execute(f"SELECT * FROM city.{other}")
    assert not ReadLog.objects.filter(dataset__in=["gaj.vehicle", "scjg.firm"]).exists()
    assert ReadLog.objects.filter(dataset="gaj.person", kind="attach").exists()
    assert ("table", "lake:gaj.person", 200) in calls()
    assert not {("table", f"lake:{name}", 200) for name in ("gaj.vehicle", "scjg.firm")} & set(calls())


def test_duckdb_with_a_reading_grant_changes_nothing(served, person):
    engine = attached_duckdb(served, *new_client(READ))
    before = reading.query("SELECT number, name FROM gaj.person ORDER BY 1").rows
    for statement in (
        "INSERT INTO city.gaj.person (number) VALUES ('9')",
        "DELETE FROM city.gaj.person",
        "UPDATE city.gaj.person SET name = 'x'",
        "DROP TABLE city.gaj.person",
        "ALTER TABLE city.gaj.person ADD COLUMN x INTEGER",
        "CREATE TABLE city.gaj.mine (code VARCHAR)",
        "CREATE SCHEMA city.mine",
    ):
        with pytest.raises(duckdb.Error):
            engine.execute(statement)
    assert reading.query("SELECT number, name FROM gaj.person ORDER BY 1").rows == before
    assert catalog().list_tables("gaj") == [("gaj", "person")]
    assert ("table", "lake:gaj.person", 403) in calls()


def test_of_two_transactions_of_duckdb_the_later_fails_and_nothing_of_it_is_there(served, person):
    client = new_client(WRITE)
    first, second = (attached_duckdb(served, *client) for _ in "12")
    for engine, number in ((first, "3"), (second, "4")):
        engine.execute("BEGIN")
        engine.execute(f"DELETE FROM city.gaj.person WHERE number = '{number[-1]}' OR number = '1'")
    first.execute("COMMIT")
    with pytest.raises(duckdb.Error):
        second.execute("COMMIT")
    assert ("table", "lake:gaj.person", 409) in calls()
    assert reading.query("SELECT number FROM gaj.person").rows == [("2",)]
    factories.deliver("gaj.person", [{"number": "5"}])  # our own writer is not disturbed
    assert reading.query("SELECT number FROM gaj.person ORDER BY 1").rows == [("2",), ("5",)]


def test_the_door_of_a_lake_in_a_store_hands_out_its_places_and_no_keys(served, stored_lake, store):
    """The client brings keys of its own; where the store is, the door says."""
    factories.lake_resource()
    factories.deliver("gaj.person", [{"number": "1", "name": "张三"}])
    client, secret = new_client(WRITE)
    own = {"s3.access-key-id": "theirs", "s3.secret-access-key": "theirs"}
    attached = rest_catalog(served, client, secret, **own)
    found = attached.load_table("gaj.person")
    assert found.location() == f"s3://{stored_lake}/lake/gaj/person"
    assert found.io.properties["s3.endpoint"] == store.endpoint
    assert SECRET not in str({**attached.properties, **found.io.properties, **found.properties})
    found.append(more(found, "2"))
    engine = attached_duckdb(served, client, secret)
    engine.execute(
        f"CREATE SECRET files (TYPE s3, KEY_ID 'theirs', SECRET 'theirs', REGION 'x', USE_SSL false, URL_STYLE 'path', "
        f"ENDPOINT '{store.endpoint.removeprefix('http://')}')"
    )
    engine.execute("INSERT INTO city.gaj.person (number, name) VALUES ('3', '王五')")
    engine.execute("DELETE FROM city.gaj.person WHERE number = '1'")
    assert engine.execute("SELECT number FROM city.gaj.person ORDER BY 1").fetchall() == [("2",), ("3",)]
    assert reading.query("SELECT number FROM gaj.person ORDER BY 1").rows == [("2",), ("3",)]
    made = attached.create_table("gaj.scratch", pa.schema([("code", pa.string())]))
    assert made.location() == f"s3://{stored_lake}/lake/gaj/scratch"


def test_a_wrong_secret_opens_nothing(served, person):
    client, _secret = new_client(READ)
    with pytest.raises(OAuthError, match="invalid_client"):
        rest_catalog(served, client, "0" * 64)
    assert AuditEntry.objects.filter(action="data.lake_token_refused").exists()
