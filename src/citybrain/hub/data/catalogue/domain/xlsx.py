"""Writing small XLSX workbooks: several sheets, a frozen head, column widths, drop-down lists.

Written by hand because the engine's own writer makes one bare sheet, and a form for clerks needs notes and drop-downs.
Texts are inline strings (never formulas) and pass ``safe_cell`` besides, so that a copy saved as CSV is harmless too.
"""

import io
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from citybrain.hub.data.domain.csv_text import safe_cell

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
DOCUMENT = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
LIST_ROWS = 5000
LONGEST_LIST = 250  # characters of a drop-down in the file format


@dataclass(frozen=True)
class Sheet:
    """One sheet: name, head, rows; ``lists``: column number → choices; ``required``: columns marked in the head."""

    name: str
    head: Sequence[str]
    rows: Sequence[Sequence[Any]]
    widths: Mapping[int, int] = field(default_factory=dict)
    lists: Mapping[int, Sequence[str]] = field(default_factory=dict)
    required: frozenset[int] = frozenset()


def workbook(sheets: Sequence[Sheet]) -> bytes:
    """The file."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as parts:
        parts.writestr("[Content_Types].xml", content_types(len(sheets)))
        parts.writestr("_rels/.rels", relations([("officeDocument", "xl/workbook.xml")]))
        parts.writestr("xl/workbook.xml", book(sheets))
        named = [("worksheet", f"worksheets/sheet{n}.xml") for n in range(1, len(sheets) + 1)]
        parts.writestr("xl/_rels/workbook.xml.rels", relations([*named, ("styles", "styles.xml")]))
        parts.writestr("xl/styles.xml", STYLES)
        for number, sheet in enumerate(sheets, 1):
            parts.writestr(f"xl/worksheets/sheet{number}.xml", sheet_text(sheet))
    return out.getvalue()


def sheet_text(sheet: Sheet) -> str:
    """The XML of one sheet."""
    columns = "".join(
        f'<col min="{n}" max="{n}" width="{sheet.widths.get(n - 1, 16)}" customWidth="1"/>'
        for n in range(1, len(sheet.head) + 1)
    )
    head = row_text(
        1, [cell(1, n, text, 2 if n in sheet.required else 1) for n, text in enumerate(sheet.head)]
    )
    body = "".join(
        row_text(at, [cell(at, n, value) for n, value in enumerate(row)])
        for at, row in enumerate(sheet.rows, 2)
    )
    return (
        f'{HEAD}<worksheet xmlns="{MAIN}"><sheetViews><sheetView workbookViewId="0">'
        '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews>'
        f"<cols>{columns}</cols><sheetData>{head}{body}</sheetData>{lists_text(sheet.lists)}</worksheet>"
    )


def row_text(number: int, cells: Sequence[str]) -> str:
    """One row."""
    return f'<row r="{number}">{"".join(cells)}</row>'


def cell(row: int, column: int, value: Any, style: int = 0) -> str:
    """One cell: numbers as numbers, everything else as text that no spreadsheet runs."""
    at, marked = f"{letters(column)}{row}", f' s="{style}"' if style else ""
    if value is None or value == "":
        return ""
    if isinstance(value, int | float | Decimal) and not isinstance(value, bool):
        return f'<c r="{at}"{marked}><v>{value}</v></c>'
    text = "".join(sign for sign in safe_cell(value) if sign in "\n\t" or ord(sign) >= 32)
    return f'<c r="{at}" t="inlineStr"{marked}><is><t xml:space="preserve">{escape(text)}</t></is></c>'


def letters(column: int) -> str:
    """A, B … Z, AA …"""
    said = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        said = chr(65 + rest) + said
    return said


def lists_text(lists: Mapping[int, Sequence[str]]) -> str:
    """Drop-downs under the head; too long ones are left out, the reader checks them anyway."""
    fitting = {n: ",".join(choices) for n, choices in lists.items() if len(",".join(choices)) <= LONGEST_LIST}
    if not fitting:
        return ""
    made = "".join(
        f'<dataValidation type="list" allowBlank="1" showErrorMessage="0" sqref={quoteattr(f"{letters(n)}2:{letters(n)}{LIST_ROWS}")}>'
        f"<formula1>{escape(chr(34) + text + chr(34))}</formula1></dataValidation>"
        for n, text in sorted(fitting.items())
    )
    return f'<dataValidations count="{len(fitting)}">{made}</dataValidations>'


def book(sheets: Sequence[Sheet]) -> str:
    """The workbook part."""
    listed = "".join(
        f'<sheet name={quoteattr(sheet.name)} sheetId="{n}" r:id="rId{n}"/>'
        for n, sheet in enumerate(sheets, 1)
    )
    return f'{HEAD}<workbook xmlns="{MAIN}" xmlns:r="{DOCUMENT}"><sheets>{listed}</sheets></workbook>'


def relations(targets: Sequence[tuple[str, str]]) -> str:
    """A part's relations, numbered in order."""
    listed = "".join(
        f'<Relationship Id="rId{n}" Type="{DOCUMENT}/{kind}" Target="{target}"/>'
        for n, (kind, target) in enumerate(targets, 1)
    )
    return f'{HEAD}<Relationships xmlns="{PACKAGE}/relationships">{listed}</Relationships>'


def content_types(sheets: int) -> str:
    """Which part is what."""
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    listed = "".join(
        f'<Override PartName="/xl/worksheets/sheet{n}.xml" ContentType="{kind}.worksheet+xml"/>'
        for n in range(1, sheets + 1)
    )
    return (
        f'{HEAD}<Types xmlns="{PACKAGE}/content-types"><Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" '
        f'ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="{kind}.sheet.main+xml"/>'
        f'<Override PartName="/xl/styles.xml" ContentType="{kind}.styles+xml"/>{listed}</Types>'
    )


# Style 1: bold head on grey; style 2: the same, for a column that has to be filled, on blue.
STYLES = (
    f'{HEAD}<styleSheet xmlns="{MAIN}"><fonts count="2"><font><sz val="11"/><name val="Calibri"/></font><font><b/><sz val="11"/>'
    '<name val="Calibri"/></font></fonts><fills count="4"><fill><patternFill patternType="none"/></fill><fill><patternFill '
    'patternType="gray125"/></fill><fill><patternFill patternType="solid"><fgColor rgb="FFE8EEF2"/></patternFill></fill><fill>'
    '<patternFill patternType="solid"><fgColor rgb="FFCFE3F5"/></patternFill></fill></fills><borders count="1"><border/></borders>'
    '<cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="3"><xf xfId="0"/><xf xfId="0" fontId="1" fillId="2" '
    'applyFont="1" applyFill="1"/><xf xfId="0" fontId="1" fillId="3" applyFont="1" applyFill="1"/></cellXfs></styleSheet>'
)
