"""What is remembered of files that never change: nothing of them is read twice, and nothing is older than the last commit."""

from datetime import UTC, datetime
from uuid import uuid4

import duckdb
import pyarrow as pa
import pytest

from citybrain.hub.data.lake import catalog, merging, planning, reading, tables, writing
from citybrain.hub.data.lake.tables import LakeColumn

NAME = "gaj.person"
NOW = datetime(2026, 11, 30, tzinfo=UTC)
COUNT = f"SELECT count(*) FROM {NAME}"


@pytest.fixture
def people(lake):
    tables.create_table(NAME, [LakeColumn("number", "text")])
    add("A", "B")
    return NAME


@pytest.fixture
def opened(people, monkeypatch):
    """Metadata files, manifest lists and manifests that are opened from now on."""
    files, found = catalog.catalog().files, []
    real = files.new_input
    monkeypatch.setattr(files, "new_input", lambda path: (found.append(path), real(path))[1])
    return found


def add(*numbers: str) -> None:
    writing.append(NAME, pa.table({"number": list(numbers)}), batch=uuid4(), at=NOW, key="number")


def rows() -> int:
    return reading.query(COUNT).rows[0][0]


def test_a_second_question_opens_no_metadata(people, opened):
    assert rows() == 2
    assert opened
    opened.clear()
    only, condition, params = reading.person_filter(NAME, "A")
    assert reading.query(
        reading.Asked(f"SELECT number FROM {NAME} WHERE {condition}", params, only)
    ).rows == [("A",)]
    assert (rows(), reading.row_count(NAME)) == (2, 2)
    assert opened == []


def test_after_a_commit_only_what_is_new_is_opened(people, opened):
    rows()
    before = set(opened)
    add("C")
    merging.delete(NAME, key="number", keys=["A"], batch=uuid4(), at=NOW)
    opened.clear()
    assert rows() == 2
    assert not before & set(opened)


def test_a_plan_that_was_handed_out_stays_as_it_was(people):
    first = planning.plan(tables.table(NAME))
    add("C")
    second = planning.plan(tables.table(NAME))
    assert (len(first.data), len(second.data)) == (1, 2)
    assert planning.plan(tables.table(NAME)) is not second


def test_a_table_made_anew_under_its_name_is_another(people):
    assert rows() == 2
    tables.drop_table(NAME)
    tables.create_table(NAME, [LakeColumn("number", "text"), LakeColumn("town", "text")])
    assert reading.query(f"SELECT number, town FROM {NAME}").rows == []


def test_what_the_engine_says_of_a_question_names_no_file(people):
    for sql in (
        f"SELECT nothing FROM {NAME}",
        f"SELECT number + FROM_HEX('x') FROM {NAME}",
        f"SELECT * FROM {NAME} x JOIN {NAME} x ON 1=1",
    ):
        with pytest.raises(duckdb.Error) as refusal:
            reading.query(sql)
        assert "parquet" not in str(refusal.value)
        assert "LINE" not in str(refusal.value)


def test_one_question_may_name_a_table_many_times(people):
    sql = f"SELECT a.number, b.number FROM {NAME} a JOIN {NAME} b ON a.number < b.number WHERE a.number IN (SELECT number FROM {NAME})"
    assert reading.query(sql).rows == [("A", "B")]
    assert reading.query(f"WITH p AS (SELECT * FROM {NAME}) SELECT count(*) FROM p, p AS q").rows == [(4,)]
