"""Deliveries are streamed, sorted, in the table's types, and in the table once."""

from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import uuid4

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pyiceberg.exceptions import CommitFailedException

from citybrain.hub.data.lake import catalog, engine, merging, planning, reading, tables, writing
from citybrain.hub.data.lake.tables import LakeColumn
from citybrain.hub.data.models import LakeBatch

NAME = "gaj.person"
AT = datetime(2026, 11, 30, 4, tzinfo=UTC)
COLUMNS = [
    LakeColumn("number", "text"),
    LakeColumn("amount", "number"),
    LakeColumn("born", "date"),
    LakeColumn("seen", "datetime"),
]


def notes():
    """The deliveries noted for this test's table; notes of other tests are committed for good."""
    return LakeBatch.objects.filter(table=tables.table(NAME).metadata.table_uuid)


@pytest.fixture
def people(lake):
    tables.create_table(NAME, COLUMNS)
    return NAME


def table(count: int, first: int = 0) -> pa.Table:
    return pa.table(
        {"number": [f"P{n:06}" for n in range(first, first + count)], "amount": list(range(count))}
    )


def write(rows, **more) -> int:
    return writing.append(NAME, rows, **{"batch": uuid4(), "at": AT, "key": "number", **more})


def files(lake) -> list[str]:
    return [str(path) for path in lake.rglob("*.parquet")]


def test_a_reader_is_streamed_and_never_held(people):
    taken = []

    def batches():
        for first in range(0, 50_000, 1000):
            taken.append(first)
            yield table(1000, first).to_batches()[0]

    reader = pa.RecordBatchReader.from_batches(table(1).schema, batches())
    assert write(reader) == 50_000
    assert len(taken) == 50
    found = reading.query(f"SELECT count(*), min(_row), max(_row), count(DISTINCT _row) FROM {NAME}").rows
    assert found == [(50_000, 1, 50_000, 50_000)]


def test_files_are_cut_at_the_tables_size_and_sorted_by_key(people, lake):
    with tables.table(NAME).transaction() as change:
        change.set_properties({"write.target-file-size-bytes": "1000000"})
    write(table(400_000))
    made = planning.plan(tables.table(NAME)).data
    assert len(made) > 1
    for path in files(lake):
        keys = pq.read_table(path, columns=["_key"])["_key"].to_pylist()
        assert keys == sorted(keys)
    key_field = tables.table(NAME).schema().find_field("_key").field_id
    bounds = sorted((e.file.lower_bounds[key_field], e.file.upper_bounds[key_field]) for e in made)
    assert len({low for low, _ in bounds}) == len(made)


def test_parquet_files_come_in_with_their_row_numbers(people, tmp_path):
    paths = []
    for part in range(3):
        paths.append(str(tmp_path / f"a'{part}.parquet"))
        pq.write_table(table(10, part * 10), paths[-1])
    assert writing.append_files(NAME, paths, batch=uuid4(), at=AT, key="number") == 30
    found = reading.query(f"SELECT number, _row FROM {NAME} ORDER BY _row").rows
    assert found == [(f"P{n:06}", n + 1) for n in range(30)]
    assert all(pq.read_metadata(path).num_rows == 10 for path in paths)


def test_the_engine_for_files_opens_no_other_file(people, tmp_path):
    import duckdb

    path = str(tmp_path / "a.parquet")
    pq.write_table(table(1), path)
    own = engine.opened(str(tmp_path / "nowhere"), [path])
    assert own.execute(f"SELECT count(*) FROM read_parquet('{path}')").fetchone() == (1,)
    with pytest.raises(duckdb.PermissionException):
        own.execute("SELECT * FROM read_csv('/etc/passwd')")
    own.close()


def test_values_take_the_columns_type_and_ours_cannot_be_given(people):
    rows = pa.table(
        {
            "number": [1],
            "amount": ["2.5"],
            "born": ["1990-01-02"],
            "seen": ["2026-11-01 08:00:00"],
            "_batch": ["x"],
            "odd": [1],
        }
    )
    batch = uuid4()
    write(rows, batch=batch)
    found = reading.query(f"SELECT number, amount, born, seen, _batch, _at FROM {NAME}").rows[0]
    assert found[:3] == ("1", Decimal("2.5"), date(1990, 1, 2))
    assert found[3].astimezone(UTC) == datetime(2026, 11, 1, 0, tzinfo=UTC)
    assert (found[4], found[5].astimezone(UTC)) == (str(batch), AT)


