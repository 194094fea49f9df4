"""From a model to rows: its statement (whole or only what is new), its tests over these rows, the rows into the table.

Tests look at the rows before they are written: what breaks a stopping test never enters the table. Of an incremental model
only the new rows are judged one by one; what only the whole table can answer (unique, number of rows) is asked of it as it
is going to be.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from citybrain.hub.data.lake import merging, reading
from citybrain.hub.data.lake.tables import TYPES
from citybrain.hub.data.lake.types import duckdb_type
from citybrain.hub.data.models import Item, LakeModel
from citybrain.hub.data.registers.actions.put import put
from citybrain.hub.data.registers.domain import model_sql
from citybrain.hub.data.registers.domain.corrections import overlaid, settled
from citybrain.hub.data.registers.domain.model_tests import (
    CANDIDATE,
    ModelTest,
    breaking,
    count_problem,
    quoted,
)
from citybrain.hub.data.registers.queries.corrections import corrections_of
from citybrain.kernel import crypto

SECONDS = 3600.0
SHOWN = 10
FRESH = "fresh"
OVER_ALL = ("unique", "rows")  # tests that one row alone cannot answer


@dataclass(frozen=True)
class Window:
    """What an incremental model reads of its table: rows that came after ``since``, up to ``until`` when one is given."""

    since: datetime
    until: datetime | None = None


@dataclass(frozen=True)
class Candidate:
    """The table as it is going to be (WITH part ``candidate``) and the rows to write (``written``), as SQL with parameters.

    ``keys``: the items by which written rows take the place of others; empty when the whole table is written.
    """

    parts: str
    written: str
    columns: tuple[str, ...]
    params: dict[str, Any]
    keys: tuple[str, ...] = ()

    def asked(self, rest: str) -> reading.Asked:
        """A question over the candidate."""
        return reading.Asked(f"WITH {self.parts} {rest}", self.params, seconds=SECONDS)


def candidate(row: LakeModel, window: Window | None) -> Candidate:
    """All rows of the model; with a window what came in it, to be laid over what is there by the items that tell rows apart."""
    columns = model_sql.checked(row.sql).columns
    if window is None:
        sql, params = put_right(row, row.sql, columns)
        return Candidate(f"{CANDIDATE} AS ({sql})", CANDIDATE, columns, params)
    keys = tuple(row.spec.get("keys") or [row.key_item])
    sql, params = put_right(row, within(row, window, keys), columns)
    listed, same = (
        ", ".join(map(quoted, columns)),
        " AND ".join(f"f.{quoted(k)} = t.{quoted(k)}" for k in keys),
    )
    kept = f"SELECT {listed} FROM {row.key} AS t WHERE NOT EXISTS (SELECT 1 FROM {FRESH} AS f WHERE {same})"  # noqa: S608
    parts = f"{FRESH} AS ({sql}), {CANDIDATE} AS (SELECT {listed} FROM {FRESH} UNION ALL {kept})"  # noqa: S608
    times = {"since": window.since} | ({"until": window.until} if window.until else {})
    return Candidate(parts, FRESH, columns, params | times, keys)


def within(row: LakeModel, window: Window, keys: Sequence[str]) -> str:
    """The statement over what came in the window.

    A range that ends in the past says which rows to compute again; they are computed from everything since its beginning,
    so that what came later is not undone.
    """
    newer = model_sql.only_newer(row.sql, row.incremental_on, "since")
    if window.until is None:
        return newer
    touched = model_sql.only_newer(row.sql, row.incremental_on, "since", "until")
    listed = ", ".join(map(quoted, keys))
    return (
        f"SELECT * FROM ({newer}) AS newer WHERE ({listed}) IN (SELECT {listed} FROM ({touched}) AS touched)"  # noqa: S608
    )


def put_right(row: LakeModel, sql: str, columns: Sequence[str]) -> tuple[str, dict[str, Any]]:
    """The statement with what people had corrected in this table."""
    found = settled(corrections_of(row.key))
    if not found:
        return sql, {}
    types = {name: duckdb_type(TYPES[kind]) for name, kind in items_of(row.key)}
    return overlaid(sql, columns, row.key_item, types, found)


def items_of(key: str) -> list[tuple[str, str]]:
    """(name, type) of the resource's items."""
    return list(Item.objects.filter(resource_id=key).values_list("name", "type"))


def findings(found: Candidate, tests: list[dict[str, Any]], key_item: str) -> list[dict[str, Any]]:
    """What the tests say: one entry per test that rows break, with how many and the keyed hashes of a few keys."""
    listed = [ModelTest.of(test) for test in tests]
    if not listed:
        return []
    by_row = [test for test in listed if test.kind not in OVER_ALL]
    counted = dict(zip(by_row, counts(found, by_row, found.written), strict=True))
    over_all = [test for test in listed if test.kind in OVER_ALL]
    if over_all:
        counted |= dict(zip(over_all, counts(found, over_all, CANDIDATE), strict=True))
    told = []
    for test in listed:
        problems = counted[test]
        if problems:
            told.append({
                "test": test.name, "kind": test.kind, "items": list(test.items), "stop": test.stop,
                "problems": int(problems), "keys": [] if test.kind == "rows" else sample(found, test, key_item),
            })  # fmt: skip
    return told


def counts(found: Candidate, tests: Sequence[ModelTest], place: str) -> list[int]:
    """How many rows of ``place`` break each test, all in one scan; for ``rows`` how far the number of rows is off."""
    if not tests:
        return []
    marks = ", ".join(f"({breaking(test)}) AS t{n}" for n, test in enumerate(tests))
    sums = ", ".join(f"count(*) FILTER (t{n})" for n in range(len(tests)))
    total, *broken = reading.query(
        found.asked(f"SELECT count(*), {sums} FROM (SELECT {marks} FROM {place})")  # noqa: S608 - names of ours
    ).rows[0]
    return [
        count_problem(test, total) if test.kind == "rows" else int(number)
        for test, number in zip(tests, broken, strict=True)
    ]


def sample(found: Candidate, test: ModelTest, key_item: str) -> list[str]:
    """Keys of a few rows that break a test, as fingerprints: the log names rows and shows nobody's number."""
    name = key_item or found.columns[0]
    place = CANDIDATE if test.kind in OVER_ALL else found.written
    asked = found.asked(
        f"SELECT CAST({quoted(name)} AS VARCHAR) FROM {place} WHERE {breaking(test)} ORDER BY 1 LIMIT {SHOWN}"  # noqa: S608
    )
    return [row_mark(value) for (value,) in reading.query(asked).rows]


def row_mark(value: str | None) -> str:
    """The fingerprint a row is named by in findings."""
    return crypto.blind_index(f"row:{value}")[:16] if value else ""


def write(row: LakeModel, found: Candidate, *, batch: str, at: datetime) -> int:
    """The rows into the table in one snapshot, streamed; returns how many."""
    listed = ", ".join(map(quoted, found.columns))
    with reading.batches(found.asked(f"SELECT {listed} FROM {found.written}")) as stream:  # noqa: S608
        if found.keys:
            return merging.upsert(row.key, stream, batch=batch, at=at, key=row.key_item, on=found.keys)
        return put(row.key, stream, batch=batch, at=at, key_item=row.key_item)
