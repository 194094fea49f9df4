"""Checking a batch with the engine: accepted rows in their types, rejected ones with their reasons."""

import threading
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from citybrain.hub.data.collection import texts
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
        "autoload_known_extensions": "false",
        "preserve_insertion_order": "true",
    }
    made = duckdb.connect(":memory:", config=config)
    made.execute("SET TimeZone = 'Asia/Shanghai'")
    made.execute("SET enable_external_access = false")
    made.execute("SET lock_configuration = true")
    return made


def checked(batch: Batch, mapping: Sequence[Mapped]) -> Checked:
    """Check a batch. A mapped column the batch does not have counts as empty."""
    rows = given(batch, mapping)
    columns = [rows.column(f"c{n}") for n in range(len(mapping))]
    asked = statement(
        mapping,
        padded={n for n, column in enumerate(columns) if texts.may_be_padded(column)},
        spoiled={n for n, column in enumerate(columns) if texts.may_be_spoiled(column)},
    )
    with _guard:
        cursor = engine().cursor()
    try:
        cursor.register("batch", rows)
        answer = cursor.execute(asked.sql, asked.params or None).to_arrow_table()
    finally:
        cursor.close()
    accepted, wrong = divided(answer)
    rejected = [
        *told(batch, mapping, wrong),
        *(Rejected(u.number, {}, (("", u.code),), u.text) for u in batch.unreadable),
    ]
    rejected.sort(key=lambda row: row.number)
    reasons = Counter(f"{column}:{code}" for row in rejected for column, code in row.reasons)
    return Checked(accepted, rejected, reasons)


def divided(answer: pa.Table) -> tuple[pa.Table, list[tuple[int, list[str]]]]:
    """The accepted rows, and number and reasons of the others."""
    items = answer.drop_columns(["_n", "_why"])
    fine = pc.equal(answer.column("_why"), "")
    if pc.all(fine, min_count=0).as_py():
        return items, []
    wrong = answer.select(["_n", "_why"]).filter(pc.invert(fine))
    numbers, whys = (wrong.column(name).to_pylist() for name in ("_n", "_why"))
    return items.filter(fine), [(n, why.split()) for n, why in zip(numbers, whys, strict=True)]


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
    numbers = batch.numbers.to_numpy()
    places = np.searchsorted(numbers, np.array([number for number, _why in wrong], np.int64))
    rows = batch.rows.take(pa.array(places)).to_pylist()
    found = []
    for (number, why), row in zip(wrong, rows, strict=True):
        values = dict(zip(batch.names, row.values(), strict=True))
        parts = (word.split(":", 1) for word in why)
        found.append(Rejected(number, values, tuple((mapping[int(n)].column, code) for n, code in parts)))
    return found
