"""Lines of a text file in bounded memory: blocks of bytes cut at line ends, each line with its number and end.

In UTF-8, GBK and GB18030 no character contains the byte of a line end, so bytes are cut first and decoded after. A line
that is longer than any record may be is skipped to its end and told, so that a file without line ends fills no memory.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO

BLOCK = 4 * 1024 * 1024
LONGEST = 1024 * 1024


@dataclass
class Line:
    """Bytes of one line without its end, its number (1-based), the offset behind its end; ``cut``: it was too long."""

    data: bytes
    number: int
    end: int
    cut: bool = False


def lines(file: IO[bytes], offset: int, number: int) -> Iterator[list[Line]]:
    """Blocks of whole lines from ``offset`` on, where line ``number`` begins."""
    file.seek(offset)
    rest, skipping = b"", False
    while True:
        block = file.read(BLOCK)
        if not block:
            break
        pieces = (rest + block).split(b"\n")
        rest = pieces.pop()
        found, offset, number, skipping = cut(pieces, offset, number, skipping)
        if found:
            yield found
        if len(rest) > LONGEST and not skipping:
            yield [Line(rest[:200], number, offset, True)]
            skipping = True
        if skipping:
            offset += len(rest)
            rest = b""
    if rest and not skipping:
        yield [Line(rest, number, offset + len(rest))]


def cut(pieces: list[bytes], offset: int, number: int, skipping: bool) -> tuple[list[Line], int, int, bool]:
    """Lines of pieces; the first only ends a line that is being skipped."""
    found = []
    for piece in pieces:
        offset += len(piece) + 1
        if skipping:
            skipping = False
        elif len(piece) > LONGEST:
            found.append(Line(piece[:200], number, offset, True))
        else:
            found.append(Line(piece, number, offset))
        number += 1
    return found, offset, number, skipping


def decoded(found: list[Line], encoding: str) -> list[str]:
    """Texts of lines; bytes that are no text of the encoding become U+FFFD, which no check accepts."""
    texts = b"\n".join(line.data for line in found).decode(encoding, "replace").split("\n")
    if len(texts) != len(found):  # a broken character took a line end with it
        texts = [line.data.decode(encoding, "replace").replace("\n", " ") for line in found]
    return [text.rstrip("\r") for text in texts]
