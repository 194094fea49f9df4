"""Rejected rows as a file people correct: the kind, delimiter and encoding they came in, with an error column at the end.

Cells a spreadsheet would run get an apostrophe in texts, which is taken off when the file comes back.
"""

import csv
import io
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from citybrain.hub.data.collection.domain.drift import ERROR_COLUMN
from citybrain.hub.data.collection.domain.shape import Shape
from citybrain.hub.data.collection.rejects import rejected
from citybrain.hub.data.domain.csv_text import safe_cell
from citybrain.hub.data.domain.workbook import MOST_ROWS, Sheet, workbook_pieces
from citybrain.hub.data.models import CollectionRun

Say = Callable[[str, str], str]
PIECE = 500


@dataclass(frozen=True)
class Returned:
    """A download: pieces of bytes, their content type and suffix."""

    body: Iterator[bytes]
    content_type: str
    suffix: str


def returned(run: CollectionRun, say: Say) -> Returned:
    """The rejected rows of a run; what is neither sheet nor JSON comes as CSV."""
    given = run.shape or run.collection.shape
    shape = Shape(**given) if given else Shape()
    names = names_of(run)
    if shape.kind == "excel" and run.rejected <= MOST_ROWS:
        kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
        page = Sheet("rejected", [*names, ERROR_COLUMN], rows(run, names, say))
        return Returned(workbook_pieces([page]), kind, "xlsx")
    if shape.kind == "json":
        return Returned(objects(run, say), "application/x-ndjson", "ndjson")
    delimiter = shape.delimiter if shape.kind == "csv" else ","
    encoding = "gb18030" if shape.kind == "csv" and shape.encoding in ("gbk", "gb18030") else "utf-8"
    return Returned(
        texts(rows(run, names, say), names, delimiter, encoding), f"text/csv; charset={encoding}", "csv"
    )


def names_of(run: CollectionRun) -> list[str]:
    """The columns of the source, in their order."""
    return [column["name"] for column in run.collection.columns]


def rows(run: CollectionRun, names: list[str], say: Say) -> Iterator[list[str]]:
    """Texts of every rejected row and its errors; a row that could not be cut into columns stands in the first one."""
    for entry in rejected(run):
        values = entry["values"]
        cells = (
            [values.get(name) or "" for name in names]
            if values
            else [entry["text"], *[""] * (len(names) - 1)]
        )
        yield [*cells, told(entry, say)]


def told(entry: dict[str, Any], say: Say) -> str:
    """Row number and reasons in words."""
    return f"{entry['n']}: " + "; ".join(say(column, code) for column, code in entry["why"])


def texts(found: Iterator[list[str]], names: list[str], delimiter: str, encoding: str) -> Iterator[bytes]:
    """CSV in pieces; UTF-8 with its mark, so that spreadsheets show Chinese."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter)
    out.write("\ufeff" if encoding == "utf-8" else "")
    writer.writerow([safe_cell(name) for name in [*names, ERROR_COLUMN]])
    for number, row in enumerate(found, 1):
        writer.writerow([safe_cell(cell) for cell in row])
        if number % PIECE == 0:
            yield out.getvalue().encode(encoding, "replace")
            out.seek(0)
            out.truncate()
    yield out.getvalue().encode(encoding, "replace")


def objects(run: CollectionRun, say: Say) -> Iterator[bytes]:
    """One object a line."""
    for entry in rejected(run):
        values = entry["values"] or {"text": entry["text"]}
        yield (json.dumps({**values, ERROR_COLUMN: told(entry, say)}, ensure_ascii=False) + "\n").encode()
