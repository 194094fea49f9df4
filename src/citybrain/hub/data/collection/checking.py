"""Checking a batch with the engine: accepted rows in their types, rejected ones with their reasons."""

import threading
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import duckdb
import pyarrow as pa

from citybrain.hub.data.collection.domain.checks import Mapped, statement
from citybrain.hub.data.collection.reading.batch import Batch

MEMORY, THREADS = "1GB", 2
_guard = threading.Lock()


@dataclass(frozen=True)
class Rejected:
    """A row that was not taken: number, its texts by source column, reasons as (source column, code)."""

    number: int
    values: dict[str, str | None]
    reasons: tuple[tuple[str, str], ...]
    text: str = ""

    def as_dict(self) -> dict[str, Any]:
        """The stored form."""
        return {
            "n": self.number,
            "values": self.values,
            "why": [list(r) for r in self.reasons],
            "text": self.text,
        }


@dataclass(frozen=True)
class Checked:
    """A checked batch: ``accepted`` has the items as columns; collected = accepted + rejected."""

    accepted: pa.Table
    rejected: list[Rejected]
    reasons: Counter = field(default_factory=Counter)

    @property
    def collected(self) -> int:
        """All records of the batch."""
        return self.accepted.num_rows + len(self.rejected)


@cache
def engine() -> duckdb.DuckDBPyConnection:
    """An engine for checking: it opens no file and reaches no network; bounded in memory."""
    config: dict[str, Any] = {
        "memory_limit": MEMORY,
        "threads": THREADS,
        "autoinstall_known_extensions": "false",
    }
    config["autoload_known_extensions"] = "false"
    made = duckdb.connect(":memory:", config=config)
    made.execute("SET TimeZone = 'Asia/Shanghai'")
    made.execute("SET enable_external_access = false")
    made.execute("SET lock_configuration = true")
    return made


def checked(batch: Batch, mapping: Sequence[Mapped]) -> Checked:
    """Check a batch. A mapped column the batch does not have counts as empty."""
    asked = statement(mapping)
    with _guard:
        cursor = engine().cursor()
    try:
        cursor.register("batch", given(batch, mapping))
        cursor.execute(f"CREATE TEMP TABLE checked AS {asked.sql}", used(asked.params, asked.sql))
        accepted = cursor.execute(
            "SELECT * EXCLUDE (_n, _why) FROM checked WHERE len(_why) = 0 ORDER BY _n"
        ).to_arrow_table()
        wrong = cursor.execute("SELECT _n, _why FROM checked WHERE len(_why) > 0 ORDER BY _n").fetchall()
        cursor.execute("DROP TABLE checked")
    finally:
        cursor.close()
    rejected = [
        *told(batch, mapping, wrong),
        *(Rejected(u.number, {}, (("", u.code),), u.text) for u in batch.unreadable),
    ]
    rejected.sort(key=lambda row: row.number)
    reasons = Counter(f"{column}:{code}" for row in rejected for column, code in row.reasons)
    return Checked(accepted, rejected, reasons)


def used(params: dict[str, Any], sql: str) -> dict[str, Any]:
    """Only parameters the statement names: the engine refuses others."""
    return {name: value for name, value in params.items() if f"${name}" in sql}


def given(batch: Batch, mapping: Sequence[Mapped]) -> pa.Table:
    """The relation the statement reads: row numbers and one column per mapped item."""
    places = {name: place for place, name in enumerate(batch.names)}
    nothing = pa.nulls(batch.rows.num_rows, pa.string())
    columns = [batch.rows.column(places[m.column]) if m.column in places else nothing for m in mapping]
    return pa.table([batch.numbers, *columns], names=["_n", *(f"c{n}" for n in range(len(mapping)))])


def told(batch: Batch, mapping: Sequence[Mapped], wrong: Sequence[tuple[int, list[str]]]) -> list[Rejected]:
    """Rejected rows with all their texts."""
    if not wrong:
        return []
    place_of = {number: place for place, number in enumerate(batch.numbers.to_pylist())}
    rows = batch.rows.take(pa.array([place_of[number] for number, _why in wrong], pa.int64())).to_pylist()
    found = []
    for (number, why), row in zip(wrong, rows, strict=True):
        values = dict(zip(batch.names, row.values(), strict=True))
        parts = (word.split(":", 1) for word in why)
        found.append(Rejected(number, values, tuple((mapping[int(n)].column, code) for n, code in parts)))
    return found
