"""What every reader gives: batches of texts with their row numbers, and where to go on."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import pyarrow as pa

BATCH = 200_000  # records of one batch, which is checked, landed and committed as one
BATCH_BYTES = 32 * 1024 * 1024  # of text: wide rows make shorter batches


@dataclass(frozen=True)
class Unreadable:
    """A record that is no row: its number, the reason's code, its text as far as it can be shown."""

    number: int
    code: str
    text: str


@dataclass(frozen=True)
class Batch:
    """``rows``: one text column per source column, named as found, and ``numbers``; ``after``: the position behind it."""

    names: tuple[str, ...]
    rows: pa.Table
    numbers: pa.Array
    after: dict[str, Any]
    unreadable: list[Unreadable] = field(default_factory=list)

    @property
    def collected(self) -> int:
        """Records read: rows and those that are none."""
        return self.rows.num_rows + len(self.unreadable)


class Reader(Protocol):
    """A file opened for reading. ``kinds`` holds the declared types of columns where the file knows them."""

    names: tuple[str, ...]
    kinds: dict[str, str]

    def batches(self, position: dict[str, Any], size: int = BATCH) -> Iterator[Batch]:
        """Batches from a position (``{}``: the beginning) to the end; the same position gives the same batches."""
        ...

    def share(self, position: dict[str, Any]) -> float:
        """How much of the file lies before the position, 0 to 1."""
        ...


def made(
    names: Sequence[str],
    rows: Sequence[Sequence[str | None]],
    numbers: Sequence[int],
    after: dict[str, Any],
    unreadable: list[Unreadable],
) -> Batch:
    """A batch from rows of texts, each as long as ``names``."""
    columns = list(zip(*rows, strict=True)) if rows else [()] * len(names)
    return Batch(
        tuple(names), pa.table([pa.array(c, pa.string()) for c in columns], names=[f"c{i}" for i in range(len(names))]),
        pa.array(numbers, pa.int64()), after, unreadable,
    )  # fmt: skip


def distinct(names: Sequence[str]) -> tuple[str, ...]:
    """Column names without blanks around and without doubles; a column without one is called by its place."""
    found: list[str] = []
    for place, name in enumerate(names, 1):
        plain = " ".join(str(name).split())[:100] or f"列{place}"
        number, unique = 2, plain
        while unique in found:
            unique, number = f"{plain}_{number}", number + 1
        found.append(unique)
    return tuple(found)
