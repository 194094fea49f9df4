"""Rows are changed and deleted in one snapshot, once, and every reader sees the same rows."""

from datetime import UTC, datetime
from decimal import Decimal
from uuid import uuid4

import pyarrow as pa
import pytest

from citybrain.hub.data.catalogue.actions.declare import table_rows
from citybrain.hub.data.lake import merging, planning, reading, tables, writing
from citybrain.hub.data.lake.tables import LakeColumn
from citybrain.hub.data.models import LakeBatch
from citybrain.hub.data.tests.lake import readers

NOW = datetime(2026, 11, 30, tzinfo=UTC)
COLUMNS = [LakeColumn("number", "text"), LakeColumn("amount", "number"), LakeColumn("town", "text")]
ALL = "SELECT number, amount FROM gaj.person ORDER BY number, amount"


def rows(**amounts: int) -> pa.Table:
    return pa.table({"number": list(amounts), "amount": list(amounts.values())})


def numbered(first: int, last: int, amount: int = 0) -> pa.Table:
    return rows(**{f"P{n:04}": amount for n in range(first, last)})


@pytest.fixture
def people(lake):
    tables.create_table("gaj.person", COLUMNS)
    return "gaj.person"


def add(table: pa.Table, name: str = "gaj.person") -> None:
    writing.append(name, table, batch=uuid4(), at=NOW, key="number")


def change(table: pa.Table, batch=None, on=("number",)) -> int:
    return merging.upsert("gaj.person", table, batch=batch or uuid4(), at=NOW, key="number", on=on)


def seen() -> dict[str, int]:
    return {number: int(amount) for number, amount in reading.query(ALL).rows}


def test_a_change_replaces_and_inserts_in_one_snapshot(people):
    add(numbered(0, 100))
    before = len(tables.table(people).metadata.snapshots)
    assert change(rows(P0003=7, P0099=8, NEW=9)) == 3
    assert len(tables.table(people).metadata.snapshots) == before + 1
    expected = {f"P{n:04}": 0 for n in range(100)} | {"P0003": 7, "P0099": 8, "NEW": 9}
    assert seen() == readers.library() == readers.engines_own() == expected
    assert table_rows(people) == 101


def test_a_change_comes_in_once(people):
    add(numbered(0, 10))
    batch = uuid4()
    assert change(rows(P0001=1), batch) == 1
    assert change(rows(P0001=2), batch) == 0
    assert seen()["P0001"] == 1
    assert LakeBatch.objects.get(batch=str(batch)).rows == 1


def test_changes_follow_each_other(people):
    add(numbered(0, 50))
    for amount in range(1, 5):
        change(numbered(10, 20, amount))
    assert {amount for number, amount in seen().items() if "P0010" <= number < "P0020"} == {4}
    assert seen() == readers.library() == readers.engines_own()
    assert table_rows(people) == 50


def test_the_last_row_of_a_delivery_wins(people):
    twice = pa.table({"number": ["A", "A", "B"], "amount": [1, 2, 3]})
    assert change(twice) == 2
    assert seen() == {"A": 2, "B": 3}


def test_rows_with_an_unknown_key_replace_nothing(people):
    nameless = pa.table({"number": pa.array([None, None], pa.string()), "amount": [1, 2]})
    add(nameless)
    change(pa.table({"number": pa.array([None], pa.string()), "amount": [3]}))
    assert reading.query("SELECT count(*) FROM gaj.person").rows == [(3,)]


def test_several_columns_say_which_row_is_meant(people):
    add(pa.table({"number": ["A", "A"], "amount": [1, 1], "town": ["x", "y"]}))
    change(pa.table({"number": ["A"], "amount": [5], "town": ["y"]}), on=("number", "town"))
    found = reading.query("SELECT town, amount FROM gaj.person ORDER BY town").rows
    assert found == [("x", Decimal(1)), ("y", Decimal(5))]


def test_rows_are_deleted_by_condition_and_by_identifier(people):
    add(numbered(0, 100))
    batch = uuid4()
    assert merging.delete(people, "d.number < $limit", {"limit": "P0010"}, batch=batch, at=NOW) == 10
    assert merging.delete(people, "true", batch=batch, at=NOW) == 0
    assert merging.delete(people, key="number", keys=["p0050 ", "P0051", "P0001"], batch=uuid4(), at=NOW) == 2
    assert seen() == readers.library() == readers.engines_own()
    assert table_rows(people) == len(seen()) == 88


def test_only_files_that_may_hold_a_key_are_opened(people, monkeypatch):
    for first in range(0, 400, 100):
        add(numbered(first, first + 100))
    opened = []
    real = merging.within
    monkeypatch.setattr(merging, "within", lambda *given: opened.append(real(*given)) or opened[-1])
    assert merging.delete(people, key="number", keys=["NOBODY"], batch=uuid4(), at=NOW) == 0
    change(rows(P0001=1))
    assert len(opened) == 2
    assert seen()["P0001"] == 1


def test_a_row_is_as_it_was_before_the_change(people):
    add(numbered(0, 5))
    moment = datetime.now(UTC)
    change(rows(P0001=9))
    merging.delete(people, "d.number = 'P0002'", batch=uuid4(), at=NOW)
    then = reading.query(reading.Asked(ALL, as_of=moment)).rows
    assert [(number, int(amount)) for number, amount in then] == [(f"P{n:04}", 0) for n in range(5)]


def test_untouched_files_are_read_without_looking_for_deletes(people):
    add(numbered(0, 5))
    add(numbered(5, 9))
    change(rows(P0001=9))
    made = planning.plan(tables.table(people))
    assert (len(made.clean()), len(made.dirty())) == (2, 1)
