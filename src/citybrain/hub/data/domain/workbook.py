"""Excel workbooks for people: texts stay texts (no formula, no link), heads are frozen, memory stays bounded.

Numbers are numbers, dates are written as people of the office read them (ISO), whatever a spreadsheet would run when the
copy is saved as CSV gets an apostrophe (``safe_cell``).
"""

import re
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import IO, Any

import xlsxwriter

from citybrain.hub.data.domain.csv_text import safe_cell

MOST_ROWS = 1_048_575  # under the head
MOST_TEXT = 32_767
EXACT = 10**15  # beyond it a spreadsheet rounds: such numbers are written as texts
LIST_ROWS = 5000
LONGEST_LIST = 250  # characters of a drop-down in the file format
UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
PLAIN = {
    "constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False,
}  # fmt: skip


@dataclass(frozen=True)
class Sheet:
    """One sheet: name, head, rows; ``lists``: column number → choices; ``required``: columns marked in the head."""

    name: str
    head: Sequence[str]
    rows: Iterable[Sequence[Any]]
    widths: Mapping[int, int] = field(default_factory=dict)
    lists: Mapping[int, Sequence[str]] = field(default_factory=dict)
    required: frozenset[int] = frozenset()


def workbook(sheets: Sequence[Sheet]) -> bytes:
    """A small file whole. Rows beyond what a sheet holds are left out."""
    with tempfile.TemporaryFile() as out:
        write_book(out, sheets)
        return out.read()


def workbook_pieces(sheets: Sequence[Sheet], size: int = 65_536) -> Iterator[bytes]:
    """A file of any size in pieces."""
    with tempfile.TemporaryFile() as out:
        write_book(out, sheets)
        while piece := out.read(size):
            yield piece


def write_book(out: IO[bytes], sheets: Sequence[Sheet]) -> None:
    """The workbook into an open file, which then stands at its beginning."""
    book = xlsxwriter.Workbook(out, PLAIN)
    marks = {
        required: book.add_format({"bold": True, "bg_color": colour})
        for required, colour in ((False, "#E8EEF2"), (True, "#CFE3F5"))
    }
    for sheet in sheets:
        write_sheet(book.add_worksheet(sheet.name), sheet, marks)
    book.close()
    out.seek(0)


def write_sheet(page: Any, sheet: Sheet, marks: Mapping[bool, Any]) -> None:
    """Head, rows, drop-downs."""
    page.freeze_panes(1, 0)
    for column, title in enumerate(sheet.head):
        page.set_column(column, column, sheet.widths.get(column, 16))
        page.write_string(0, column, text(title), marks[column in sheet.required])
    for column, choices in sheet.lists.items():
        if (
            len(",".join(choices)) <= LONGEST_LIST
        ):  # a longer one does not fit the format; the reader checks anyway
            page.data_validation(
                1,
                column,
                LIST_ROWS,
                column,
                {"validate": "list", "source": list(choices), "show_error": False},
            )
    for at, row in enumerate(sheet.rows, 1):
        if at > MOST_ROWS:
            break
        for column, value in enumerate(row):
            write_cell(page, at, column, value)


def write_cell(page: Any, row: int, column: int, value: Any) -> None:
    """One cell; nothing for nothing."""
    if value is None or value == "":
        return
    if isinstance(value, bool):
        page.write_boolean(row, column, value)
    elif isinstance(value, int | float | Decimal) and abs(float(value)) < EXACT:
        page.write_number(row, column, value)
    else:
        page.write_string(row, column, text(value))


def text(value: Any) -> str:
    """A value as a text that XML can carry and no spreadsheet runs."""
    said = value.isoformat() if isinstance(value, date | datetime) else str(value)
    return UNPRINTABLE.sub("", safe_cell(said))[:MOST_TEXT]
