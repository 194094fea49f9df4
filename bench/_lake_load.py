"""Filling the lake chunk by chunk, each chunk once (resumable), and the speed of raw DuckDB for the same in the same run."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from uuid import NAMESPACE_URL, uuid5

import pyarrow.parquet as pq

from bench import _lake_rows as rows
from bench._figures import say

AT = datetime(2026, 11, 30, tzinfo=UTC)
CSV_ROWS = 1_000_000
UNIT = "350902-scjg"


def put(name: str, path: Path, key: str, batch: str) -> int:
    """One Parquet file into a table as one delivery."""
    from citybrain.hub.data.lake import writing

    files = getattr(writing, "append_files", None)
    if files is not None:
        return files(name, [str(path)], batch=uuid5(NAMESPACE_URL, batch), at=AT, key=key)
    return writing.append(name, pq.read_table(path), batch=uuid5(NAMESPACE_URL, batch), at=AT, key=key)


def make_tables(total: int) -> None:
    """The five tables."""
    from citybrain.hub.data.lake import tables

    for kind in rows.kinds(total):
        tables.create_table(kind.name, [tables.LakeColumn(name, type_) for name, type_ in kind.columns])


def fill(folder: Path, total: int, *, copies: bool) -> dict[str, float]:
    """Generate and load everything. Rows a second of loading, and of raw DuckDB copying the same files once."""
    engine, loaded, seconds, copied, copying = rows.generator(), 0, 0.0, 0, 0.0
    raw = folder / "lake" / "raw"
    for kind in rows.kinds(total):
        for chunk in rows.chunks(kind, total):
            path = rows.make_chunk(engine, raw, kind, total, chunk)
            began = time.perf_counter()
            count = put(kind.name, path, kind.key, f"{kind.name}/{total}/{chunk[0]}")
            loaded, seconds = loaded + count, seconds + (time.perf_counter() - began if count else 0)
            if chunk[0] == 0:  # also of a table that an earlier run filled: the limit is of this run
                copied, copying = (
                    copied + pq.read_metadata(path).num_rows,
                    copying + copy_seconds(engine, path),
                )
            if not copies:
                path.unlink()
            if chunk[0] % 10 == 9:
                say(f"    {kind.name}: {chunk[2]:,} rows, {loaded / max(seconds, 0.001):,.0f} rows/s so far")
    return {"rows": loaded, "rate": loaded / max(seconds, 0.001), "limit": copied / max(copying, 0.001)}


def copy_seconds(engine, path: Path) -> float:
    """Raw DuckDB: read the file, write it again, nothing else."""
    target = path.with_suffix(".copy")
    began = time.perf_counter()
    engine.execute(f"COPY (FROM read_parquet('{path}')) TO '{target}' (FORMAT parquet, COMPRESSION zstd)")
    taken = time.perf_counter() - began
    target.unlink()
    return taken


def from_csv(
    folder: Path, total: int = CSV_ROWS, *, spoil: bool = False, before: Callable[[], float] = lambda: 0.0
) -> dict[str, float]:
    """A CSV with 1 % bad rows through a whole collection from a folder: brought, read, checked by six rules besides the types,
    rejected rows kept, landed, committed. The limit is raw DuckDB copying the same CSV unchecked.

    ``spoil`` writes bytes that are no text into a row near the end; ``before`` is asked just before the collection begins.
    """
    kind = next(k for k in rows.kinds(total) if k.name == "bench.transaction")
    engine, place = rows.generator(), folder / "delivered"
    place.mkdir(exist_ok=True)
    source, copy = place / f"in-{time.time_ns()}.csv", place / "copy.parquet"
    sql = f"SELECT i.* REPLACE (CASE WHEN id % 100 = 0 THEN '坏' ELSE person END AS person) FROM ({rows.select(kind, total * 4, 0, total)}) i"
    engine.execute(f"COPY ({sql}) TO '{source}' (HEADER)")
    read = f"FROM read_csv('{source}', header = true)"
    limit = timed(engine, f"COPY ({read}) TO '{copy}' (FORMAT parquet, COMPRESSION zstd)")
    copy.unlink()
    engine.close()
    if spoil:
        spoil_row(source)
    held = before()
    run, taken = collected(place, source.name)
    size = source.stat().st_size
    source.unlink()
    return {
        "rate": total / taken, "limit": total / limit, "accepted": run.accepted, "rejected": run.rejected,
        "lost": total - run.accepted - run.rejected, "bytes": size, "seconds": taken, "before": held,
    }  # fmt: skip


def spoil_row(path: Path) -> None:
    """Bytes that are no text in the third column of a whole row near the end (a good one: its number ends in 50)."""
    with open(path, "r+b") as file:
        begin = path.stat().st_size - 100_000
        file.seek(begin)
        tail = file.read()
        row = re.search(rb"\n\d+50,\d+,9X0", tail)
        if row is None:
            raise RuntimeError("no row to spoil")
        file.seek(begin + row.end() - 3)
        file.write(b"\xff\xfe\x81")


def collected(place: Path, name: str) -> tuple:
    """The run that takes a file of a watched folder, and its seconds; every step is the city's own."""
    from django.conf import settings

    from citybrain.hub.data.collection.actions.collections import activate_collection, draft_collection
    from citybrain.hub.data.collection.actions.runs import begin_run
    from citybrain.hub.data.collection.actions.sources import register_source
    from citybrain.hub.data.collection.domain.shape import Shape
    from citybrain.hub.data.jobs import running
    from citybrain.kernel.actor import Actor

    by = Actor.system("bench")
    settings.COLLECTION_FOLDERS = [f"{UNIT}={place}"]
    source = register_source(
        title="bench", kind="folder", organisation=UNIT, settings={"path": str(place), "settle": 0}, by=by
    )
    made = draft_collection(title="bench", source=source, thing=name, by=by)
    made.shape, made.resource = Shape().as_dict(), "bench.delivery"
    made.mapping = [m.as_dict() for m in mapping()]
    made.columns = [{"name": m.column, "kind": ""} for m in mapping()]
    made.save()
    run = begin_run(activate_collection(made, by=by), by=by)
    began = time.perf_counter()
    running.do_next()
    taken = time.perf_counter() - began
    run.refresh_from_db()
    run.job.refresh_from_db()
    if run.job.state != "done":
        raise RuntimeError(run.job.error)
    return run, taken


def mapping() -> list:
    """The items with their types and six rules: key filled, shape of the identifier, codes, two bounds, length."""
    from citybrain.hub.data.collection.domain.checks import Mapped

    return [
        Mapped("person", "person", required=True, pattern="9[0-9]{17}", is_key=True),
        Mapped("id", "id", "integer"),
        Mapped("firm", "firm"),
        Mapped("kind", "kind", codes=("water", "bus", "medical", "tax", "market")),
        Mapped("amount", "amount", "number", lowest="0", highest="1000000"),
        Mapped("organisation", "organisation"),
        Mapped("division", "division", length=12),
        Mapped("noted_at", "noted_at", "datetime"),
    ]


def timed(engine, sql: str) -> float:
    began = time.perf_counter()
    engine.execute(sql)
    return time.perf_counter() - began
