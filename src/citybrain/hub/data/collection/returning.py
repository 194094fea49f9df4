"""Rejected rows as a file people correct: the kind, delimiter and encoding they came in, with an error column at the end.

Cells a spreadsheet would run get an apostrophe in texts, which is taken off when the file comes back.
"""

import csv
import io
import json
import os
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import IO, Any

import duckdb
import pyarrow as pa

from citybrain.hub.data.collection.connectors.database import quoted
from citybrain.hub.data.collection.domain.drift import ERROR_COLUMN
from citybrain.hub.data.collection.domain.shape import Shape
from citybrain.hub.data.collection.rejects import rejected
from citybrain.hub.data.domain.csv_text import safe_cell
from citybrain.hub.data.lake.engine import extension
from citybrain.hub.data.models import CollectionRun

Say = Callable[[str, str], str]
MOST_SHEET = 1_000_000
PIECE = 500


@dataclass(frozen=True)
class Returned:
    """A download: pieces of bytes or a file, its content type and suffix."""

    body: Iterator[bytes] | IO[bytes]
    content_type: str
    suffix: str


def returned(run: CollectionRun, say: Say) -> Returned:
    """The rejected rows of a run; what is neither sheet nor JSON comes as CSV."""
    given = run.shape or run.collection.shape
    shape = Shape(**given) if given else Shape()
    names = names_of(run)
    if shape.kind == "excel" and run.rejected <= MOST_SHEET:
        kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
        return Returned(sheet(rows(run, names, say), names), kind, "xlsx")
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


def sheet(found: Iterator[list[str]], names: list[str]) -> IO[bytes]:
    """A sheet of texts written by the engine; the file has no name any more when it is handed out."""
    head = [*names, ERROR_COLUMN]
    columns = list(zip(*found, strict=True)) or [()] * len(head)
    table = pa.table(
        [pa.array(column, pa.string()) for column in columns], names=[f"c{n}" for n in range(len(head))]
    )
    chosen = ", ".join(f'c{n} AS "{name.replace(chr(34), chr(34) * 2)}"' for n, name in enumerate(head))
    handle, path = tempfile.mkstemp(suffix=".xlsx")
    os.close(handle)
    engine = duckdb.connect(config={"autoinstall_known_extensions": "false"})
    try:
        engine.execute(f"LOAD '{quoted(extension('excel'))}'")
        engine.register("found", table)
        engine.execute(f"COPY (SELECT {chosen} FROM found) TO '{quoted(path)}' (FORMAT xlsx, HEADER true)")  # noqa: S608
        return open(path, "rb")
    finally:
        engine.close()
        os.unlink(path)
