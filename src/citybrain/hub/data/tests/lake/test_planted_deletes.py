"""Delete files as other engines leave them behind: every reader that can read them sees the same rows."""

from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pyiceberg.manifest import DataFile, DataFileContent, FileFormat
from pyiceberg.table.snapshots import Operation
from pyiceberg.typedef import Record

from citybrain.hub.data.catalogue.actions.declare import table_rows
from citybrain.hub.data.lake import commits, planning, reading, tables, writing
from citybrain.hub.data.lake.tables import LakeColumn
from citybrain.hub.data.tests.lake import readers
from citybrain.kernel.errors import Conflict

NOW = datetime(2026, 11, 30, tzinfo=UTC)
NAME = "gaj.person"
COLUMNS = [LakeColumn("number", "text"), LakeColumn("amount", "number"), LakeColumn("town", "text")]


@pytest.fixture
def people(lake):
    tables.create_table(NAME, COLUMNS)
    add("A", "B", "C", "D")
    add("E", "F")
    return NAME


def add(*numbers: str, amount: int = 1, town: str | None = "x") -> None:
    table = pa.table(
        {
            "number": list(numbers),
            "amount": [amount] * len(numbers),
            "town": pa.array([town] * len(numbers), pa.string()),
        }
    )
    writing.append(NAME, table, batch=uuid4(), at=NOW, key="number")


def seen() -> list[str]:
    return [row[0] for row in reading.query(f"SELECT number FROM {NAME} ORDER BY number").rows]


def plant(table: pa.Table, content: DataFileContent, ids: list[int] | None = None, **more) -> None:
    """A delete file the way Spark or DuckDB would leave it, without the statistics ours have."""
    found = tables.table(NAME)
    path = found.location_provider().new_data_location(f"{uuid4()}-foreign.parquet")
    plain = Path(path.removeprefix("file://"))
    pq.write_table(table, plain)
    file = DataFile.from_args(
        content=content, file_path=path, file_format=FileFormat.PARQUET, partition=Record(),
        record_count=table.num_rows, file_size_in_bytes=plain.stat().st_size, equality_ids=ids, spec_id=0, **more,
    )  # fmt: skip
    commits.land(NAME, lambda now: commits.Delta(Operation.DELETE, deletes=[file]))


def plant_positions(places: list[tuple[str, int]]) -> None:
    places = sorted(places)
    table = pa.table(
        {"file_path": [path for path, _ in places], "pos": pa.array([at for _, at in places], pa.int64())}
    )
    plant(table, DataFileContent.POSITION_DELETES)


def plant_values(**values: list) -> None:
    """Equality deletes of these values; columns carry their field numbers."""
    schema = tables.table(NAME).schema()
    ids = [schema.find_field(name).field_id for name in values]
    kinds = {"number": pa.string(), "town": pa.string(), "amount": pa.decimal128(18, 6)}
    fields = [
        pa.field(n, kinds[n], metadata={"PARQUET:field_id": str(i)}) for n, i in zip(values, ids, strict=True)
    ]
    arrays = [
        pa.array(given).cast(kinds[n]) if n != "amount" else pa.array(given, kinds[n])
        for n, given in values.items()
    ]
    plant(pa.Table.from_arrays(arrays, schema=pa.schema(fields)), DataFileContent.EQUALITY_DELETES, ids)


def place_of(number: str) -> tuple[str, int]:
    sql = f"SELECT d.filename, d.file_row_number FROM ({reading.relation_of(tables.table(NAME), planning.plan(tables.table(NAME)), places=True)}) d WHERE number = ?"
    from citybrain.hub.data.lake import engine

    path, row = engine.rows(sql, [number])[0]
    return f"file://{path}", row


def test_position_deletes(people):
    plant_positions([place_of("B"), place_of("F")])
    assert seen() == ["A", "C", "D", "E"]
    assert sorted(readers.library()) == sorted(readers.engines_own()) == seen()
    assert table_rows(people) == 4


def test_the_same_row_deleted_twice_is_counted_once(people):
    place = place_of("B")
    plant_positions([place])
    plant_positions([place, place_of("C")])
    assert table_rows(people) == len(seen()) == 4


def test_equality_deletes_concern_older_files_only(people):
    plant_values(number=["A", "E"])
    add("A", amount=5)
    assert seen() == ["A", "B", "C", "D", "F"]
    assert sorted(readers.engines_own()) == seen()
    assert table_rows(people) == 5
    with pytest.raises(ValueError, match="equality deletes"):
        readers.library()


def test_an_unknown_value_is_deleted_as_such(people):
    add("G", town=None)
    plant_values(town=pa.array([None], pa.string()).to_pylist())
    assert seen() == ["A", "B", "C", "D", "E", "F"]
    assert sorted(readers.engines_own()) == seen()


def test_several_columns_and_both_kinds_together(people):
    add("A", "H", town="y")
    plant_values(number=["A", "H"], town=["y", "z"])
    plant_positions([place_of("C")])
    plant_values(number=["D"])
    assert seen() == ["A", "B", "E", "F", "H"]
    assert sorted(readers.engines_own()) == seen()
    assert table_rows(people) == 5


def test_deletes_of_a_column_that_is_gone_or_renamed_still_count(people):
    add("G", town="gone")
    plant_values(town=["gone"])
    plant_values(number=["A"])
    with tables.table(NAME).update_schema() as change:
        change.delete_column("town")
        change.rename_column("number", "code")
    found = reading.query(f"SELECT code FROM {NAME} ORDER BY code").rows
    assert [row[0] for row in found] == ["B", "C", "D", "E", "F"]
    assert reading.query(f"SELECT * FROM {NAME}").columns[:2] == ("code", "amount")


def test_a_filter_never_hides_a_delete(people):
    plant_values(number=["B"])
    only, condition, params = reading.person_filter(NAME, "B")
    asked = reading.Asked(f"SELECT number FROM {NAME} WHERE {condition}", params, only)
    assert reading.query(asked).rows == []


def test_what_would_be_read_wrongly_is_refused(people):
    file = DataFile.from_args(
        content=DataFileContent.POSITION_DELETES, file_path="file:///x.puffin", file_format=FileFormat.PUFFIN,
        partition=Record(), record_count=1, file_size_in_bytes=1, spec_id=0,
    )  # fmt: skip
    found = tables.table(NAME)
    manifest = commits.Change(
        commits.Delta(Operation.DELETE, deletes=[file]), found.transaction(), {}
    )._manifests()[0]
    with pytest.raises(Conflict):
        planning.opened(found, manifest)
