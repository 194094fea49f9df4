"""Which files to rewrite together, and in which order of keys. Pure: sizes, key ranges and deleted rows in, groups out.

Every delivery is sorted by the lookup key, so its files have narrow, disjoint key ranges; the more deliveries lie on top
of each other, the more files one look-up opens. Files are merged only with files of about the same width of range (a tier),
and only when more than ``MOST_DEPTH`` of them lie over each other. So a row is rewritten about once for every eightfold
growth of its table, not once for every delivery.

A group becomes one run: files whose ranges do not touch, so that a key lies in one of them. The larger the groups, the fewer
runs a look-up meets; a run is sorted range after range, so that its size needs neither memory nor room to sort in.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import log

MOST_DEPTH = 8
SMALL = 0.25
DEAD_SHARE = 0.05
GROUP_FILES = 64  # of full size; what is done again after a kill
SORTED_FILES = 8  # of full size; what is sorted at once
KEYS = 2**63
UNIT = 2**100


@dataclass(frozen=True)
class Piece:
    """A data file: ``low`` and ``high`` bound its lookup keys (None: unknown), ``dead`` rows are marked as deleted.

    ``nulls``: it may hold rows without key.
    """

    path: str
    bytes: int
    rows: int
    low: int | None = None
    high: int | None = None
    dead: int = 0
    nulls: bool = True

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
    keyed = [piece for piece in wanted.values() if piece.low is not None]
    others = [piece for piece in wanted.values() if piece.low is None]
    groups = packed(keyed, target * GROUP_FILES) + packed(others, target * SORTED_FILES)
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


def packed(pieces: Iterable[Piece], most: int) -> list[list[Piece]]:
    """Neighbours by key together, up to ``most`` bytes a group."""
    groups: list[list[Piece]] = []
    size = most
    for piece in sorted(pieces, key=lambda piece: (piece.low or 0, piece.path)):
        if size + piece.bytes > most:
            groups.append([])
            size = 0
        groups[-1].append(piece)
        size += piece.bytes
    return groups


def cuts(pieces: Iterable[Piece], most: int) -> list[int]:
    """Keys, ascending, that cut the rows of these files into ranges of about ``most`` bytes.

    Keys are hashes, so the rows of a file are taken to be spread evenly over its range. Rows without key are not counted.
    """
    rates: dict[int, int] = defaultdict(
        int
    )  # bytes a key, from here on, in units so small that nothing is rounded away
    for piece in pieces:
        if piece.low is not None and piece.high is not None:
            rate = piece.bytes * UNIT // (piece.high - piece.low + 1)
            rates[piece.low] += rate
            rates[piece.high + 1] -= rate
    found: list[int] = []
    rate = held = 0
    edges = sorted(rates)
    for at, after in pairwise(edges):
        rate += rates[at]
        if held >= most * UNIT:  # by keys that many rows share
            found.append(at)
            held = 0
        while held + rate * (after - at) >= most * UNIT and at + 1 < after:
            at = min(at + max((most * UNIT - held) // rate, 1), after - 1)
            found.append(at)
            held = 0
        held += rate * (after - at)
    return found
