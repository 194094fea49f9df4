"""Synthetic rows of a city, streamed to Parquet chunk by chunk; the same chunk is the same for ever (resumable).

People, firms, cases, sensor readings and transactions, with skew: few people and devices cause most of the rows. Every
name says （演示）, every identifier begins with 9: nothing here is or looks like a real person's.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb

CHUNK = 2_000_000
COUNTIES = "['350902','350921','350922','350923','350924','350925','350926','350981','350982']"
UNITS = "['scjg','wjw','rsj','ybj','gaj','mzj','jtj','zjj']"
MARK = "（演示）"
MACROS = f"""
CREATE OR REPLACE MACRO u(i, k) AS (hash(i * 31 + k) % 1000003) / 1000003.0;
CREATE OR REPLACE MACRO pick(l, i, k) AS l[1 + CAST(floor(u(i, k) * len(l)) AS INT)];
CREATE OR REPLACE MACRO skewed(n, i, k) AS CAST(floor(n * pow(u(i, k), 3)) AS BIGINT);
CREATE OR REPLACE MACRO moment(i, n) AS TIMESTAMPTZ '2026-01-01 00:00:00+08' + INTERVAL 1 SECOND * (i * 31536000 // n);
CREATE OR REPLACE MACRO division(i, k) AS pick({COUNTIES}, i, k) || lpad(CAST(hash(i + k) % 20 AS VARCHAR), 3, '0') || '000';
CREATE OR REPLACE MACRO unit(i, k) AS pick({COUNTIES}, i, k) || '-' || pick({UNITS}, i, k + 1);
CREATE OR REPLACE MACRO citizen(i) AS '9' || lpad(CAST(i AS VARCHAR), 17, '0');
CREATE OR REPLACE MACRO firm(i) AS '9X' || lpad(CAST(i AS VARCHAR), 16, '0');
"""


@dataclass(frozen=True)
class Kind:
    """One table: columns as the lake knows them, share of all rows, how a row is made from its number ``i`` of ``{n}``."""

    name: str
    share: float
    columns: tuple[tuple[str, str], ...]
    select: str
    key: str = ""

    def rows(self, total: int) -> int:
        return max(1000, int(total * self.share))


def kinds(total: int) -> list[Kind]:
    """The five tables for a city of ``total`` rows; people and firms are what the others refer to."""
    people, firms = max(1000, int(total * 0.06)), max(1000, int(total * 0.02))
    return [
        Kind("bench.person", 0.06,
             (("number", "text"), ("name", "text"), ("division", "text"), ("born", "date"), ("sex", "text"),
              ("phone", "text"), ("income", "number")),
             f"citizen(i) AS number, pick(['林','陈','黄','郑','欧阳'], i, 1) || pick(['明','小梅','建国','娜'], i, 2) || '{MARK}' AS name, "
             "division(i, 3) AS division, DATE '1940-01-01' + CAST(u(i, 4) * 29000 AS INT) AS born, "
             "pick(['1','2'], i, 5) AS sex, '900' || lpad(CAST(hash(i) % 100000000 AS VARCHAR), 8, '0') AS phone, "
             "CAST(u(i, 6) * 200000 AS DECIMAL(18, 6)) AS income", key="number"),
        Kind("bench.firm", 0.02,
             (("uscc", "text"), ("name", "text"), ("industry", "text"), ("division", "text"), ("founded", "date"), ("capital", "number")),
             f"firm(i) AS uscc, '宁德' || CAST(i AS VARCHAR) || '号商行{MARK}' AS name, pick(['A','C','F','H','I','K'], i, 1) AS industry, "
             "division(i, 2) AS division, DATE '1995-01-01' + CAST(u(i, 3) * 11000 AS INT) AS founded, "
             "CAST(u(i, 4) * 10000000 AS DECIMAL(18, 6)) AS capital", key="uscc"),
        Kind("bench.case", 0.12,
             (("case_no", "text"), ("person", "text"), ("matter", "text"), ("organisation", "text"), ("division", "text"),
              ("state", "text"), ("received_at", "datetime"), ("closed_on", "date"), ("fee", "number"), ("on_time", "bool")),
             f"'B' || lpad(CAST(i AS VARCHAR), 12, '0') AS case_no, citizen(skewed({people}, i, 1)) AS person, "
             "'M' || CAST(skewed(900, i, 2) AS VARCHAR) AS matter, unit(i, 3) AS organisation, division(i, 5) AS division, "
             "pick(['done','open','refused','withdrawn'], i, 6) AS state, moment(i, {n}) AS received_at, "
             "CASE WHEN u(i, 7) < 0.8 THEN DATE '2026-01-03' + CAST(u(i, 8) * 360 AS INT) END AS closed_on, "
             "CASE WHEN u(i, 9) < 0.5 THEN CAST(floor(u(i, 10) * 400) AS DECIMAL(18, 6)) END AS fee, u(i, 11) < 0.93 AS on_time",
             key="person"),
        Kind("bench.reading", 0.5,
             (("device", "text"), ("metric", "text"), ("value", "real"), ("division", "text"), ("noted_at", "datetime")),
             "'D' || lpad(CAST(skewed(20000, i, 1) AS VARCHAR), 6, '0') AS device, "
             "pick(['pm25','noise','water','tilt','smoke','flow','temperature','humidity'], i, 2) AS metric, "
             "round(u(i, 3) * 100, 2) AS value, division(skewed(20000, i, 1), 4) AS division, moment(i, {n}) AS noted_at"),
        Kind("bench.transaction", 0.3,
             (("id", "integer"), ("person", "text"), ("firm", "text"), ("kind", "text"), ("amount", "number"),
              ("organisation", "text"), ("division", "text"), ("noted_at", "datetime")),
             f"i AS id, citizen(skewed({people}, i, 1)) AS person, firm(skewed({firms}, i, 2)) AS firm, "
             "pick(['water','bus','medical','tax','market'], i, 3) AS kind, "
             "CAST(round(pow(u(i, 4), 4) * 5000, 2) AS DECIMAL(18, 6)) AS amount, unit(i, 5) AS organisation, "
             "division(i, 7) AS division, moment(i, {n}) AS noted_at", key="person"),
    ]  # fmt: skip


def chunks(kind: Kind, total: int) -> Iterator[tuple[int, int, int]]:
    """Number, first and last row (exclusive) of every chunk."""
    rows = kind.rows(total)
    for number, first in enumerate(range(0, rows, CHUNK)):
        yield number, first, min(rows, first + CHUNK)


def select(kind: Kind, total: int, first: int, last: int) -> str:
    """The rows of a chunk."""
    return f"SELECT {kind.select.replace('{n}', str(kind.rows(total)))} FROM range({first}, {last}) AS t(i)"


def make_chunk(engine: duckdb.DuckDBPyConnection, folder: Path, kind: Kind, total: int, chunk: tuple) -> Path:
    """One chunk as Parquet, unless it is there; a half-written one never has the name."""
    number, first, last = chunk
    path = folder / kind.name / f"{number:06}.parquet"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_suffix(".part")
        engine.execute(
            f"COPY ({select(kind, total, first, last)}) TO '{part}' (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 122880)"
        )
        part.rename(path)
    return path


def generator() -> duckdb.DuckDBPyConnection:
    """The engine that makes rows; not the one that is measured."""
    made = duckdb.connect(config={"memory_limit": "2GB", "threads": "2", "preserve_insertion_order": "true"})
    made.execute("SET TimeZone = 'Asia/Shanghai'")
    made.execute(MACROS)
    return made
