"""What every place of delivery can do. It remembers itself which pieces it has: nothing else can say so after a crash."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

Position = list[Any]


@dataclass(frozen=True)
class Shape:
    """The columns of what is delivered: names and item types, ours (batch, objection flag) not included."""

    resource: str
    columns: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Piece:
    """Rows of one batch behind ``start`` up to ``until``, each with its objection flag as the last value.

    ``numbers``: the number of each row within its batch, where the source has one; by it a row is found again when the
    source changes or deletes it.
    """

    batch: str
    start: Position
    until: Position
    rows: Sequence[tuple[Any, ...]]
    numbers: Sequence[int] = ()


@dataclass(frozen=True)
class Progress:
    """How far a batch is at the target."""

    until: Position
    complete: bool


class Target(Protocol):
    """``write`` and ``finish`` happen wholly or not at all, and refuse a piece that does not follow the last one."""

    def prepare(self, shape: Shape) -> None:
        """Make what is missing (tables, folder)."""

    def progress(self) -> dict[str, Progress]:
        """What is there, by batch."""

    def write(self, piece: Piece) -> None:
        """Take one piece. Conflict when it does not follow what is there."""

    def finish(self, batch: str, *, alone: bool) -> None:
        """The batch is whole; ``alone``: earlier batches go away in the same moment."""

    def held(self, batch: str) -> int:
        """How many rows of the batch lie there; nought where rows cannot be taken back (files)."""

    def numbers(self, batch: str, first: int, last: int) -> set[int]:
        """Numbers of the batch's rows there from ``first`` up to and without ``last``."""

    def remove(self, batch: str, numbers: Sequence[int]) -> None:
        """Take these rows away, wholly or not at all; those that are gone already do not matter."""

    def close(self) -> None:
        """Let go of connections."""
