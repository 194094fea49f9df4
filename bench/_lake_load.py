"""Filling the lake chunk by chunk, each chunk once (resumable), and the speed of raw DuckDB for the same in the same run."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from pathlib import Path
from uuid import NAMESPACE_URL, uuid5

import pyarrow.parquet as pq

from bench import _lake_rows as rows
from bench._figures import say

AT = datetime(2026, 11, 30, tzinfo=UTC)
CSV_ROWS = 1_000_000
# What a collection checks of every row: filled, shape of the identifier, range, code, date; the rest is kept with reasons.
RULES = {
    "person": "regexp_matches(person, '^9[0-9]{17}$')",
    "id": "TRY_CAST(id AS BIGINT) IS NOT NULL",
    "amount": "TRY_CAST(amount AS DECIMAL(18, 6)) BETWEEN 0 AND 1000000",
    "kind": "kind IN ('water', 'bus', 'medical', 'tax', 'market')",
    "noted_at": "TRY_CAST(noted_at AS TIMESTAMPTZ) IS NOT NULL",
    "division": "length(division) = 12",
}


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
            if chunk[0] == 0 and count:
                copied, copying = copied + count, copying + copy_seconds(engine, path)
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


def from_csv(folder: Path) -> dict[str, float]:
    """A delivery as CSV with 1 % bad rows: checked by every rule, split, loaded. The limit copies the same CSV unchecked."""
    from citybrain.hub.data.lake import tables

    kind = next(k for k in rows.kinds(CSV_ROWS) if k.name == "bench.transaction")
    engine, place = rows.generator(), folder / "lake" / "raw"
    source, good, bad = place / "in.csv", place / "good.parquet", place / "bad.parquet"
    sql = f"SELECT i.* REPLACE (CASE WHEN id % 100 = 0 THEN '坏' ELSE person END AS person) FROM ({rows.select(kind, CSV_ROWS * 4, 0, CSV_ROWS)}) i"
    engine.execute(f"COPY ({sql}) TO '{source}' (HEADER)")
    read = f"read_csv('{source}', header = true, all_varchar = true)"
    limit = timed(
        engine,
        f"COPY (FROM read_csv('{source}', header = true)) TO '{good}' (FORMAT parquet, COMPRESSION zstd)",
    )
    tables.create_table("bench.delivery", [tables.LakeColumn(name, type_) for name, type_ in kind.columns])
    wrong = " || ".join(f"CASE WHEN {rule} THEN '' ELSE '{name} ' END" for name, rule in RULES.items())
    began = time.perf_counter()
    engine.execute(f"CREATE OR REPLACE TEMP TABLE checked AS SELECT *, {wrong} AS wrong FROM {read}")
    engine.execute(
        "COPY (SELECT * EXCLUDE (wrong) REPLACE (CAST(id AS BIGINT) AS id, CAST(amount AS DECIMAL(18, 6)) AS amount, "
        f"CAST(noted_at AS TIMESTAMPTZ) AS noted_at) FROM checked WHERE wrong = '') TO '{good}' (FORMAT parquet)"
    )
    engine.execute(f"COPY (SELECT * FROM checked WHERE wrong <> '') TO '{bad}' (FORMAT parquet)")
    accepted = put("bench.delivery", good, kind.key, f"csv/{time.time()}")
    taken = time.perf_counter() - began
    rejected = pq.read_metadata(bad).num_rows
    for path in (source, good, bad):
        path.unlink()
    return {
        "rate": CSV_ROWS / taken, "limit": CSV_ROWS / limit, "accepted": accepted, "rejected": rejected,
        "lost": CSV_ROWS - accepted - rejected,
    }  # fmt: skip


def timed(engine, sql: str) -> float:
    began = time.perf_counter()
    engine.execute(sql)
    return time.perf_counter() - began
