"""The catalogue form of departments (目录编制表): its columns, its sheets, reading it back with a word on every fault.

Pure. Two sheets: 数据资源 (one row a resource) and 信息项 (one row an item, tied by the resource's key).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from citybrain.hub.data.catalogue.domain import choices
from citybrain.hub.data.catalogue.domain.checks import ROLES
from citybrain.hub.data.catalogue.domain.description import TITLES
from citybrain.hub.data.data import KEY, NAME
from citybrain.hub.data.domain.csv_text import DANGEROUS
from citybrain.hub.data.domain.workbook import Sheet
from citybrain.kernel.text import Text

RESOURCES, ITEMS, NOTES = (
    Text(zh="数据资源", en="Resources"),
    Text(zh="信息项", en="Items"),
    Text(zh="填报说明", en="Notes"),
)
MOST_RESOURCES, MOST_ITEMS = 2_000, 40_000
MASKS = {
    "name": Text(zh="姓名", en="name"), "id_number": Text(zh="证件号", en="identity number"),
    "phone": Text(zh="电话", en="phone"), "email": Text(zh="邮箱", en="e-mail"), "address": Text(zh="地址", en="address"),
    "account": Text(zh="账号", en="account"), "yes": Text(zh="全部隐藏", en="hidden wholly"),
}  # fmt: skip


@dataclass(frozen=True)
class FormColumn:
    """A column: the field it fills, what it is called, how it is read; ``words`` its choices."""

    field: str
    title: Text
    kind: str = "text"
    words: Mapping[str, Text] | None = None
    required: bool = False
    width: int = 16


def column(field: str, kind: str = "text", *, words=None, required=False, width=16, title=None) -> FormColumn:
    """A column named as its field is."""
    return FormColumn(field, title or TITLES[field], kind, words, required, width)


KEY_TITLE = Text(zh="资源标识", en="Resource key")
RESOURCE_COLUMNS = (
    column("key", required=True, width=24, title=KEY_TITLE),
    column("title.zh", required=True, width=28, title=Text(zh="资源名称", en="Name (Chinese)")),
    column("title.en", width=28, title=Text(zh="资源英文名称", en="Name (English)")),
    column("description.zh", width=40, title=Text(zh="摘要", en="Abstract")),
    column("description.en", width=40, title=Text(zh="英文摘要", en="Abstract (English)")),
    column("owner", required=True, title=Text(zh="提供方代码", en="Provider code")),
    column("classification"), column("code", "ignored"), column("layer", "choice", words=choices.LAYERS),
    column("format", "choice", words=choices.FORMATS), column("cycle", "choice", words=choices.CYCLES),
    column("sharing", "choice", words=choices.SHARING), column("sharing_condition", width=28),
    column("sharing_basis", width=28), column("sharing_ways", "choices", words=choices.WAYS, width=24),
    column("opening", "choice", words=choices.OPENING), column("opening_basis", width=28),
    column("data_class", "choice", words=choices.DATA_CLASSES), column("grade_floor", "choice", words=choices.GRADES),
    column("special_approval"), column("security_owner"), column("retention_months", "number"),
    column("source_system"), column("vertical", "bool", words=choices.YES_NO), column("keywords", "texts", width=24),
    column("related", "texts", width=24), column("key_item"), column("time_item"), column("organisation_item"),
    column("division_item"),
)  # fmt: skip
ITEM_COLUMNS = (
    column("key", required=True, width=24, title=KEY_TITLE),
    column("name", required=True, title=Text(zh="信息项标识", en="Item name")),
    column("title.zh", required=True, width=24, title=Text(zh="信息项名称", en="Item title (Chinese)")),
    column("title.en", width=24, title=Text(zh="信息项英文名称", en="Item title (English)")),
    column("type", "choice", words=choices.TYPES, required=True), column("length", "number"),
    column("is_key", "bool", words=choices.YES_NO), column("required", "bool", words=choices.YES_NO),
    column("code_table"), column("identifier"), column("grade", "choice", words=choices.GRADES),
    column("personal", "choice", words=MASKS), column("sharing", "choice", words=choices.SHARING),
    column("opening", "choice", words=choices.OPENING), column("element", width=22),
    column("is_source", "bool", words=choices.YES_NO), column("description.zh", width=30, title=Text(zh="说明", en="Note")),
    column("description.en", width=30, title=Text(zh="英文说明", en="Note (English)")),
)  # fmt: skip


@dataclass(frozen=True)
class Fault:
    """Something wrong in the file: sheet, row as a spreadsheet counts it, column by its title, in both languages."""

    sheet: str
    row: int
    column: str
    zh: str
    en: str

    def as_dict(self) -> dict[str, Any]:
        """As it is kept."""
        return {"sheet": self.sheet, "row": self.row, "column": self.column, "zh": self.zh, "en": self.en}


def head_of(columns: Sequence[FormColumn]) -> list[str]:
    """Titles; those that must be filled end in a star."""
    return [c.title.say() + ("*" if c.required else "") for c in columns]


def sheet(name: Text, columns: Sequence[FormColumn], rows: Sequence[Mapping[str, Any]]) -> Sheet:
    """A sheet of the form with the values of ``rows`` in words."""
    return Sheet(
        name.say(), head_of(columns), [[written(c, row) for c in columns] for row in rows],
        widths={n: c.width for n, c in enumerate(columns)},
        lists={n: [w.say() for w in c.words.values()] for n, c in enumerate(columns) if c.words and c.kind != "choices"},
        required=frozenset(n for n, c in enumerate(columns) if c.required),
    )  # fmt: skip


def written(col: FormColumn, row: Mapping[str, Any]) -> Any:
    """One value as the form shows it."""
    words = col.words or {}
    field, _, language = col.field.partition(".")
    value = (row.get(field) or {}).get(language, "") if language else row.get(field)
    if value is None or value == "":
        return ""
    if col.kind == "bool":
        return choices.YES_NO["yes"].say() if value else ""
    if col.kind == "choices":
        return "、".join(words[word].say() for word in value if word in words)
    if col.kind == "texts":
        return "、".join(value)
    return col.words[value].say() if col.words and value in col.words else value


def notes() -> Sheet:
    """What each column means and may hold."""
    rows = []
    for name, columns in ((RESOURCES, RESOURCE_COLUMNS), (ITEMS, ITEM_COLUMNS)):
        for col in columns:
            allowed = (
                " / ".join(word.say() for word in col.words.values())
                if col.words
                else HINTS.get(col.field, Text(zh="", en="")).say()
            )
            must = choices.YES_NO["yes" if col.required else "no"].say()
            rows.append([name.say(), col.title.say(), must, allowed])
    head = [
        Text(zh=zh, en=en).say()
        for zh, en in (
            ("工作表", "Sheet"),
            ("列", "Column"),
            ("必填", "Required"),
            ("可填内容", "What may stand there"),
        )
    ]
    return Sheet(NOTES.say(), head, rows, widths={0: 12, 1: 24, 2: 8, 3: 80})


HINTS = {
    "key": Text(zh="命名空间.名称,小写字母、数字、下划线,如 gaj.person;命名空间为本单位代号", en="namespace.noun in lower case, e.g. gaj.person; the namespace is the unit's word"),
    "name": Text(zh="小写字母开头,只含小写字母、数字、下划线,如 id_number", en="lower-case letters, digits and _, e.g. id_number"),
    "owner": Text(zh="机构代码,如 350900-gaj", en="code of the unit, e.g. 350900-gaj"),
    "classification": Text(zh="资源分类代码:类1位、项3位、目6位", en="class code of 1, 3, 6 or more digits"),
    "code": Text(zh="由系统生成,导入时忽略", en="made by the system, ignored on import"),
    "sharing_ways": Text(zh="接口、库表交换、文件、核验、批量查询、在线浏览,用顿号分隔", en="interface, table exchange, file, verification, batch query, online view; separated by commas"),
    "sharing_basis": Text(zh="不予共享须写法律、行政法规或国务院决定", en="not sharing needs a law, an administrative regulation or a State Council decision"),
    "element": Text(zh="基础库数据元,如 population.name", en="element of a register, e.g. population.name"),
    "keywords": Text(zh="群众和干部的常用叫法,用顿号分隔", en="everyday words, separated by commas"),
    "retention_months": Text(zh="整数", en="a whole number"), "length": Text(zh="整数", en="a whole number"),
}  # fmt: skip


def read_sheet(
    name: Text, columns: Sequence[FormColumn], cells: Sequence[Sequence[Any]], faults: list[Fault]
) -> list[tuple[int, dict[str, Any]]]:
    """(row number, field → value) of every filled row; what cannot be read becomes a fault."""
    if not cells:
        faults.append(Fault(name.say(), 1, "", "工作表是空的", "the sheet is empty"))
        return []
    places = head_places(name, columns, cells[0], faults)
    found = []
    for number, row in enumerate(cells[1:], 2):
        texts = [plain(cell) for cell in row]
        if any(texts):
            found.append((number, read_row(name, places, texts, number, faults)))
    return found


def head_places(
    name: Text, columns: Sequence[FormColumn], head: Sequence[Any], faults: list[Fault]
) -> list[tuple[int, FormColumn]]:
    """Where each column stands, by its title in either language; a missing required one is a fault."""
    titles = {plain(cell).rstrip("*＊ ").lower(): at for at, cell in reversed(list(enumerate(head)))}
    places = []
    for col in columns:
        at = titles.get(col.title.zh.lower(), titles.get(col.title.en.lower()))
        if at is not None:
            places.append((at, col))
        elif col.required:
            faults.append(
                Fault(
                    name.say(),
                    1,
                    col.title.say(),
                    f"缺少列“{col.title.zh}”",
                    f"the column {col.title.en} is missing",
                )
            )
    return places


def read_row(
    name: Text,
    places: Sequence[tuple[int, FormColumn]],
    texts: Sequence[str],
    number: int,
    faults: list[Fault],
) -> dict[str, Any]:
    """One row's values."""
    values: dict[str, Any] = {}
    for at, col in places:
        text = texts[at] if at < len(texts) else ""
        said, wrong = READERS[col.kind](col, text)
        if col.required and not text:
            wrong = ("未填写", "is empty")
        if wrong:
            faults.append(Fault(name.say(), number, col.title.say(), *wrong))
            continue
        field, _, language = col.field.partition(".")
        if language:
            values.setdefault(field, {"zh": "", "en": ""})[language] = said
        elif col.kind != "ignored":
            values[field] = said
    return values


