"""Excel files written by hand, with cells where no office program would put them."""

import io
import zipfile

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
HEAD = '<?xml version="1.0"?>'
TYPES = (
    f'{HEAD}<Types xmlns="{PACKAGE}/content-types"><Default Extension="xml" ContentType="application/xml"/>'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/></Types>'
)


def related(kind: str, target: str) -> str:
    return (
        f'{HEAD}<Relationships xmlns="{PACKAGE}/relationships">'
        f'<Relationship Id="rId1" Type="{OFFICE}/{kind}" Target="{target}"/></Relationships>'
    )


def book(cells: dict[str, str], name: str = "数据") -> bytes:
    """A workbook of one sheet with texts at these places, ``{"A1": "编号"}``, in the order of rows."""
    rows: dict[str, str] = {}
    for place, text in cells.items():
        number = place.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
        cell = f'<c r="{place}" t="inlineStr"><is><t>{text}</t></is></c>'
        rows[number] = rows.get(number, "") + cell
    data = "".join(f'<row r="{number}">{found}</row>' for number, found in rows.items())
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("[Content_Types].xml", TYPES)
        packed.writestr("_rels/.rels", related("officeDocument", "xl/workbook.xml"))
        packed.writestr("xl/_rels/workbook.xml.rels", related("worksheet", "worksheets/sheet1.xml"))
        packed.writestr(
            "xl/workbook.xml",
            f'{HEAD}<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets><sheet name="{name}" sheetId="1" r:id="rId1"/>'
            "</sheets></workbook>",
        )
        packed.writestr(
            "xl/worksheets/sheet1.xml",
            f'{HEAD}<worksheet xmlns="{MAIN}"><sheetData>{data}</sheetData></worksheet>',
        )
    return out.getvalue()
