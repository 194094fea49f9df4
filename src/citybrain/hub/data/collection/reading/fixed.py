"""Fixed-width text: columns cut at bytes of the file's own encoding, as the programs that write such files count."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from citybrain.hub.data.collection.domain.shape import Shape
from citybrain.hub.data.collection.reading.batch import BATCH, BATCH_BYTES, Batch, Unreadable, distinct, made
from citybrain.hub.data.collection.reading.lines import Line, lines


class FixedReader:
    """Rows of a fixed-width file; a line that is too short is rejected. Positions as in CSV."""

    def __init__(self, path: Path, shape: Shape) -> None:
        self.path, self.shape = path, shape
        self.kinds: dict[str, str] = {}
        self.size = max(1, path.stat().st_size)
        self.widths = [int(width) for _name, width in shape.layout]
        self.names = distinct([str(name) for name, _width in shape.layout])

    def batches(self, position: dict[str, Any], size: int = BATCH) -> Iterator[Batch]:
        """See ``Reader``."""
        held: list[Line] = []
        size = max(1, min(size, BATCH_BYTES // max(1, sum(self.widths))))
        with open(self.path, "rb") as file:
            for block in lines(file, position.get("offset", 0), position.get("line", 1)):
                held += [line for line in block if line.number > self.shape.header]
                while len(held) >= size:
                    yield self.batch(held[:size])
                    held = held[size:]
        if held:
            yield self.batch(held)

    def batch(self, found: list[Line]) -> Batch:
        """Lines cut at their widths."""
        rows, numbers, wrong = [], [], []
        for line in found:
            data = line.data.rstrip(b"\r")
            if not data.strip() and not line.cut:
                continue
            if line.cut or len(data) < sum(self.widths[:-1]) or len(data) > sum(self.widths):
                wrong.append(
                    Unreadable(line.number, "width", data.decode(self.shape.encoding, "replace")[:500])
                )
                continue
            rows.append(self.cells(data))
            numbers.append(line.number)
        return made(self.names, rows, numbers, {"offset": found[-1].end, "line": found[-1].number + 1}, wrong)

    def cells(self, data: bytes) -> list[str]:
        """The texts of one line."""
        cells, at = [], 0
        for width in self.widths:
            cells.append(data[at : at + width].decode(self.shape.encoding, "replace").strip())
            at += width
        return cells

    def share(self, position: dict[str, Any]) -> float:
        """See ``Reader``."""
        return min(1.0, position.get("offset", 0) / self.size)
