"""Files on their way beside a run: whole, or for a preview only as much as a preview needs."""

from pathlib import Path
from typing import Protocol

from citybrain.hub.data.collection.domain.shape import OLE, PARQUET, ZIP
from citybrain.hub.data.collection.ports import Wish
from citybrain.kernel.errors import FieldProblem, Invalid, Unavailable

PIECE = 1024 * 1024
PREVIEW, PREVIEW_WHOLE = 8 * PIECE, 128 * PIECE  # texts may be cut off, packed files may not


class Readable(Protocol):
    """Anything with ``read``."""

    def read(self, size: int, /) -> bytes: ...


def copied(given: Readable, target: Path, wish: Wish) -> int:
    """Copy; bytes copied. A preview of a text stops after a few megabytes. Invalid when a packed file is too large to look into."""
    size = 0
    with open(target, "wb") as out:
        first = piece = given.read(PIECE)
        packed = first.startswith((ZIP, OLE, PARQUET))
        while piece:
            out.write(piece)
            size += len(piece)
            if wish.most is not None and not packed and size >= PREVIEW:
                return size
            if wish.most is not None and size > PREVIEW_WHOLE:
                raise Invalid(
                    [
                        FieldProblem(
                            "file", "too_large", "the file is too large to look into / 文件过大,无法预览"
                        )
                    ]
                )
            piece = given.read(PIECE)
    return size


def refuse_changed(before: tuple[int, int], after: tuple[int, int], size: int, wish: Wish) -> None:
    """Unavailable when a file changed while it was read (time and size before and after, bytes read): half a file, or a
    mixture of two, is not taken. A preview may be."""
    if wish.most is None and (before != after or size != after[1]):
        raise Unavailable(
            "the file was changed while it was read; it is read again next time / 读取期间文件发生变化,下次重新读取",
            code="changing",
        )
