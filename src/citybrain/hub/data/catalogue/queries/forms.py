"""The form as a file: empty with notes, filled with what the catalogue has; and a filled one read back."""

import io
import zipfile
from collections.abc import Iterable
from typing import Any

from python_calamine import CalamineError, CalamineWorkbook

from citybrain.hub.data.catalogue.domain.form import (
    ITEM_COLUMNS,
    ITEMS,
    MOST_ITEMS,
    MOST_RESOURCES,
    RESOURCE_COLUMNS,
    RESOURCES,
    Fault,
    notes,
    read_sheet,
    sheet,
)
from citybrain.hub.data.catalogue.queries.described import described
from citybrain.hub.data.collection.reading.probe import refuse_giant_sheets
from citybrain.hub.data.domain.workbook import workbook
from citybrain.hub.data.models import Resource
from citybrain.kernel.errors import FieldProblem, Invalid
from citybrain.kernel.text import Text

LARGEST, LARGEST_OPEN, MOST_PARTS = 8 * 2**20, 96 * 2**20, 400


def form_file(rows: Iterable[Resource]) -> bytes:
    """The workbook: resources, items, notes. Without rows it is the empty template."""
    bodies = [{"key": row.pk, **described(row)} for row in rows]
    items = [
        {"key": body["key"], "name": name, **item} for body in bodies for name, item in body["items"].items()
    ]
    pages = [sheet(RESOURCES, RESOURCE_COLUMNS, bodies), sheet(ITEMS, ITEM_COLUMNS, items), notes()]
    return workbook(pages)


def read_form(content: bytes) -> tuple[list[dict[str, Any]], list[Fault]]:
    """Descriptions in the file and what is wrong with it. Invalid for a file that is no harmless workbook."""
    book = opened(content)
    faults: list[Fault] = []
    resources = read_sheet(RESOURCES, RESOURCE_COLUMNS, cells(book, RESOURCES, faults), faults)
    items = read_sheet(ITEMS, ITEM_COLUMNS, cells(book, ITEMS, faults), faults)
    if len(resources) > MOST_RESOURCES or len(items) > MOST_ITEMS:
        raise Invalid([FieldProblem("file", "too_many", f"最多{MOST_RESOURCES}个资源、{MOST_ITEMS}个信息项 / too many rows")])  # fmt: skip
    return joined(resources, items, faults), faults


def opened(content: bytes) -> CalamineWorkbook:
    """The workbook, after its parts were counted and weighed (no bombs)."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as parts:
            sizes = [part.file_size for part in parts.infolist()]
        if len(content) > LARGEST or len(sizes) > MOST_PARTS or sum(sizes) > LARGEST_OPEN:
            raise Invalid([FieldProblem("file", "too_large", "文件过大 / the file is too large")])
        refuse_giant_sheets(content)
        return CalamineWorkbook.from_filelike(io.BytesIO(content))
    except (zipfile.BadZipFile, CalamineError, ValueError) as error:
        raise Invalid(
            [FieldProblem("file", "not_xlsx", "请上传 .xlsx 文件 / this is not an .xlsx file")]
        ) from error


def cells(book: CalamineWorkbook, name: Text, faults: list[Fault]) -> list[list[Any]]:
    """The cells of a sheet, found by its name in either language."""
    for word in book.sheet_names:
        if word.strip() in (name.zh, name.en):
            try:
                return book.get_sheet_by_name(word).to_python(skip_empty_area=False)
            except CalamineError:
                break
    faults.append(Fault(name.say(), 0, "", f"缺少工作表“{name.zh}”", f"the sheet {name.en} is missing"))
    return []


def joined(resources: list, items: list, faults: list[Fault]) -> list[dict[str, Any]]:
    """Resources with their items; twice the same key or name, and items without a resource, are faults."""
    found: dict[str, dict[str, Any]] = {}
    for number, values in resources:
        key = values.get("key", "")
        if key in found:
            faults.append(Fault(RESOURCES.say(), number, "", f"资源“{key}”重复", f"{key} stands twice"))
        elif key:
            found[key] = {**values, "row": number, "items": {}}
    for number, values in items:
        key, name = values.pop("key", ""), values.pop("name", "")
        if not key or not name:
            continue
        if key not in found:
            faults.append(Fault(ITEMS.say(), number, "", f"“数据资源”表中没有“{key}”", f"no resource {key} in the first sheet"))  # fmt: skip
        elif name in found[key]["items"]:
            faults.append(Fault(ITEMS.say(), number, "", f"信息项“{name}”重复", f"item {name} stands twice"))
        else:
            found[key]["items"][name] = {**values, "row": number}
    return list(found.values())