def test_what_does_not_fit_leaves_nothing(people, lake):
    with pytest.raises(ValueError, match="does not fit"):
        write(pa.table({"number": ["1"], "born": ["not a day"]}))
    assert files(lake) == []
    assert not notes().exists()


def test_a_writer_that_is_stopped_leaves_nothing(people, lake):
    def stop(rows):
        raise InterruptedError(rows)

    batch = uuid4()
    with pytest.raises(InterruptedError):
        write(table(10), seen=stop, batch=batch)
    assert files(lake) == []
    assert write(table(10), batch=batch) == 10


def test_a_delivery_of_no_rows_is_noted(people):
    batch = uuid4()
    assert write(table(0), batch=batch) == 0
    assert writing.has_batch(NAME, batch)
    assert reading.query(f"SELECT count(*) FROM {NAME}").rows == [(0,)]


def test_another_engines_commit_in_between_is_no_failure(people, monkeypatch):
    """Spark and others do not queue with us: the first attempt fails, the second stands on their snapshot."""
    real, failed = catalog.swap, []

    def rival(session, name, current, location):
        if not failed:
            failed.append(1)
            raise CommitFailedException("a rival was quicker")
        real(session, name, current, location)

    monkeypatch.setattr(catalog, "swap", rival)
    assert write(table(5)) == 5
    assert reading.query(f"SELECT count(*) FROM {NAME}").rows == [(5,)]
    assert notes().count() == 1


def test_the_note_and_the_pointer_are_one(people, monkeypatch, lake):
    """Whatever fails after the note was written takes the note with it."""

    def broken(*_given):
        raise RuntimeError("the connection is gone")

    with monkeypatch.context() as patched:
        patched.setattr(catalog, "swap", broken)
        with pytest.raises(RuntimeError):
            write(table(5), batch="once")
    assert not notes().exists()
    assert write(table(5), batch="once") == 5
    assert write(table(5), batch="once") == 0


def test_replacing_keeps_history_and_marks_leave(people):
    write(table(10))
    moment = datetime.now(UTC)
    assert writing.replace(NAME, table(3), batch=uuid4(), at=AT, key="number") == 3
    assert reading.query(f"SELECT count(*) FROM {NAME}").rows == [(3,)]
    assert reading.query(reading.Asked(f"SELECT count(*) FROM {NAME}", as_of=moment)).rows == [(10,)]


def test_many_small_manifests_become_one(people):
    for first in range(60):
        write(table(1, first))
    manifests = tables.table(NAME).current_snapshot().manifests(tables.table(NAME).io)
    assert len(manifests) < 30
    assert reading.query(f"SELECT count(DISTINCT number) FROM {NAME}").rows == [(60,)]


def test_an_old_table_made_anew_has_no_deliveries(people):
    write(table(2), batch="same")
    tables.drop_table(NAME)
    tables.create_table(NAME, COLUMNS)
    assert write(table(2), batch="same") == 2


def test_a_table_changes_its_shape_and_old_files_stay_readable(people):
    write(table(3))
    tables.add_columns(NAME, [LakeColumn("phone", "text")])
    tables.rename_column(NAME, "number", "code")
    tables.widen_column(NAME, "amount", 28)
    large = Decimal(10) ** 20
    rows = pa.table({"code": ["X"], "amount": pa.array([large], pa.decimal128(28, 6)), "phone": ["1"]})
    write(rows, key="code")
    found = reading.query(f"SELECT code, amount, phone FROM {NAME} ORDER BY code").rows
    assert found == [*((f"P{n:06}", Decimal(n), None) for n in range(3)), ("X", large, "1")]
    assert merging.upsert(NAME, rows, batch=uuid4(), at=AT, key="code", on=["code"]) == 1
    assert reading.query(f"SELECT count(*), sum(amount) FROM {NAME}").rows == [(4, large + 3)]


@pytest.mark.parametrize(("column", "digits"), [("number", 30), ("amount", 18), ("amount", 3)])
def test_only_numbers_grow(people, column, digits):
    with pytest.raises(ValueError, match="cannot be widened"):
        tables.widen_column(NAME, column, digits)
