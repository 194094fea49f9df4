"""What a source looks like before anything is taken: the first rows with guessed types, and a trial of the rules."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from citybrain.hub.data.collection import staging
from citybrain.hub.data.collection.checking import Checked, checked
from citybrain.hub.data.collection.domain import guess
from citybrain.hub.data.collection.domain.checks import Mapped
from citybrain.hub.data.collection.domain.shape import Shape
from citybrain.hub.data.collection.ports import Wish
from citybrain.hub.data.collection.reading import Batch, Reader, open_reader
from citybrain.hub.data.collection.reading.batch import made
from citybrain.hub.data.models import Collection
from citybrain.kernel.ids import new_id
from citybrain.kernel.masking import mask

ROWS = 1000
SHOWN_ROWS = 12
EXAMPLES = 3


@dataclass(frozen=True)
class SeenColumn:
    """A column: its name, guessed type and identifier, how it is masked, wrong values as (row, value)."""

    name: str
    type: str
    identifier: str
    personal: str
    kind: str
    filled: int
    wrong: int = 0
    examples: list[tuple[int, str]] = field(default_factory=list)


@dataclass(frozen=True)
class Preview:
    """The first rows (masked where personal) and their columns; ``unreadable`` as (row, code)."""

    shape: Shape
    name: str
    columns: list[SeenColumn]
    rows: list[tuple[int, list[str]]]
    read: int
    sheets: list[str]
    unreadable: list[tuple[int, str]]


@contextmanager
def first_rows(collection: Collection) -> Iterator[tuple[Reader, Batch, Shape, str]]:
    """The reader, the first rows, the shape they were read in, the name of the file; staged files go afterwards."""
    token: UUID = new_id()
    try:
        shape = Shape(**collection.shape) if collection.shape else None
        wish = Wish(collection.thing, {}, "", None, most=ROWS, sample=collection.sample)
        staged = staging.bring(collection.source, wish, staging.folder_of(f"look-{token}"), shape)
        assert staged.shape is not None
        reader = open_reader(staged.path, staged.shape)
        batch = next(iter(reader.batches({}, ROWS)), None) or made(reader.names, [], [], {}, [])
        yield reader, batch, shape or staged.shape, staged.name
    finally:
        staging.forget(f"look-{token}")


def preview(collection: Collection) -> Preview:
    """The typed preview. Errors of the connector and the reader pass."""
    with first_rows(collection) as (reader, batch, shape, name):
        guessed = [guessed_column(reader, batch, place) for place in range(len(batch.names))]
        found = wrong_values(batch, guessed)
        columns = [SeenColumn(**{**vars(column), **found.get(column.name, {})}) for column in guessed]
        return Preview(
            shape, name, columns, shown(batch, columns), batch.collected, list(getattr(reader, "sheets", [])),
            [(u.number, u.code) for u in batch.unreadable[:EXAMPLES]],
        )  # fmt: skip


def guessed_column(reader: Reader, batch: Batch, place: int) -> SeenColumn:
    """What the values of a column suggest."""
    name = batch.names[place]
    values = [value or "" for value in batch.rows.column(place).to_pylist()]
    kind, identifier = guess.type_of(values)
    kind = "text" if kind in ("integer", "bool") and guess.is_code(name) else kind
    filled = sum(bool(value.strip()) for value in values)
    return SeenColumn(
        name, kind, identifier, guess.personal_of(name, identifier), reader.kinds.get(name, ""), filled
    )


def wrong_values(batch: Batch, columns: Sequence[SeenColumn]) -> dict[str, dict[str, Any]]:
    """Column → how many values do not fit what most of its values are, and the first of them."""
    mapping = [Mapped(c.name, f"x{n}", c.type, identifier=c.identifier) for n, c in enumerate(columns)]
    kinds = {c.name: c.personal for c in columns}
    found: dict[str, dict[str, Any]] = {}
    for row in checked(batch, mapping).rejected:
        for name in {column for column, _code in row.reasons if column}:
            entry = found.setdefault(name, {"wrong": 0, "examples": []})
            entry["wrong"] += 1
            if len(entry["examples"]) < EXAMPLES:
                entry["examples"].append((row.number, safe(row.values.get(name), kinds[name])))
    return found


def shown(batch: Batch, columns: Sequence[SeenColumn]) -> list[tuple[int, list[str]]]:
    """The first rows as a person may see them."""
    rows = zip(*(batch.rows.column(n).to_pylist()[:SHOWN_ROWS] for n in range(len(columns))), strict=True)
    kinds = [column.personal for column in columns]
    cells = ([safe(value, kind) for value, kind in zip(row, kinds, strict=True)] for row in rows)
    return list(zip(batch.numbers.to_pylist(), cells, strict=False))


def safe(value: str | None, personal: str) -> str:
    """A value cut to what fits into a cell, masked when it is personal."""
    text = (value or "")[:60]
    return mask(personal, text) if personal else text


def tried(collection: Collection) -> Checked:
    """The first rows under the rules of the collection; nothing is taken."""
    mapping = [Mapped.from_dict(m) for m in collection.mapping]
    with first_rows(collection) as (_reader, batch, _shape, _name):
        return checked(batch, mapping)
