"""Lines of a text file in bounded memory: blocks of whole lines, each line with its number and the offset behind it.

In UTF-8, GBK and GB18030 no character contains the byte of a line end, so bytes are cut first and decoded after. A line
that is longer than any record may be is skipped to its end and told, so that a file without line ends fills no memory.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import IO

import numpy as np

BLOCK = 4 * 1024 * 1024
LONGEST = 1024 * 1024
KEPT = 200  # bytes of a line that is too long
END = ord("\n")


@dataclass
class Line:
    """Bytes of one line without its end, its number (1-based), the offset behind its end; ``cut``: it was too long."""

    data: bytes
    number: int
    end: int
    cut: bool = False


@dataclass
class Block:
    """Whole lines: their bytes (every line ends with a line end), the offset in the file behind each of them, the number
    of the first, and the places of those that were too long, of which only the beginning is here."""

    data: bytes
    ends: np.ndarray
    number: int
    cut: frozenset[int] = frozenset()

    def __len__(self) -> int:
        return len(self.ends)

    def stops(self) -> np.ndarray:
        """Where each line ends in ``data``, behind its line end."""
        return np.flatnonzero(np.frombuffer(self.data, np.uint8) == END) + 1

    def split(self, count: int, at: int) -> tuple["Block", "Block"]:
        """The first ``count`` lines, which end at ``at`` in ``data``, and the others."""
        first = Block(
            self.data[:at], self.ends[:count], self.number, frozenset(n for n in self.cut if n < count)
        )
        rest = frozenset(n - count for n in self.cut if n >= count)
        return first, Block(self.data[at:], self.ends[count:], self.number + count, rest)


def together(found: Sequence[Block]) -> Block:
    """Blocks that follow each other as one; at least one is needed."""
    if len(found) == 1:
        return found[0]
    cut, before = set(), 0
    for block in found:
        cut |= {before + n for n in block.cut}
        before += len(block)
    return Block(
        b"".join(b.data for b in found),
        np.concatenate([b.ends for b in found]),
        found[0].number,
        frozenset(cut),
    )


def blocks(file: IO[bytes], offset: int, number: int) -> Iterator[Block]:
    """Blocks of whole lines from ``offset`` on, where line ``number`` begins."""
    file.seek(offset)
    rest = b""
    while read := file.read(BLOCK):
        data = rest + read
        end = data.rfind(b"\n") + 1
        rest = data[end:]
        for block in bounded(data[:end], offset, number) if end else ():
            yield block
            number += len(block)
        offset += end
        if len(rest) > LONGEST:
            head, offset, rest = skipped(file, rest, offset)
            yield Block(head, np.array([offset], np.int64), number, frozenset((0,)))
            number += 1
    if rest:
        yield Block(rest + b"\n", np.array([offset + len(rest)], np.int64), number)


def skipped(file: IO[bytes], begun: bytes, offset: int) -> tuple[bytes, int, bytes]:
    """A line that is too long: its beginning, the offset behind its end, and what was read of the next lines."""
    offset += len(begun)
    while read := file.read(BLOCK):
        end = read.find(b"\n") + 1
        if end:
            return begun[:KEPT] + b"\n", offset + end, read[end:]
        offset += len(read)
    return begun[:KEPT] + b"\n", offset, b""


def bounded(data: bytes, offset: int, number: int) -> Iterator[Block]:
    """Whole lines as blocks; one that is too long is a block of its own."""
    stops = np.flatnonzero(np.frombuffer(data, np.uint8) == END) + 1
    lengths = np.diff(stops, prepend=0)
    done, at = 0, 0
    for long in np.flatnonzero(lengths > LONGEST + 1).tolist():
        before = int(stops[long - 1]) if long else 0
        if long > done:
            yield Block(data[at:before], offset + stops[done:long], number + done)
        head = data[before : before + KEPT] + b"\n"
        yield Block(head, offset + stops[long : long + 1], number + long, frozenset((0,)))
        done, at = long + 1, int(stops[long])
    if done < len(stops):
        yield Block(data[at:], offset + stops[done:], number + done)


def lines(file: IO[bytes], offset: int, number: int) -> Iterator[list[Line]]:
    """Blocks of single lines."""
    for block in blocks(file, offset, number):
        pieces = block.data.split(b"\n")[:-1]
        ends = block.ends.tolist()
        yield [
            Line(piece, block.number + n, end, n in block.cut)
            for n, (piece, end) in enumerate(zip(pieces, ends, strict=True))
        ]


def decoded(data: bytes, encoding: str) -> str:
    """Text of whole lines, as many lines as there were; bytes that are no text of the encoding become U+FFFD, which no check
    accepts."""
    text = data.decode(encoding, "replace")
    if text.count("\n") == data.count(b"\n"):
        return text
    # A broken character took a line end with it: line by line, none can.
    return "\n".join(line.decode(encoding, "replace").replace("\n", " ") for line in data.split(b"\n"))
