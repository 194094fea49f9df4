"""Frozen records of a file on a person or firm. No Django."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from citybrain.kernel.errors import NotFound
from citybrain.kernel.text import Text


@dataclass(frozen=True)
class Value:
    """One value of a block as it may be shown. ``record`` is the key of its row, kept for objections, never shown."""

    item: str
    title: Text
    shown: Any
    masked: bool = False
    objected: bool = False
    # The value as the engine writes it; kept for objections, never shown.
    stood: str = field(default="", repr=False)


@dataclass(frozen=True)
class Line:
    """One row of a source table about the subject."""

    record: str
    at: datetime | None
    values: tuple[Value, ...]


@dataclass(frozen=True)
class Block:
    """One block: whose, from where, how sure, the rows. ``withheld`` says why there are none to see."""

    key: str
    title: Text
    owner: str
    resource: str
    source: Text
    confidence: float
    grade: str
    lines: tuple[Line, ...] = ()
    withheld: str = ""


@dataclass(frozen=True)
class Said:
    """One value of the golden record with what stands beside it: who says what else."""

    item: str
    title: Text
    value: str
    source: str
    confidence: float
    others: tuple[tuple[str, str, date | None], ...] = ()
    place: int = 0
    # Its source record is under objection in this item: it decides nothing alone (A21).
    objected: bool = False


@dataclass(frozen=True)
class FileRecord:
    """A file: what the register says with its conflicts, then the blocks."""

    key: str
    title: Text
    subject: str
    name: str
    number: str
    entity: str
    minor: bool
    summary: tuple[Said, ...]
    blocks: tuple[Block, ...] = ()
    # Titles of everything the file draws on, by key.
    titles: Mapping[str, Text] = field(default_factory=dict)

    def block(self, key: str) -> Block:
        """The block of that key; NotFound otherwise."""
        for block in self.blocks:
            if block.key == key:
                return block
        raise NotFound("no such block / 没有这个板块")
