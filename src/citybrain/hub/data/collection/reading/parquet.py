"""Parquet files, and what database connectors stage: columns with types, read row group by row group."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from citybrain.hub.data.collection.domain.shape import Shape
from citybrain.hub.data.collection.reading.batch import BATCH, Batch, distinct
from citybrain.hub.data.collection.reading.probe import refuse_giant_rows
from citybrain.kernel.errors import FieldProblem, Invalid


class ParquetReader:
    """Rows of a file as texts. Positions: ``{"row": rows already read}``."""

    def __init__(self, path: Path, shape: Shape) -> None:
        self.path = path
        refuse_giant_rows(path)
        try:
            with pq.ParquetFile(path) as file:
                self.schema, self.count = file.schema_arrow, file.metadata.num_rows
                self.groups = [
                    file.metadata.row_group(n).num_rows for n in range(file.metadata.num_row_groups)
                ]
        except (pa.ArrowException, OSError) as error:
            raise Invalid(
                [FieldProblem("file", "unreadable", "this is no Parquet file / 不是有效的Parquet文件")]
            ) from error
        self.names = distinct(self.schema.names)
        self.kinds = {name: str(field.type) for name, field in zip(self.names, self.schema, strict=True)}

    def batches(self, position: dict[str, Any], size: int = BATCH) -> Iterator[Batch]:
        """See ``Reader``."""
        done = position.get("row", 0)
        passed, groups = self.passed(done)
        with pq.ParquetFile(self.path) as file:
            for found in file.iter_batches(batch_size=size, row_groups=groups):
                begin, passed = passed, passed + found.num_rows
                if passed <= done:
                    continue
                rows = texts(found.slice(max(0, done - begin)))
                first = max(begin, done) + 1
                yield Batch(
                    self.names,
                    rows,
                    pa.array(range(first, first + rows.num_rows), pa.int64()),
                    {"row": passed},
                )

    def passed(self, done: int) -> tuple[int, list[int]]:
        """Rows in the groups that lie wholly before a row, and the numbers of the groups left."""
        before, number = 0, 0
        while number < len(self.groups) and before + self.groups[number] <= done:
            before, number = before + self.groups[number], number + 1
        return before, list(range(number, len(self.groups)))

    def share(self, position: dict[str, Any]) -> float:
        """See ``Reader``."""
        return position.get("row", 0) / max(1, self.count)


def texts(found: pa.RecordBatch) -> pa.Table:
    """Every column as text, in the engine's words; times in city time."""
    renamed = pa.Table.from_batches([found]).rename_columns([f"c{i}" for i in range(found.num_columns)])
    casts = ", ".join(f"CAST(c{i} AS VARCHAR) AS c{i}" for i in range(found.num_columns))
    engine = duckdb.connect(
        config={"autoinstall_known_extensions": "false", "enable_external_access": "false"}
    )
    try:
        engine.execute("SET TimeZone = 'Asia/Shanghai'")
        engine.register("given", renamed)
        return engine.execute(f"SELECT {casts} FROM given").to_arrow_table()  # noqa: S608 - names are ours
    finally:
        engine.close()
