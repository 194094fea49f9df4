"""What the first rows suggest: the type of a column, what it holds, which item it belongs to. A person confirms."""

import re
from collections.abc import Iterable, Mapping, Sequence
from difflib import SequenceMatcher

from pypinyin import lazy_pinyin

from citybrain.hub.data.collection.domain.checks import NO, YES

WHOLE = re.compile(r"[+-]?\d{1,18}")
EXACT = re.compile(r"[+-]?\d{1,12}\.\d{1,6}")
DAY = re.compile(r"\d{4}([-/.]\d{1,2}[-/.]\d{1,2}|年\d{1,2}月\d{1,2}日)")
TIME = re.compile(DAY.pattern + r"[T ]\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?([+-]\d{2}(:?\d{2})?|Z)?")
CITIZEN = re.compile(r"[1-9]\d{16}[\dXx]")
USCC = re.compile(r"[0-9A-HJ-NPQRTUWXY]{2}\d{6}[0-9A-HJ-NPQRTUWXY]{10}")
PHONE = re.compile(r"1[3-9]\d{9}")
ENOUGH = 0.85  # this part of the values must look so; the others are then shown as wrong
PERSONAL_WORDS = (("身份证", "id_number"), ("公民身份号码", "id_number"), ("手机", "phone"), ("电话", "phone"), ("住址", "address"),
                  ("地址", "address"), ("银行卡", "account"), ("账号", "account"))  # fmt: skip


def type_of(values: Iterable[str]) -> tuple[str, str]:
    """(type, identifier) that most given values have; text when none fits."""
    given = [value.strip() for value in values if value and value.strip()][:2000]
    if not given:
        return "text", ""
    for form, found in ((CITIZEN, "citizen_number"), (PHONE, "phone"), (USCC, "uscc")):
        if share(form, given) >= ENOUGH:
            return "text", found
    if all(len(value) > 1 and value[0] == "0" and value.isdigit() for value in given[:20]):
        return "text", ""  # codes with leading zeros are no numbers
    for form, kind in ((TIME, "datetime"), (DAY, "date"), (WHOLE, "integer")):
        if share(form, given) >= ENOUGH:
            return ("bool" if kind == "integer" and set(given) <= {"0", "1"} else kind), ""
    if sum(bool(WHOLE.fullmatch(v) or EXACT.fullmatch(v)) for v in given) >= ENOUGH * len(given):
        return "number", ""
    return ("bool", "") if {v.lower() for v in given} <= {*YES, *NO} else ("text", "")


def is_code(title: str) -> bool:
    """Whether a column is called a code or number: nobody adds such numbers up, and their zeros count."""
    return bool(re.search(r"代码|编码|编号|号码|序列号|证号|code$", title.strip().lower()))


def share(form: re.Pattern[str], values: Sequence[str]) -> float:
    """The part of the values that have the form."""
    return sum(bool(form.fullmatch(value)) for value in values) / len(values)


def name_of(title: str, taken: Iterable[str] = ()) -> str:
    """A column name of the lake for a title: pinyin, lower case, at most 40 characters, not taken."""
    words = "_".join(lazy_pinyin(title.strip())) if re.search(r"[^\x00-\x7f]", title) else title.strip()
    name = re.sub(r"_+", "_", re.sub(r"[^a-z0-9]+", "_", words.lower())).strip("_")[:40].strip("_")
    name = name if name and name[0].isalpha() else f"c_{name}".rstrip("_")
    used, plain, number = set(taken), name, 2
    while name in used:
        name, number = f"{plain}_{number}", number + 1
    return name


def personal_of(title: str, identifier: str) -> str:
    """The masking kind a title or identifier suggests."""
    if identifier in ("citizen_number", "phone"):
        return {"citizen_number": "id_number", "phone": "phone"}[identifier]
    for word, kind in PERSONAL_WORDS:
        if word in title:
            return kind
    return "name" if title.strip() in ("姓名", "名字", "name", "户主", "联系人", "法定代表人") else ""


def matched(columns: Sequence[str], items: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """Column → item by name, title or pinyin; each item once, best matches first, poor ones not at all."""
    pairs = [(likeness(c, i, words), c, i) for c in columns for i, words in items.items()]
    found: dict[str, str] = {}
    for score, column, item in sorted(pairs, key=lambda p: (-p[0], p[1], p[2])):
        if score >= 0.75 and column not in found and item not in found.values():
            found[column] = item
    return found


def likeness(column: str, item: str, words: Sequence[str]) -> float:
    """1 for the same word, less for similar ones."""
    own = {plain(column), plain(name_of(column))}
    others = {plain(word) for word in (item, *words, *(name_of(w) for w in words if w)) if word}
    if own & others:
        return 1.0
    return (
        max((SequenceMatcher(None, a, b).ratio() for a in own for b in others if a and b), default=0.0) * 0.95
    )


def plain(word: str) -> str:
    """Lower case without blanks and signs."""
    return re.sub(r"[\W_]+", "", word.lower())
