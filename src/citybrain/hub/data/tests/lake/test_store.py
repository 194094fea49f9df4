"""The lake in an S3 store instead of a folder: every way in, out and through, by the real protocol."""

from datetime import UTC, datetime
from uuid import uuid4

import pyarrow as pa

from citybrain.hub.data.lake import merging, reading, tables, writing
from citybrain.hub.data.lake.tables import LakeColumn

NAME = "gaj.person"
NOW = datetime(2026, 11, 30, tzinfo=UTC)


def test_x(stored_lake):
    tables.create_table(NAME, [LakeColumn("number", "text"), LakeColumn("amount", "number")])
    rows = pa.table({"number": ["a", "b"], "amount": [1, 2]})
    writing.append(NAME, rows, batch=uuid4(), at=NOW, key="number")
    assert reading.query(f"SELECT number FROM {NAME} ORDER BY 1").rows == [("a",), ("b",)]
    merging.upsert(NAME, rows, batch=uuid4(), at=NOW, key="number", on=["number"])
    assert reading.row_count(NAME) == 2