Read = tuple[Any, tuple[str, str] | None]


def read_text(col: FormColumn, text: str) -> Read:
    """A text, bounded; a key and a name follow their rules."""
    if col.field == "key" and text and not KEY.match(text):
        return text, (f"“{text}”不是“命名空间.名称”", f"{text!r} is not namespace.noun")
    if col.field in ("name", *ROLES) and text and not NAME.match(text):
        return text, (
            f"“{text}”只能含小写字母、数字和下划线",
            f"{text!r}: lower-case letters, digits and _ only",
        )
    if len(text) > LONGEST.get(col.field, 400):
        return text, (
            f"超过{LONGEST.get(col.field, 400)}个字符",
            f"longer than {LONGEST.get(col.field, 400)} characters",
        )
    return text, None


LONGEST = {
    "description.zh": 2000, "description.en": 4000, "title.zh": 200, "title.en": 200, "owner": 80, "classification": 20, "sharing_basis": 200,
    "opening_basis": 200, "special_approval": 200, "security_owner": 120, "source_system": 80, "key_item": 60,
    "time_item": 60, "organisation_item": 60, "division_item": 60, "code_table": 60, "identifier": 30, "element": 80,
}  # fmt: skip


def read_choice(col: FormColumn, text: str) -> Read:
    """One of the column's words."""
    if not text:
        return "", None
    key = choices.key_of(col.words or {}, text)
    listed = [word for word in (col.words or {}).values()]
    if key is None:
        return "", (
            f"“{text[:40]}”不在可选范围:{'、'.join(w.zh for w in listed)}",
            f"{text[:40]!r} is none of: {', '.join(w.en for w in listed)}",
        )
    return key, None


