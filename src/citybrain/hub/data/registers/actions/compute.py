"""From a model to rows: its statement (whole or only what is new), its tests over these rows, the rows into the table.

Tests look at the rows before they are written: what breaks a stopping test never enters the table.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pyarrow as pa

from citybrain.hub.data.lake import reading
from citybrain.hub.data.models import LakeModel
from citybrain.hub.data.registers.actions.put import put
from citybrain.hub.data.registers.domain import model_sql
from citybrain.hub.data.registers.domain.model_tests import (
    CANDIDATE,
    ModelTest,
    breaking,
    count_problem,
    quoted,
)
from citybrain.kernel import crypto

SECONDS = 3600.0
SHOWN = 10


@dataclass(frozen=True)
class Candidate:
    """The rows a model is about to write, as SQL (a WITH part named ``candidate``) with its parameters."""

    parts: str
    columns: tuple[str, ...]
    params: dict[str, Any]

    def asked(self, rest: str) -> reading.Asked:
        """A question over the candidate."""
        return reading.Asked(f"WITH {self.parts} {rest}", self.params, seconds=SECONDS)


def candidate(row: LakeModel, since: datetime | None) -> Candidate:
    """All rows of the model; with ``since`` what is new laid over what is there, by the model's key."""
    columns = model_sql.checked(row.sql).columns
    if since is None or row.materialise != "incremental":
        return Candidate(f"{CANDIDATE} AS ({row.sql})", columns, {})
    listed, key = ", ".join(map(quoted, columns)), quoted(row.key_item)
    fresh = model_sql.only_newer(row.sql, row.incremental_on, "since")
    kept = (
        f"SELECT {listed} FROM {row.key} WHERE {key} NOT IN (SELECT {key} FROM fresh WHERE {key} IS NOT NULL)"  # noqa: S608
    )
    parts = f"fresh AS ({fresh}), {CANDIDATE} AS (SELECT {listed} FROM fresh UNION ALL {kept})"  # noqa: S608
    return Candidate(parts, columns, {"since": since})


def rows_of(found: Candidate) -> pa.Table:
    """The rows."""
    listed = ", ".join(map(quoted, found.columns))
    with reading.batches(found.asked(f"SELECT {listed} FROM {CANDIDATE}")) as stream:  # noqa: S608
        return stream.read_all()


def findings(found: Candidate, tests: list[dict[str, Any]], key_item: str) -> list[dict[str, Any]]:
    """What the tests say: one entry per test that rows break, with how many and the keyed hashes of a few keys."""
    listed = [ModelTest.of(test) for test in tests]
    if not listed:
        return []
    marks = (
        ", ".join(f"({breaking(test)}) AS t{n}" for n, test in enumerate(listed) if test.kind != "rows")
        or "false AS t"
    )
    sums = "".join(f", count(*) FILTER (t{n})" for n, test in enumerate(listed) if test.kind != "rows")
    asked = found.asked(f"SELECT count(*){sums} FROM (SELECT {marks} FROM {CANDIDATE})")  # noqa: S608
    counted = reading.query(asked).rows[0]
    total, broken = counted[0], iter(counted[1:])
    told = []
    for test in listed:
        problems = count_problem(test, total) if test.kind == "rows" else next(broken)
        if problems:
            told.append({
                "test": test.name, "kind": test.kind, "items": list(test.items), "stop": test.stop,
                "problems": int(problems), "keys": [] if test.kind == "rows" else sample(found, test, key_item),
            })  # fmt: skip
    return told


def sample(found: Candidate, test: ModelTest, key_item: str) -> list[str]:
    """Keys of a few rows that break a test, as fingerprints: the log names rows and shows nobody's number."""
    name = key_item or found.columns[0]
    asked = found.asked(
        f"SELECT CAST({quoted(name)} AS VARCHAR) FROM {CANDIDATE} WHERE {breaking(test)} ORDER BY 1 LIMIT {SHOWN}"  # noqa: S608
    )
    return [row_mark(value) for (value,) in reading.query(asked).rows]


def row_mark(value: str | None) -> str:
    """The fingerprint a row is named by in findings."""
    return crypto.blind_index(f"row:{value}")[:16] if value else ""


def write(row: LakeModel, rows: pa.Table, *, batch: str, at: datetime) -> int:
    """The rows into the table, in one snapshot."""
    return put(row.key, rows, batch=batch, at=at, key_item=row.key_item)
