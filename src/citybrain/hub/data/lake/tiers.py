"""Which files to rewrite together. Pure: sizes, key ranges and deleted rows in, groups out.

Every delivery is sorted by the lookup key, so its files have narrow, disjoint key ranges; the more deliveries lie on top
of each other, the more files one look-up opens. Files are merged only with files of about the same width of range (a tier),
and only when more than ``MOST_DEPTH`` of them lie over each other. So a row is rewritten about once for every eightfold
growth of its table, not once for every delivery.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import log

MOST_DEPTH = 8
SMALL = 0.25
DEAD_SHARE = 0.05
GROUP_FILES = 8
KEYS = 2**63


@dataclass(frozen=True)
class Piece:
    """A data file: ``low`` and ``high`` bound its lookup keys (None: unknown), ``dead`` rows are marked as deleted."""

    path: str
    bytes: int
    rows: int
    low: int | None = None
    high: int | None = None
    dead: int = 0

    @property
    def width(self) -> float:
        """The part of all keys its range covers, above 0 and at most 1."""
        if self.low is None or self.high is None:
            return 1.0
        return max((self.high - self.low) / KEYS, 1e-9)

    @property
    def tier(self) -> int:
        """0 for files over the whole range, one more for every eighth of it."""
        return round(-log(self.width, MOST_DEPTH))


def chosen(pieces: Sequence[Piece], target: int) -> list[list[Piece]]:
    """Groups to rewrite, each for itself; empty when the table is in order."""
    worn = [piece for piece in pieces if piece.dead and piece.dead >= piece.rows * DEAD_SHARE]
    small = [piece for piece in pieces if piece.bytes < target * SMALL]
    wanted = {
        piece.path: piece for piece in [*worn, *too_deep(pieces), *(small if many(small, pieces) else [])]
    }
    groups = packed(
        sorted(wanted.values(), key=lambda piece: (piece.low or 0, piece.path)), target * GROUP_FILES
    )
    return [group for group in groups if len(group) > 1 or any(piece in worn for piece in group)]


def many(small: Sequence[Piece], pieces: Sequence[Piece]) -> bool:
    """Small files are worth merging when there are several, or when they are all but one."""
    return len(small) >= MOST_DEPTH or (len(small) > 1 and len(small) >= len(pieces) - 1 and len(pieces) > 2)


def too_deep(pieces: Sequence[Piece]) -> list[Piece]:
    """The files of every tier in which more than ``MOST_DEPTH`` lie over each other on average."""
    tiers: dict[int, list[Piece]] = defaultdict(list)
    for piece in pieces:
        if piece.low is not None:
            tiers[piece.tier].append(piece)
    return [piece for tier in tiers.values() if depth(tier) > MOST_DEPTH for piece in tier]


def depth(pieces: Iterable[Piece]) -> float:
    """How many of these files a key lies in on average."""
    return sum(piece.width for piece in pieces)


def packed(pieces: Sequence[Piece], most: int) -> list[list[Piece]]:
    """Neighbours by key together, up to ``most`` bytes a group."""
    groups: list[list[Piece]] = []
    size = most
    for piece in pieces:
        if size + piece.bytes > most:
            groups.append([])
            size = 0
        groups[-1].append(piece)
        size += piece.bytes
    return groups
