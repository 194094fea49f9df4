"""A plain workbook of one sheet, written as a stream: texts are texts and never formulas."""

from __future__ import annotations

import re
import tempfile
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from typing import IO, Any
from xml.sax.saxutils import escape

import pyarrow as pa

MOST_ROWS = 1_048_575
MOST_TEXT = 32_767
UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
SHEETS = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
PARTS = {
    "[Content_Types].xml": f'{HEAD}<Types xmlns="{PACKAGE}/content-types"><Default Extension="rels" '
    'ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Override PartName="/xl/workbook.xml" '
    'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/><Override '
    'PartName="/xl/worksheets/sheet1.xml" '
    'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>',
    "_rels/.rels": f'{HEAD}<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="r1" '
    f'Type="{OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
    "xl/workbook.xml": f'{HEAD}<workbook xmlns="{SHEETS}" xmlns:r="{OFFICE}"><sheets><sheet name="data" sheetId="1" '
    'r:id="r1"/></sheets></workbook>',
    "xl/_rels/workbook.xml.rels": f'{HEAD}<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="r1" '
    f'Type="{OFFICE}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
}


def workbook(batches: Iterable[pa.RecordBatch], names: Sequence[str]) -> Iterator[bytes]:
    """The file in pieces; made in a temporary file first, because a ZIP ends with its table of contents."""
    with tempfile.TemporaryFile() as out:
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
            for name, text in PARTS.items():
                packed.writestr(name, text)
            with packed.open("xl/worksheets/sheet1.xml", "w") as sheet:
                write_sheet(sheet, batches, names)
        out.seek(0)
        while piece := out.read(65_536):
            yield piece


def write_sheet(sheet: IO[bytes], batches: Iterable[pa.RecordBatch], names: Sequence[str]) -> None:
    """Head and rows, at most as many as a sheet holds."""
    sheet.write(f'{HEAD}<worksheet xmlns="{SHEETS}"><sheetData>'.encode())
    sheet.write(row(names).encode())
    left = MOST_ROWS
    for batch in batches:
        for values in zip(*(column.to_pylist() for column in batch.slice(0, left).columns), strict=True):
            sheet.write(row(values).encode())
        left -= min(left, batch.num_rows)
    sheet.write(b"</sheetData></worksheet>")


def row(values: Iterable[Any]) -> str:
    """One row."""
    return f"<row>{''.join(cell(v) for v in values)}</row>"


def cell(value: Any) -> str:
    """Numbers as numbers, everything else as an inline text: no cell has a formula."""
    if value is None:
        return "<c/>"
    if isinstance(value, bool):
        return f'<c t="b"><v>{int(value)}</v></c>'
    if isinstance(value, int | float):
        return f"<c><v>{value}</v></c>" if abs(value) < 1e15 else text_cell(str(value))
    if isinstance(value, date | datetime):
        return text_cell(value.isoformat())
    return text_cell(str(value))


def text_cell(text: str) -> str:
    """A text as XML can carry it."""
    clean = escape(UNPRINTABLE.sub("", text)[:MOST_TEXT])
    return f'<c t="inlineStr"><is><t xml:space="preserve">{clean}</t></is></c>'
