"""A folder and an engine for the making of one version: rows lie in files, the engine spills to disk, nothing is kept.

A process that is killed leaves its folder; ``sweep_workspaces`` takes away those nobody works in any more.
"""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
from django.conf import settings

MEMORY = "512MB"
GROUP = 50_000
OLD_SECONDS = 24 * 3600


class Workspace:
    """``engine`` sees the files of ``folder`` and nothing else of this machine."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.engine = duckdb.connect(
            ":memory:", config={"autoinstall_known_extensions": "false", "threads": "2"}
        )
        self.engine.execute(f"SET memory_limit = '{MEMORY}'")
        self.engine.execute(f"SET temp_directory = '{quoted(folder / 'spill')}'")
        self.engine.execute(f"SET allowed_directories = ['{quoted(folder)}']")
        self.engine.execute(
            "SET TimeZone = 'UTC'; SET enable_external_access = false; SET lock_configuration = true"
        )

    def hold(self, name: str, tables: Iterable[pa.Table]) -> int:
        """Write tables of one schema (at least one, it may be empty) as the relation ``name``, numbered; how many rows."""
        path, count = self.folder / f"{name}.parquet", 0
        writer: pq.ParquetWriter | None = None
        try:
            for table in tables:
                numbers = pa.array(range(count, count + table.num_rows), pa.int64())
                numbered = table.append_column("__n", numbers)
                writer = writer or pq.ParquetWriter(path, numbered.schema, compression="zstd")
                writer.write_table(numbered.cast(writer.schema), row_group_size=GROUP)
                count += table.num_rows
        finally:
            if writer is not None:
                writer.close()
        self.engine.execute(f"CREATE VIEW {name} AS SELECT * FROM read_parquet('{quoted(path)}')")
        return count

    def released(self, schema: pa.Schema) -> tuple[Path, int]:
        """The rows of ``shown`` in their first order as the file that is published, and how many there are."""
        path, count = self.folder / "released.parquet", 0
        found = self.engine.execute("SELECT * EXCLUDE (__n) FROM shown ORDER BY __n").to_arrow_reader(GROUP)
        with pq.ParquetWriter(path, schema, compression="zstd") as writer:
            for batch in found:
                writer.write_table(pa.Table.from_batches([batch]).cast(schema), row_group_size=GROUP)
                count += batch.num_rows
        return path, count


def quoted(path: Path) -> str:
    """A path inside quotes."""
    return str(path).replace("'", "''")


def root() -> Path:
    """Where workspaces lie."""
    return Path(settings.DATA_DIR) / "opendata-work"


@contextmanager
def workspace() -> Iterator[Workspace]:
    """A workspace that is gone afterwards."""
    root().mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(dir=root()))
    try:
        made = Workspace(folder)
        try:
            yield made
        finally:
            made.engine.close()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def sweep_workspaces(now: float | None = None) -> int:
    """Remove folders of killed processes, a day old; how many."""
    limit = (now or time.time()) - OLD_SECONDS
    old = [f for f in root().iterdir() if f.is_dir() and f.stat().st_mtime < limit] if root().exists() else []
    for folder in old:
        shutil.rmtree(folder, ignore_errors=True)
    return len(old)
