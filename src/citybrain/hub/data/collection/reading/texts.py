"""CSV and TSV. Lines whose quotes are in order go to Arrow's parser in one piece; all others, and what Arrow refuses, are
parsed by Python's own, record by record, so that one wrong quote spoils one record and not the rest of the file."""

import csv
import io
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as arrow_csv

from citybrain.hub.data.collection.domain.shape import Shape
from citybrain.hub.data.collection.reading.batch import BATCH, BATCH_BYTES, Batch, Unreadable, distinct, made
from citybrain.hub.data.collection.reading.lines import END, Block, Line, blocks, decoded, lines, together
from citybrain.kernel.errors import FieldProblem, Invalid

MOST_COLUMNS = 500
MOST_JOINED = 100  # lines of one record: beyond that a quote was forgotten
SHOWN = 500
PIECE = 1000  # records that Python parses at once
QUOTE, MARK = ord('"'), "\ufeff".encode()
csv.field_size_limit(2 * 1024 * 1024)
Record = tuple[int, list[bytes]]  # number of its first line, its lines in UTF-8
Span = tuple[int, int]


@dataclass
class Found:
    """What the records of a batch came to: parts of rows with their numbers, and what is no row."""

    parts: list[tuple[pa.Table, np.ndarray]] = field(default_factory=list)
    unreadable: list[Unreadable] = field(default_factory=list)

    def batch(self, names: tuple[str, ...], after: dict[str, Any]) -> Batch:
        """All of it in the order of the file."""
        unreadable = sorted(self.unreadable, key=lambda record: record.number)
        parts = [(rows, numbers) for rows, numbers in self.parts if rows.num_rows]
        if not parts:
            return made(names, [], [], after, unreadable)
        rows, numbers = pa.concat_tables([p[0] for p in parts]), np.concatenate([p[1] for p in parts])
        if len(parts) > 1:
            order = np.argsort(numbers, kind="stable")
            rows, numbers = rows.take(pa.array(order)), numbers[order]
        return Batch(names, rows.combine_chunks(), pa.array(numbers, pa.int64()), after, unreadable)


