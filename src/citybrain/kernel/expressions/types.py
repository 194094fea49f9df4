"""Types of the expression language, and their short spellings used in packs and code.

``number string boolean date datetime any record list<T>``; a dict of names is a closed record, ``record`` an open
one whose fields are of type ``any``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Simple:
    """A type without parts."""

    name: str
    zh: str

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True)
class ListOf:
    """A list whose members share a type."""

    of: Type
    zh: str = "列表"

    def __str__(self) -> str:
        return f"list<{self.of}>"


@dataclass(frozen=True)
class Record:
    """Named fields; an open record lets any further field through as ``any``."""

    fields: Mapping[str, Type] = field(default_factory=dict, hash=False)
    open: bool = False
    zh: str = "记录"

    def __str__(self) -> str:
        inner = ",".join(f"{k}:{v}" for k, v in sorted(self.fields.items()))
        return f"record{'*' if self.open else ''}<{inner}>"


Type = Simple | ListOf | Record

NUMBER = Simple("number", "数字")
STRING = Simple("string", "文本")
BOOLEAN = Simple("boolean", "是否")
DATE = Simple("date", "日期")
DATETIME = Simple("datetime", "时间")
NULL = Simple("null", "空值")
ANY = Simple("any", "任意")

SPELLINGS = {t.name: t for t in (NUMBER, STRING, BOOLEAN, DATE, DATETIME, ANY)} | {
    "integer": NUMBER,
    "money": NUMBER,
    "text": STRING,
    "bool": BOOLEAN,
}


def parse_type(spelling: Type | str | Mapping) -> Type:
    """The type behind a spelling: ``"number"``, ``"list<string>"``, ``"record"`` or a dict of names. ValueError."""
    if isinstance(spelling, (Simple, ListOf, Record)):
        return spelling
    if isinstance(spelling, Mapping):
        return record_of(spelling)
    word = str(spelling).strip()
    if word == "record":
        return Record({}, open=True)
    if word == "list":
        return ListOf(ANY)
    if word.startswith("list<") and word.endswith(">"):
        return ListOf(parse_type(word[5:-1]))
    if word in SPELLINGS:
        return SPELLINGS[word]
    raise ValueError(f"unknown type {word!r}")


def record_of(names: Mapping) -> Record:
    """A closed record from names; a dotted name opens the path it spells."""
    tree: dict = {}
    for name, spelling in names.items():
        *path, last = str(name).split(".")
        here = tree
        for word in path:
            inner = here.get(word)
            if not isinstance(inner, dict):
                inner = here[word] = {"": inner} if inner is not None else {}
            here = inner
        here[last] = parse_type(spelling)
    return _closed(tree)


def _closed(tree: dict) -> Record:
    base = tree.pop("", None)
    fields: dict[str, Type] = dict(base.fields) if isinstance(base, Record) else {}
    fields.update({k: _closed(v) if isinstance(v, dict) else v for k, v in tree.items()})
    return Record(fields, open=isinstance(base, Record) and base.open)


def is_any(*types: Type) -> bool:
    """Whether one of the types is only known while evaluating."""
    return ANY in types


def joined(one: Type, other: Type) -> Type | None:
    """The common type of two branches, or None when they do not fit."""
    if one == other or other == NULL:
        return one
    if one == NULL:
        return other
    if is_any(one, other):
        return ANY
    if isinstance(one, ListOf) and isinstance(other, ListOf):
        inner = joined(one.of, other.of)
        return ListOf(inner) if inner is not None else None
    return None


def comparable(one: Type, other: Type) -> bool:
    """Whether two values may be compared: same kind, a date with a time, or unknown kinds."""
    if NULL in (one, other) or is_any(one, other):
        return True
    if {one, other} == {DATE, DATETIME}:
        return True
    return one == other and isinstance(one, Simple)
