"""CSV and TSV. Without quotes a block goes to Arrow's parser (several times faster); with quotes each record is parsed
by Python's own, alone, so that one wrong quote spoils one record and not the rest of the file."""

import csv
import io
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv as arrow_csv

from citybrain.hub.data.collection.domain.shape import Shape
from citybrain.hub.data.collection.reading.batch import BATCH, Batch, Unreadable, distinct, made
from citybrain.hub.data.collection.reading.lines import Line, decoded, lines
from citybrain.kernel.errors import FieldProblem, Invalid

MOST_COLUMNS = 500
MOST_JOINED = 100  # lines of one record: beyond that a quote was forgotten
SHOWN = 500
csv.field_size_limit(2 * 1024 * 1024)


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
        text = decoded([line], self.shape.encoding)[0].removeprefix("\ufeff")
        cells = parsed(text, self.shape.delimiter) or [text]
        if len(cells) > MOST_COLUMNS:
            raise Invalid([FieldProblem("file", "columns", "too many columns / 列数过多")])
        if self.shape.header:
            return distinct(cells), {"offset": line.end, "line": line.number + 1}
        return distinct([""] * len(cells)), {"offset": 0, "line": 1}

    def batches(self, position: dict[str, Any], size: int = BATCH) -> Iterator[Batch]:
        """See ``Reader``."""
        at = position or self.begin
        held: list[Line] = []
        with open(self.path, "rb") as file:
            for block in lines(file, at["offset"], at["line"]):
                held += block
                while len(held) >= size + MOST_JOINED:
                    batch, held = self.batch(held[: size + MOST_JOINED], held, size)
                    yield batch
        while held:
            batch, held = self.batch(held, held, size)
            yield batch

    def batch(self, window: list[Line], held: list[Line], size: int) -> tuple[Batch, list[Line]]:
        """The first ``size`` lines (or a few more, to the end of a record) as a batch, and the lines left."""
        texts = decoded(window, self.shape.encoding)
        if window[0].end == len(window[0].data) + 1 or window[0].number == 1:
            texts[0] = texts[0].removeprefix("\ufeff")
        quoted = any('"' in text or "\r" in text for text in texts)
        used = joined_end(texts, size) if quoted else min(size, len(texts))
        last = window[used - 1]
        after = {"offset": last.end, "line": last.number + 1}
        chosen = [
            (line, text)
            for line, text in zip(window[:used], texts[:used], strict=True)
            if line.cut or quoted or text.strip()
        ]
        whole = [(line.number, text) for line, text in chosen if not line.cut]
        unreadable = [Unreadable(line.number, "too_long", text[:SHOWN]) for line, text in chosen if line.cut]
        make = self.slow if quoted else self.fast
        return make(whole, after, unreadable), held[used:]

    def fast(
        self, records: Sequence[tuple[int, str]], after: dict[str, Any], unreadable: list[Unreadable]
    ) -> Batch:
        """Records without quotes, by Arrow."""
        wrong: dict[int, str] = {}

        def refuse(row: arrow_csv.InvalidRow) -> str:
            wrong[row.number - 1] = row.text
            return "skip"

        names = [f"c{i}" for i in range(len(self.names))]
        if not records:
            return made(self.names, [], [], after, unreadable)
        found = arrow_csv.read_csv(
            io.BytesIO("\n".join(text for _n, text in records).encode("utf-8", "replace")),
            read_options=arrow_csv.ReadOptions(column_names=names, use_threads=False, block_size=1 << 30),
            parse_options=arrow_csv.ParseOptions(
                delimiter=self.shape.delimiter, quote_char=False, invalid_row_handler=refuse, ignore_empty_lines=False
            ),
            convert_options=arrow_csv.ConvertOptions(column_types={name: pa.string() for name in names}, strings_can_be_null=False),
        )  # fmt: skip
        numbers = [number for place, (number, _text) in enumerate(records) if place not in wrong]
        if found.num_rows != len(numbers):
            return self.slow(records, after, unreadable)
        unreadable += [
            Unreadable(records[place][0], "columns", text[:SHOWN]) for place, text in wrong.items()
        ]
        return Batch(
            self.names,
            found.combine_chunks(),
            pa.array(numbers, pa.int64()),
            after,
            sorted(unreadable, key=number_of),
        )

    def slow(
        self, records: Sequence[tuple[int, str]], after: dict[str, Any], unreadable: list[Unreadable]
    ) -> Batch:
        """Records with quotes: joined over lines, parsed one by one."""
        rows, numbers = [], []
        for number, text in joined(records):
            if not text.strip():
                continue
            for at, cells in self.cells(number, text):
                if isinstance(cells, Unreadable):
                    unreadable.append(cells)
                else:
                    rows.append(cells)
                    numbers.append(at)
        return made(self.names, rows, numbers, after, sorted(unreadable, key=number_of))

    def cells(self, number: int, text: str) -> Iterator[tuple[int, list[str] | Unreadable]]:
        """One record; when it cannot be parsed although it was joined, its lines one by one."""
        cells = parsed(text, self.shape.delimiter)
        if cells is None and "\n" in text:
            for place, line in enumerate(text.split("\n")):
                if line.strip():
                    yield from self.cells(number + place, line)
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


def number_of(record: Unreadable) -> int:
    """What unreadable records are sorted by."""
    return record.number


def parsed(text: str, delimiter: str) -> list[str] | None:
    """Cells of one record; None when its quotes make no sense."""
    try:
        return next(csv.reader((text,), delimiter=delimiter, strict=True), [])
    except csv.Error:
        return None


def joined(records: Sequence[tuple[int, str]]) -> Iterator[tuple[int, str]]:
    """Lines joined to records: a line with an open quote goes on in the next ones, if they close it soon."""
    place = 0
    while place < len(records):
        end = place + 1
        if records[place][1].count('"') % 2:
            end = closing(records, place)
        yield records[place][0], "\n".join(text for _n, text in records[place:end])
        place = end


def closing(records: Sequence[tuple[int, str]], place: int) -> int:
    """Behind the line that closes the quote opened in ``place``; behind ``place`` itself when none does."""
    for end in range(place + 1, min(len(records), place + MOST_JOINED)):
        if records[end][1].count('"') % 2:
            return end + 1
    return place + 1


def joined_end(texts: Sequence[str], size: int) -> int:
    """How many lines make whole records, at least ``size`` of them where there are so many."""
    records = list(enumerate(texts))
    place = 0
    while place < min(size, len(texts)):
        place = closing(records, place) if texts[place].count('"') % 2 else place + 1
    return place