class CsvReader:
    """Records of a delimited text file. Positions: ``{"offset": bytes, "line": number of the next line}``."""

    def __init__(self, path: Path, shape: Shape) -> None:
        self.path, self.shape = path, shape
        self.kinds: dict[str, str] = {}
        self.size = max(1, path.stat().st_size)
        self.names, self.begin = self.head()

    def head(self) -> tuple[tuple[str, ...], dict[str, int]]:
        """Column names and where the rows begin. Invalid without any line."""
        wanted = max(1, self.shape.header)
        with open(self.path, "rb") as file:
            for block in lines(file, 0, 1):
                for line in block:
                    if line.number >= wanted and line.data.strip():
                        return self.named(line)
        raise Invalid([FieldProblem("file", "empty", "the file has no rows / 文件没有数据行")])

    def named(self, line: Line) -> tuple[tuple[str, ...], dict[str, int]]:
        text = decoded(line.data, self.shape.encoding).rstrip("\r").removeprefix("\ufeff")
        cells = parsed(text, self.shape.delimiter) or [text]
        if len(cells) > MOST_COLUMNS:
            raise Invalid([FieldProblem("file", "columns", "too many columns / 列数过多")])
        if self.shape.header:
            return distinct(cells), {"offset": line.end, "line": line.number + 1}
        return distinct([""] * len(cells)), {"offset": 0, "line": 1}

    def batches(self, position: dict[str, Any], size: int = BATCH) -> Iterator[Batch]:
        """See ``Reader``."""
        at = position or self.begin
        held: list[Block] = []
        with open(self.path, "rb") as file:
            for block in blocks(file, at["offset"], at["line"]):
                held.append(block)
                while held and enough(held, size):
                    batch, held = self.batch(together(held), size)
                    yield batch
        while held:
            batch, held = self.batch(together(held), size)
            yield batch

    def batch(self, window: Block, size: int) -> tuple[Batch, list[Block]]:
        """The first ``size`` lines (or fewer when they are long, or a few more to the end of a record), and the lines left."""
        stops = window.stops()
        count, spans = min(size, lines_within(stops)), joined(window, stops)
        for begin, end in spans:
            count = end if begin < count < end else count
        first, rest = window.split(count, int(stops[count - 1]))
        after = {"offset": int(first.ends[-1]), "line": first.number + count}
        found = self.read(first, [span for span in spans if span[1] <= count])
        return found.batch(self.names, after), [rest] if len(rest) else []

    def read(self, block: Block, spans: Sequence[Span]) -> Found:
        """The records of a block; ``spans`` are the lines that make one record together."""
        data, found = in_utf8(block, self.shape.encoding), Found()
        inside = {n for begin, end in spans for n in range(begin, end)}
        odd = inside | block.cut | uneven(data, self.shape.delimiter)
        if not odd and b"\r" not in data and self.shape.delimiter.isascii():
            self.plain(data, np.arange(block.number, block.number + len(block)), found)
            return found
        pieces = data.split(b"\n")[:-1]
        if self.shape.delimiter.isascii():  # Arrow knows delimiters of one byte
            odd |= {n for n, piece in enumerate(pieces) if b"\r" in piece}
        else:
            odd = set(range(len(pieces)))
        rest = [n for n in range(len(pieces)) if n not in odd]
        if rest:
            text = b"\n".join([pieces[n] for n in rest]) + b"\n"
            self.plain(text, np.array(rest, np.int64) + block.number, found)
        found.unreadable += [
            Unreadable(block.number + n, "too_long", pieces[n].decode("utf-8", "replace")[:SHOWN])
            for n in sorted(block.cut)
        ]
        single = odd - block.cut - inside
        places = sorted([*spans, *((n, n + 1) for n in single)])
        self.quoted([(block.number + begin, pieces[begin:end]) for begin, end in places], found)
        return found

    def plain(self, data: bytes, numbers: np.ndarray, found: Found) -> None:
        """Lines whose quotes are in order, by Arrow; those with another number of columns than the head go the other way."""
        wrong: dict[int, str] = {}

        def refuse(row: arrow_csv.InvalidRow) -> str:
            wrong[row.number - 1] = row.text
            return "skip"

        names = [f"c{i}" for i in range(len(self.names))]
        rows = arrow_csv.read_csv(
            io.BytesIO(data),
            read_options=arrow_csv.ReadOptions(column_names=names, use_threads=False, block_size=1 << 30),
            parse_options=arrow_csv.ParseOptions(
                delimiter=self.shape.delimiter, quote_char='"' if b'"' in data else False, invalid_row_handler=refuse, ignore_empty_lines=False
            ),
            convert_options=arrow_csv.ConvertOptions(column_types={name: pa.string() for name in names}, strings_can_be_null=False),
        )  # fmt: skip
        kept = np.delete(numbers, sorted(wrong)) if wrong else numbers
        if rows.num_rows != len(kept):  # the parser counted otherwise: nothing is taken on trust
            every = data.split(b"\n")[:-1]
            self.quoted([(n, [line]) for n, line in zip(numbers.tolist(), every, strict=True)], found)
            return
        if (len(names) == 1 or self.shape.delimiter.isspace()) and (blank := blank_rows(rows, data, wrong)):
            taken = np.delete(np.arange(len(kept)), blank)
            rows, kept = rows.take(pa.array(taken)), kept[taken]
        found.parts.append((rows, kept))
        again = [(int(numbers[place]), [text.encode()]) for place, text in wrong.items() if text.strip()]
        self.quoted(again, found)

    def quoted(self, records: Sequence[Record], found: Found) -> None:
        """Records by Python's parser, many at once; one by one where that does not come to one row a record."""
        rows: list[list[str]] = []
        numbers: list[int] = []
        for begin in range(0, len(records), PIECE):
            given = [(n, texts(piece), piece) for n, piece in records[begin : begin + PIECE]]
            given = [entry for entry in given if entry[1].strip()]
            cells = rows_of([text for _n, text, _piece in given], self.shape.delimiter, len(self.names))
            if cells is not None:
                rows += cells
                numbers += [n for n, _text, _piece in given]
                continue
            for number, text, piece in given:
                for at, one in self.cells(number, text, piece):
                    if isinstance(one, Unreadable):
                        found.unreadable.append(one)
                    else:
                        rows.append(one)
                        numbers.append(at)
        if rows:
            table = made(self.names, rows, numbers, {}, []).rows
            found.parts.append((table, np.array(numbers, np.int64)))

    def cells(
        self, number: int, text: str, piece: Sequence[bytes]
    ) -> Iterator[tuple[int, list[str] | Unreadable]]:
        """One record; when it cannot be parsed although it was joined, its lines one by one."""
        cells = parsed(text, self.shape.delimiter)
        if cells is None and len(piece) > 1:
            for place, line in enumerate(piece):
                if line.strip():
                    yield from self.cells(number + place, texts([line]), [line])
            return
        while cells and len(cells) > len(self.names) and not cells[-1].strip():
            cells.pop()
        if cells is None:
            yield number, Unreadable(number, "quotes", text[:SHOWN])
        elif len(cells) != len(self.names):
            yield number, Unreadable(number, "columns", text[:SHOWN])
        else:
            yield number, cells

    def share(self, position: dict[str, Any]) -> float:
        """See ``Reader``."""
        return min(1.0, position.get("offset", 0) / self.size)


