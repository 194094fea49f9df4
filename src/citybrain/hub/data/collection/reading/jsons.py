"""JSON: one object a line (NDJSON, any size) or one list of objects (held in memory, so bounded)."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from citybrain.hub.data.collection.domain.shape import Shape
from citybrain.hub.data.collection.reading.batch import BATCH, BATCH_BYTES, Batch, Unreadable, made
from citybrain.hub.data.collection.reading.lines import Line, decoded, lines
from citybrain.kernel.errors import FieldProblem, Invalid

MOST_LIST = 64 * 1024 * 1024
LOOKED_AT = 2000
MOST_NAMES = 500


class JsonReader:
    """Objects of a file; their keys are the columns, nested values stay JSON text. Positions: offset and line, or row."""

    def __init__(self, path: Path, shape: Shape) -> None:
        self.path, self.shape = path, shape
        self.kinds: dict[str, str] = {}
        self.size = max(1, path.stat().st_size)
        self.listed = self.load() if first_sign(path) == b"[" else None
        self.names = tuple(self.keys())
        if not self.names:
            raise Invalid([FieldProblem("file", "empty", "the file has no objects / 文件中没有对象")])

    def load(self) -> list[Any]:
        """The list a file holds. Invalid when it is too large or no JSON."""
        if self.size > MOST_LIST:
            raise Invalid(
                [
                    FieldProblem(
                        "file",
                        "too_large",
                        "give large JSON as one object a line / 较大的JSON请改为每行一个对象",
                    )
                ]
            )
        try:
            found = json.loads(
                self.path.read_bytes().decode(self.shape.encoding, "replace").removeprefix("\ufeff")
            )
        except (ValueError, RecursionError) as error:
            raise Invalid(
                [FieldProblem("file", "unreadable", "the file is no JSON / 文件不是有效的JSON")]
            ) from error
        return found if isinstance(found, list) else [found]

    def keys(self) -> list[str]:
        """Keys of the first objects, in order of appearance."""
        found: dict[str, None] = {}
        for _number, value in self.first():
            if isinstance(value, dict):
                found.update(dict.fromkeys(str(key)[:100] for key in value))
        return list(found)[:MOST_NAMES]

    def first(self) -> Iterator[tuple[int, Any]]:
        """The first objects with their numbers."""
        if self.listed is not None:
            yield from enumerate(self.listed[:LOOKED_AT], 1)
            return
        with open(self.path, "rb") as file:
            for block in lines(file, 0, 1):
                for line, text in zip(block, texts(block, self.shape.encoding), strict=True):
                    yield line.number, value_of(text)
                return

    def batches(self, position: dict[str, Any], size: int = BATCH) -> Iterator[Batch]:
        """See ``Reader``."""
        if self.listed is not None:
            for begin in range(position.get("row", 0), len(self.listed), size):
                given = list(enumerate(self.listed[begin : begin + size], begin + 1))
                yield self.batch(given, {"row": begin + len(given)})
            return
        held: list[tuple[int, Any]] = []
        weight = 0
        with open(self.path, "rb") as file:
            for block in lines(file, position.get("offset", 0), position.get("line", 1)):
                for line, text in zip(block, texts(block, self.shape.encoding), strict=True):
                    if text.strip("\ufeff \t"):
                        held.append((line.number, None if line.cut else value_of(text)))
                        weight += len(text)
                    if len(held) >= size or weight >= BATCH_BYTES // 2:  # objects weigh more than their text
                        yield self.batch(held, {"offset": line.end, "line": line.number + 1})
                        held, weight = [], 0
            if held:
                yield self.batch(held, {"offset": self.size, "line": held[-1][0] + 1})

    def batch(self, given: Sequence[tuple[int, Any]], after: dict[str, Any]) -> Batch:
        """Objects as rows; what is no object is no row."""
        rows, numbers, wrong = [], [], []
        for number, value in given:
            if isinstance(value, dict):
                rows.append([shown(value.get(name)) for name in self.names])
                numbers.append(number)
            else:
                wrong.append(Unreadable(number, "object", shown(value)[:500] if value is not None else ""))
        return made(self.names, rows, numbers, after, wrong)

    def share(self, position: dict[str, Any]) -> float:
        """See ``Reader``."""
        if self.listed is not None:
            return position.get("row", 0) / max(1, len(self.listed))
        return min(1.0, position.get("offset", 0) / self.size)


def texts(block: Sequence[Line], encoding: str) -> list[str]:
    """Texts of lines."""
    data = b"".join(line.data + b"\n" for line in block)
    return [text.rstrip("\r") for text in decoded(data, encoding).split("\n")[:-1]]


def value_of(text: str) -> Any:
    """The value of a line; None when it is no JSON."""
    try:
        return json.loads(text.removeprefix("\ufeff"))
    except (ValueError, RecursionError):
        return None


def shown(value: Any) -> str:
    """A value as text."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()
    if isinstance(value, bool):
        return "true" if value else "false"
    return json.dumps(value, ensure_ascii=False).encode("utf-8", "replace").decode()


def first_sign(path: Path) -> bytes:
    """The first byte that is no blank and no mark."""
    with open(path, "rb") as file:
        return file.read(4096).removeprefix(b"\xef\xbb\xbf").lstrip()[:1]