def read_choices(col: FormColumn, text: str) -> Read:
    """Several of the column's words."""
    keys = []
    for part in split(text):
        key, wrong = read_choice(col, part)
        if wrong:
            return [], wrong
        keys.append(key)
    return keys, None


def read_number(_col: FormColumn, text: str) -> Read:
    """A whole number, or nothing."""
    if not text:
        return None, None
    if text.removesuffix(".0").isdigit() and len(text) <= 9:
        return int(text.removesuffix(".0")), None
    return None, (f"“{text[:40]}”不是整数", f"{text[:40]!r} is not a whole number")


def read_bool(_col: FormColumn, text: str) -> Read:
    """Yes or no; nothing is no."""
    if text.lower() in ("", "否", "no", "n", "0", "false", "×"):
        return False, None
    if text.lower() in ("是", "yes", "y", "1", "true", "√"):
        return True, None
    return False, (f"“{text[:40]}”应填“是”或“否”", f"{text[:40]!r}: yes or no")


READERS: dict[str, Callable[[FormColumn, str], Read]] = {
    "text": read_text, "choice": read_choice, "choices": read_choices, "number": read_number, "bool": read_bool,
    "texts": lambda _col, text: (split(text)[:30], None), "ignored": lambda _col, _text: (None, None),
}  # fmt: skip


def split(text: str) -> list[str]:
    """Parts between 、 , ; or line breaks."""
    for sign in "，,;；\n":
        text = text.replace(sign, "、")
    return [part.strip() for part in text.split("、") if part.strip()]


def plain(cell: Any) -> str:
    """A cell as text; a whole number without its point; the apostrophe our own files put before a dangerous text goes."""
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    text = str(cell).replace("\0", "").strip()
    return text[1:] if text.startswith("'") and text[1:].lstrip().startswith(DANGEROUS) else text