def uneven(data: bytes, delimiter: str) -> set[int]:
    """Lines whose quotes are not in order: one that opens does not stand at the beginning of a cell, one that closes not at
    its end, or one is missing. Two in a row inside of a cell stand for one."""
    signs = np.frombuffer(data, np.uint8)
    quotes = np.flatnonzero(signs == QUOTE)
    if not len(quotes):
        return set()
    line = np.searchsorted(np.flatnonzero(signs == END), quotes)
    first = np.searchsorted(line, line)
    opens = (np.arange(len(quotes)) - first) % 2 == 0
    near = np.where(
        opens, signs[quotes - 1], signs[quotes + 1]
    )  # before the first sign stands the last, a line end
    edges = [QUOTE, END, *delimiter.encode()[:1]]
    fine = np.isin(near, edges)
    last = np.append(line[1:] != line[:-1], True)
    return set(line[~fine | (last & opens)].tolist())


def enough(held: Sequence[Block], size: int) -> bool:
    """Whether a batch can be cut from what is held, wherever a record of many lines may end."""
    if sum(map(len, held)) >= size + MOST_JOINED:
        return True
    if sum(len(block.data) for block in held) < BATCH_BYTES:
        return False
    stops = together(held).stops()
    return len(stops) >= lines_within(stops) + MOST_JOINED


def lines_within(stops: np.ndarray) -> int:
    """How many lines one batch may hold in bytes; at least one."""
    return max(1, int(np.searchsorted(stops, BATCH_BYTES, "right")))


def joined(window: Block, stops: np.ndarray) -> list[Span]:
    """Lines that make one record: a line with an open quote goes on in the next ones, if they close it soon."""
    quotes = np.flatnonzero(np.frombuffer(window.data, np.uint8) == QUOTE)
    counts = np.bincount(np.searchsorted(stops, quotes, "right"), minlength=len(stops))
    counts[sorted(window.cut)] = 0
    odd = np.flatnonzero(counts & 1).tolist()
    spans, place = [], 0
    while place < len(odd) - 1:
        begin, end = odd[place], odd[place + 1]
        whole = end - begin < MOST_JOINED and not any(begin < n < end for n in window.cut)
        if whole:
            spans.append((begin, end + 1))
        place += 2 if whole else 1
    return spans


def in_utf8(block: Block, encoding: str) -> bytes:
    """The lines in UTF-8 with plain line ends, as many as there were; what is no text is marked by U+FFFD."""
    data = block.data
    if encoding != "utf-8" or not is_utf8(data):
        data = decoded(data, encoding).encode("utf-8", "replace")
    if block.number == 1:
        data = data.removeprefix(MARK)
    return data.replace(b"\r\n", b"\n") if b"\r" in data else data


def is_utf8(data: bytes) -> bool:
    """Whether all of it is UTF-8."""
    try:
        return data.isascii() or bool(data.decode())
    except UnicodeDecodeError:
        return False


def texts(piece: Sequence[bytes]) -> str:
    """The text of a record; bytes that are no text any more (a line that was cut) are marked."""
    return "\n".join(line.decode("utf-8", "replace").rstrip("\r") for line in piece)


def blank_rows(rows: pa.Table, data: bytes, wrong: Collection[int]) -> list[int]:
    """Rows made from lines in which nothing stands: they are no records. Where blanks may stand for cells the parser takes
    them for some; cells that are empty in quotes are a record."""
    empty = np.ones(rows.num_rows, bool)
    for column in rows.columns:
        empty &= pc.equal(pc.utf8_trim_whitespace(column), "").to_numpy()
    if not empty.any():
        return []
    lines = np.delete(np.array(data.split(b"\n")[:-1], object), sorted(wrong))
    return [n for n in np.flatnonzero(empty).tolist() if not lines[n].decode().strip()]


def rows_of(records: Sequence[str], delimiter: str, width: int) -> list[list[str]] | None:
    """Cells of all records; None when one of them is not exactly one row of so many columns."""
    try:
        rows = list(csv.reader(records, delimiter=delimiter, strict=True))
    except csv.Error:
        return None
    return rows if len(rows) == len(records) and all(len(row) == width for row in rows) else None


def parsed(text: str, delimiter: str) -> list[str] | None:
    """Cells of one record; None when its quotes make no sense."""
    try:
        return next(csv.reader((text,), delimiter=delimiter, strict=True), [])
    except csv.Error:
        return None
