"""Parquet files of a table: written from a stream of batches, cut at a size, with the statistics Iceberg keeps of them."""

import errno
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
from pyiceberg.io.pyarrow import (
    compute_statistics_plan,
    data_file_statistics_from_parquet_metadata,
    parquet_path_to_id_mapping,
    schema_to_pyarrow,
)
from pyiceberg.manifest import DataFile, DataFileContent, FileFormat
from pyiceberg.schema import Schema
from pyiceberg.table import Table
from pyiceberg.typedef import Record
from pyiceberg.types import LongType, NestedField, StringType

from citybrain.hub.data.lake.store import answered
from citybrain.kernel.errors import Unavailable

GROUP_ROWS = 122_880
FILE_BYTES = 256 * 1024 * 1024
TARGET = "write.target-file-size-bytes"
POSITIONS = Schema(
    NestedField(2147483546, "file_path", StringType(), required=True),
    NestedField(2147483545, "pos", LongType(), required=True),
)


def target_bytes(found: Table) -> int:
    """About how large a file of this table should be."""
    return int(found.properties.get(TARGET, FILE_BYTES))


class Writing:
    """The files of one write. ``undo`` removes them; ``seen`` is called after every row group with the rows so far."""

    def __init__(
        self, found: Table, *, deletes: bool = False, seen: Callable[[int], None] | None = None
    ) -> None:
        self.found = found
        self.seen = seen
        self.schema = POSITIONS if deletes else found.schema()
        self.content = DataFileContent.POSITION_DELETES if deletes else DataFileContent.DATA
        self.arrow = arrow_schema(self.schema)
        self.files: list[DataFile] = []
        self.paths: list[str] = []
        self.rows = 0

    def write(self, batches: Iterable[pa.RecordBatch]) -> list[DataFile]:
        """Files of these batches, each cut when it has reached the table's size. Unavailable: the disk is full."""
        rest = iter(batches)
        with disk():
            while (first := next(rest, None)) is not None:
                if first.num_rows:
                    self.files.append(self.one_file(first, rest))
        return self.files

    def one_file(self, first: pa.RecordBatch, rest: Iterator[pa.RecordBatch]) -> DataFile:
        """One file from the first batch and as many more as fit."""
        name = f"{uuid4()}{'-deletes' if self.content else ''}.parquet"
        path = self.found.location_provider().new_data_location(name)
        self.paths.append(path)
        output, most = self.found.io.new_output(path), target_bytes(self.found)
        with output.create(overwrite=False) as stream:
            options: dict[str, Any] = {"compression": "zstd", "store_decimal_as_integer": True}
            with pq.ParquetWriter(stream, self.arrow, **options) as writer:
                batch: pa.RecordBatch | None = first
                while batch is not None:
                    writer.write_batch(fitted(batch, self.arrow))
                    self.rows += batch.num_rows
                    if self.seen is not None:
                        self.seen(self.rows)
                    batch = next(rest, None) if stream.tell() < most else None  # type: ignore[attr-defined]
        return self.described(path, len(output), writer.writer.metadata)

    def described(self, path: str, size: int, parquet: pq.FileMetaData) -> DataFile:
        """The file as manifests name it."""
        statistics = data_file_statistics_from_parquet_metadata(
            parquet_metadata=parquet,
            # Paths of position deletes are kept whole: cut bounds would make every reader open every delete file.
            stats_columns=compute_statistics_plan(
                self.schema,
                {"write.metadata.metrics.default": "full"} if self.content else self.found.properties,
            ),
            parquet_column_mapping=parquet_path_to_id_mapping(self.schema),
        )
        return DataFile.from_args(
            content=self.content, file_path=path, file_format=FileFormat.PARQUET, partition=Record(),
            file_size_in_bytes=size, sort_order_id=None, spec_id=self.found.metadata.default_spec_id,
            equality_ids=None, key_metadata=None, **statistics.to_serialized_dict(),
        )  # fmt: skip

    def undo(self) -> None:
        """Remove what was written; files that cannot be removed now are found by the cleaning of orphans."""
        for path in self.paths:
            remove(self.found, path)


def remove(found: Table, path: str) -> bool:
    """Unlink a file; False when the store would not."""
    try:
        found.io.delete(path)
    except FileNotFoundError:
        return True
    except OSError:
        return False
    return True


def arrow_schema(schema: Schema) -> pa.Schema:
    """The schema of the files, with field numbers."""
    whole = schema_to_pyarrow(schema, include_field_ids=True)
    fields = [
        field.with_type(pa.string()) if pa.types.is_large_string(field.type) else field for field in whole
    ]
    return pa.schema(fields)


def fitted(batch: pa.RecordBatch, schema: pa.Schema) -> pa.RecordBatch:
    """The batch in exactly the schema's types; the engine has brought the values there already."""
    columns = [batch.column(field.name).cast(field.type) for field in schema]
    return pa.RecordBatch.from_arrays(columns, schema=schema)


@contextmanager
def disk() -> Iterator[None]:
    """Unavailable (``disk_full``) in place of the errors of a full disk."""
    try:
        with answered():
            yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise full() from error
        raise
    except duckdb.Error as error:
        if "No space left" in str(error) or "max_temp_directory_size" in str(error):
            raise full() from error
        raise


def full() -> Unavailable:
    """The refusal; nothing of the delivery is kept."""
    return Unavailable(
        "the disk of the lake is full; nothing was changed / 数据湖磁盘已满,未作任何更改",
        code="disk_full",
        retry_after=600,
    )
