"""A table is made, filled once, read, looked up, and read as it was."""

from datetime import UTC, datetime
from uuid import uuid4

import pyarrow as pa
import pytest
from pyiceberg.expressions import EqualTo

from citybrain.hub.data.lake import engine, keys, reading, tables, writing
from citybrain.hub.data.lake.tables import LakeColumn

NOW = datetime(2026, 11, 30, tzinfo=UTC)
COLUMNS = [LakeColumn("number", "text"), LakeColumn("amount", "number"), LakeColumn("born", "date")]


def delivery(*numbers: str) -> pa.Table:
    return pa.table({"number": list(numbers), "amount": [1] * len(numbers)})


@pytest.fixture
def people(lake):
    tables.create_table("gaj.person", COLUMNS)
    return "gaj.person"


def test_a_delivery_comes_in_once(people):
    batch = uuid4()
    assert writing.append(people, delivery("A", "B"), batch=batch, at=NOW, key="number") == 2
    assert writing.append(people, delivery("A", "B"), batch=batch, at=NOW, key="number") == 0
    assert reading.query("SELECT count(*), sum(amount) FROM gaj.person").rows == [(2, 2)]


def test_an_empty_table_answers(people):
    assert reading.query("SELECT count(*) FROM gaj.person AS p WHERE p.born IS NULL").rows == [(0,)]


def test_rows_are_found_by_their_key(people):
    writing.append(people, delivery("a1", "B2"), batch=uuid4(), at=NOW, key="number")
    key = keys.lookup_key("A1 ")
    asked = reading.Asked(
        "SELECT number FROM gaj.person WHERE _key = ?", [key], {people: EqualTo("_key", key)}
    )
    assert reading.query(asked).rows == [("a1",)]


def test_python_and_the_engine_compute_the_same_key(lake):
    sql = f"SELECT {keys.key_expression('v')} FROM (VALUES (' 35090219900101001x ')) AS t(v)"
    assert engine.rows(sql, {"lookup_secret": keys.secret()}) == [(keys.lookup_key("35090219900101001X"),)]


def test_a_new_column_is_unknown_in_old_files(people):
    writing.append(people, delivery("A"), batch=uuid4(), at=NOW)
    tables.add_columns(people, [LakeColumn("phone", "text")])
    writing.append(people, delivery("B"), batch=uuid4(), at=NOW)
    assert reading.query("SELECT count(*) FROM gaj.person WHERE phone IS NULL").rows == [(2,)]


def test_sql_reaches_no_other_file(people):
    import duckdb

    with pytest.raises(duckdb.PermissionException):
        reading.query("SELECT * FROM read_csv('/etc/passwd')")
