"""Files on their way beside a run: whole, or for a preview only as much as a preview needs."""

from pathlib import Path
from typing import Protocol

from citybrain.hub.data.collection.domain.shape import OLE, PARQUET, ZIP
from citybrain.hub.data.collection.ports import Wish
from citybrain.kernel.errors import FieldProblem, Invalid

PIECE = 1024 * 1024
PREVIEW, PREVIEW_WHOLE = 8 * PIECE, 128 * PIECE  # texts may be cut off, packed files may not


class Readable(Protocol):
    """Anything with ``read``."""

    def read(self, size: int, /) -> bytes: ...


def copied(given: Readable, target: Path, wish: Wish) -> None:
    """Copy; a preview of a text stops after a few megabytes. Invalid when a packed file is too large to look into."""
    size = 0
    with open(target, "wb") as out:
        first = piece = given.read(PIECE)
        packed = first.startswith((ZIP, OLE, PARQUET))
        while piece:
            out.write(piece)
            size += len(piece)
            if wish.most is not None and not packed and size >= PREVIEW:
                return
            if wish.most is not None and size > PREVIEW_WHOLE:
                raise Invalid(
                    [
                        FieldProblem(
                            "file", "too_large", "the file is too large to look into / 文件过大,无法预览"
                        )
                    ]
                )
            piece = given.read(PIECE)
