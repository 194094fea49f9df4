"""Excel and OpenDocument sheets by python-calamine: Rust, reads xlsx, xls, xlsb and ods without running macros or
formulas and without external entities; openpyxl needs five to ten times the time and more memory.

A sheet is held in memory, so what a compressed file may grow to is measured before it is opened (zip bombs), and what
the grid of its cells takes is tried in another process first (``probe``).
"""

import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

from python_calamine import CalamineError, CalamineWorkbook

from citybrain.hub.data.collection.domain.shape import Shape
from citybrain.hub.data.collection.reading.batch import BATCH, Batch, distinct, made
from citybrain.hub.data.collection.reading.probe import refuse_giant_sheets
from citybrain.kernel.errors import FieldProblem, Invalid

MOST_UNPACKED = 256 * 1024 * 1024
MOST_PARTS = 2000
MOST_RATIO = 200
ANY_RATIO_BELOW = 8 * 1024 * 1024
MOST_FILE = 128 * 1024 * 1024


class ExcelReader:
    """Rows of one sheet. Positions: ``{"row": number of the next row}``."""

    def __init__(self, path: Path, shape: Shape) -> None:
        refuse_bombs(path)
        refuse_giant_sheets(path.read_bytes(), shape.sheet)
        self.shape = shape
        self.kinds: dict[str, str] = {}
        try:
            book = CalamineWorkbook.from_path(str(path))
            self.sheets = list(book.sheet_names)
            name = shape.sheet if shape.sheet in self.sheets else self.sheets[0]
            self.rows = book.get_sheet_by_name(name).to_python(skip_empty_area=False)
        except (CalamineError, IndexError, OSError) as error:
            raise wrong(
                "unreadable",
                "this is no sheet that can be read (perhaps it has a password) / 无法读取该表格(可能设有密码)",
            ) from error
        head = max(1, shape.header)
        if len(self.rows) < head:
            raise wrong("empty", "the sheet has no rows / 工作表没有数据行")
        cells = [text(value) for value in self.rows[head - 1]]
        while cells and not cells[-1].strip() and shape.header:
            cells.pop()
        self.names = distinct(cells if shape.header else [""] * len(cells))
        if not self.names:
            raise wrong("empty", "the header row is empty / 表头行为空")

    def batches(self, position: dict[str, Any], size: int = BATCH) -> Iterator[Batch]:
        """See ``Reader``."""
        begin = position.get("row", self.shape.header + 1)
        while begin <= len(self.rows):
            end = min(begin + size, len(self.rows) + 1)
            given = [(n, self.cells(n)) for n in range(begin, end)]
            kept = [(n, cells) for n, cells in given if any(cell.strip() for cell in cells)]
            yield made(self.names, [cells for _n, cells in kept], [n for n, _c in kept], {"row": end}, [])
            begin = end

    def cells(self, number: int) -> list[str]:
        """The texts of one row, as many as there are columns."""
        found = [text(value) for value in self.rows[number - 1][: len(self.names)]]
        return found + [""] * (len(self.names) - len(found))

    def share(self, position: dict[str, Any]) -> float:
        """See ``Reader``."""
        return min(1.0, position.get("row", 0) / max(1, len(self.rows)))


def text(value: Any) -> str:
    """A cell as the clerk reads it."""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d") if value.time() == time(0) else value.isoformat(" ")
    return value.isoformat() if isinstance(value, date | time) else str(value)


def refuse_bombs(path: Path) -> None:
    """Invalid when the parts of a compressed file would grow beyond what a sheet can be."""
    if path.stat().st_size > MOST_FILE:
        raise wrong(
            "too_large", "the file is too large for a sheet, give it as CSV / 表格文件过大,请另存为CSV"
        )
    if not zipfile.is_zipfile(path):
        return
    try:
        with zipfile.ZipFile(path) as packed:
            parts = packed.infolist()
    except (zipfile.BadZipFile, OSError, ValueError) as error:
        raise wrong("unreadable", "the file is damaged / 文件已损坏") from error
    grown, size = sum(part.file_size for part in parts), max(1, path.stat().st_size)
    if (
        len(parts) > MOST_PARTS
        or grown > MOST_UNPACKED
        or (grown > ANY_RATIO_BELOW and grown / size > MOST_RATIO)
    ):
        raise wrong("bomb", "the file would grow beyond measure when unpacked / 文件解压后过大,已拒绝")


def wrong(code: str, message: str) -> Invalid:
    """A problem of the file."""
    return Invalid([FieldProblem("file", code, message)])
