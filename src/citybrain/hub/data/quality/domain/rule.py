"""One rule as scans know it, whoever wrote it, and what can be wrong with it."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any

from citybrain.hub.data.data import EXPRESSION_TYPES, KEY, NAME, ItemRecord, ResourceRecord
from citybrain.hub.data.quality.domain.kinds import DIMENSIONS, FORMATS, IDENTIFIERS, KINDS, SEVERITIES
from citybrain.kernel.expressions import Expression, ExpressionError
from citybrain.kernel.expressions import compile as compile_expression
from citybrain.kernel.text import Text

LONGEST_PATTERN = 200
MOST_CODES = 20_000
# How often a group may be repeated in a pattern: bigger ones only make the automaton fat.
MOST_REPEATS = 1000
RULE_KEY = re.compile(r"^[a-z][a-z0-9_]{0,79}$")
TEXT_KINDS = frozenset({"format", "pattern", "length", "identifier"})
NUMBERS = frozenset({"integer", "number", "real"})


@dataclass(frozen=True)
class Rule:
    """A rule over one resource. ``weight`` 1–100; ``origin``: auto, pack or screen."""

    resource: str
    key: str
    kind: str
    items: tuple[str, ...] = ()
    params: Mapping[str, Any] = field(default_factory=dict)
    dimension: str = ""
    severity: str = "mandatory"
    weight: int = 10
    title: Text = field(default_factory=lambda: Text(zh=""))
    basis: str = ""
    version: int = 1
    origin: str = "screen"
    pack: str = ""

    @property
    def about(self) -> str:
        """The dimension it counts in."""
        kind = KINDS.get(self.kind)
        return self.dimension or (kind.dimension if kind else "")

    @property
    def reads(self) -> str:
        """``scan``, ``own`` or ``table``."""
        return KINDS[self.kind].reads

    @property
    def moving(self) -> bool:
        """Whether its answer about an old row changes with the calendar, so that totals cannot be carried on."""
        return (
            self.kind == "condition" and re.search(r"\b(today|age)\s*\(", self.text("condition")) is not None
        )

    def text(self, name: str) -> str:
        """A parameter as text."""
        return str(self.params.get(name, "") or "")


@dataclass(frozen=True)
class Fault:
    """What is wrong with a rule, in both languages, and where."""

    path: str
    code: str
    said: Text


def fault(path: str, code: str, zh: str, en: str) -> Fault:
    return Fault(path, code, Text(zh=zh, en=en))


@dataclass(frozen=True)
class Surroundings:
    """What rules are checked against: the resource, the other resources they name, the code tables there are."""

    resource: ResourceRecord
    others: Mapping[str, ResourceRecord] = field(default_factory=dict)
    codes: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def item(self, name: str) -> ItemRecord | None:
        """An item of the resource."""
        return next((item for item in self.resource.items if item.name == name), None)


def faults(rule: Rule, around: Surroundings) -> list[Fault]:
    """Everything wrong with a rule; an empty list when it can be scanned."""
    shape = list(shape_faults(rule))
    if shape:
        return shape
    named = list(item_faults(rule, around))
    return named or list(PARAMETERS.get(rule.kind, no_faults)(rule, around))


def shape_faults(rule: Rule) -> Iterator[Fault]:
    """Known words, right numbers."""
    if not RULE_KEY.match(rule.key):
        yield fault(
            "key", "key", "规则标识只能用小写字母、数字和下划线", "a key is lower-case letters, digits and _"
        )
    if rule.kind not in KINDS:
        yield fault("kind", "kind", "没有这种规则", "there is no such kind of rule")
        return
    if rule.about not in DIMENSIONS:
        yield fault("dimension", "dimension", "没有这个质量维度", "there is no such dimension")
    if rule.severity not in SEVERITIES:
        yield fault("severity", "severity", "级别只能是强制或建议", "severity is mandatory or advisory")
    if not 1 <= rule.weight <= 100:
        yield fault("weight", "weight", "权重须在1到100之间", "a weight lies between 1 and 100")
    kind = KINDS[rule.kind]
    least, most = kind.items
    if not least <= len(rule.items) <= most:
        yield fault("items", "items", f"需要选择{least}到{most}个信息项", f"choose {least} to {most} items")
    for name in kind.needs:
        if not rule.text(name):
            yield fault(name, "required", "请填写", "say this")
    for name in set(rule.params) - {*kind.needs, *kind.may}:
        yield fault("", "unknown", f"这种规则没有参数“{name}”", f"this kind has no parameter {name}")


def item_faults(rule: Rule, around: Surroundings) -> Iterator[Fault]:
    """Items exist, once each, and are of a type the kind understands."""
    for name in rule.items:
        item = around.item(name) if NAME.match(name) else None
        if item is None:
            yield fault("items", "no_item", f"没有信息项“{name}”", f"there is no item {name}")
        elif rule.kind in TEXT_KINDS and item.type != "text":
            yield fault("items", "item_type", f"“{name}”不是文本", f"{name} is not a text")
        elif rule.kind == "code" and item.type not in ("text", "integer"):
            yield fault("items", "item_type", f"“{name}”不能是代码", f"{name} cannot be a code")
        elif rule.kind == "range" and item.type not in NUMBERS | {"date", "datetime"}:
            yield fault("items", "item_type", f"“{name}”没有大小", f"{name} has no order")
    if len(set(rule.items)) != len(rule.items):
        yield fault("items", "twice", "信息项重复", "an item is named twice")


def no_faults(rule: Rule, around: Surroundings) -> Iterator[Fault]:
    """Nothing more to check."""
    yield from ()


def format_faults(rule: Rule, around: Surroundings) -> Iterator[Fault]:
    if rule.text("format") not in FORMATS:
        yield fault("format", "format", "没有这种格式", "there is no such format")


def identifier_faults(rule: Rule, around: Surroundings) -> Iterator[Fault]:
    if rule.text("identifier") not in IDENTIFIERS:
        yield fault("identifier", "identifier", "没有这种证号", "there is no such identifier")


def pattern_faults(rule: Rule, around: Surroundings) -> Iterator[Fault]:
    """Short, without control characters, no huge repeats. That the engine (RE2) accepts it is asked of the engine."""
    text = rule.text("pattern")
    if len(text) > LONGEST_PATTERN or any(ord(c) < 32 for c in text):
        yield fault(
            "pattern", "pattern", f"最多{LONGEST_PATTERN}个字符", f"at most {LONGEST_PATTERN} characters"
        )
    if any(int(n) > MOST_REPEATS for n in re.findall(r"\{(\d{1,9})", text)):
        yield fault("pattern", "pattern", "重复次数过大", "repeats too often")


def bound_faults(rule: Rule, around: Surroundings) -> Iterator[Fault]:
    """At least one bound, each of the item's type, in order."""
    given = {name: rule.text(name) for name in ("least", "most") if rule.text(name)}
    if not given:
        yield fault("least", "required", "至少写一个界限", "say at least one bound")
    item = around.item(rule.items[0]) if rule.kind == "range" else None
    kind = item.type if item else "integer"
    read = {name: bound(text, kind) for name, text in given.items()}
    for name, value in read.items():
        if value is None:
            yield fault(name, "bound", "不是合适的界限", "this is no bound of that type")
    if len(read) == 2 and None not in read.values() and read["least"] > read["most"]:  # type: ignore[operator]
        yield fault("most", "order", "上限小于下限", "the upper bound is below the lower one")


def bound(text: str, kind: str) -> Decimal | str | None:
    """A bound as it is compared: a number, or a date or time in ISO form; None when it is neither."""
    if kind in ("date", "datetime"):
        fits = re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])([T ]\d{2}:\d{2}(:\d{2})?)?", text)
        return text if fits and real_day(text[:10]) and (kind == "datetime" or len(text) == 10) else None
    try:
        value = Decimal(text)
    except InvalidOperation:
        return None
    return value if value.is_finite() and abs(value) < Decimal(10) ** 18 else None


def real_day(text: str) -> bool:
    """Whether the calendar has this day."""
    from datetime import date

    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def code_faults(rule: Rule, around: Surroundings) -> Iterator[Fault]:
    """A table that exists, or codes written down."""
    table, codes = rule.text("table"), rule.params.get("codes")
    if bool(table) == bool(codes):
        yield fault("table", "one", "代码表与代码清单二选一", "say either a table or codes")
    elif table and table not in around.codes:
        yield fault("table", "no_table", f"没有代码表“{table[:60]}”", f"there is no code table {table[:60]}")
    elif codes and (not isinstance(codes, list | tuple) or len(codes) > MOST_CODES):
        yield fault("codes", "codes", "代码清单不正确", "codes are a list")


def relation_faults(rule: Rule, around: Surroundings) -> Iterator[Fault]:
    """The other resource is a table of the lake and its items have the types of ours."""
    other = around.others.get(rule.text("resource")) if KEY.match(rule.text("resource")) else None
    if other is None or other.kind != "lake":
        yield fault("resource", "no_resource", "没有这个湖表", "there is no such table of the lake")
        return
    pairs = [(rule.items[0], "item", rule.text("item"))]
    if rule.kind == "same_value":
        pairs.append((rule.text("key"), "other_key", rule.text("other_key")))
    theirs = {item.name: item.type for item in other.items}
    for own, path, name in pairs:
        mine = around.item(own)
        if mine is None:
            yield fault("key", "no_item", f"没有信息项“{own[:60]}”", f"there is no item {own[:60]}")
        elif name not in theirs:
            yield fault(path, "no_item", f"没有信息项“{name[:60]}”", f"there is no item {name[:60]}")
        elif theirs[name] != mine.type:
            yield fault(path, "item_type", "两个信息项类型不同", "the two items differ in type")


def timely_faults(rule: Rule, around: Surroundings) -> Iterator[Fault]:
    within, unit = rule.text("within"), rule.text("unit") or "day"
    if within and not (within.isascii() and within.isdigit() and 1 <= int(within[:6]) <= 3660):
        yield fault("within", "bound", "应为1到3660的整数", "a whole number from 1 to 3660")
    if unit not in ("day", "workday"):
        yield fault("unit", "unit", "单位是日或工作日", "the unit is day or workday")


def condition_faults(rule: Rule, around: Surroundings) -> Iterator[Fault]:
    """It compiles over the items and has a meaning in SQL."""
    try:
        compiled_condition(rule, around.resource)
    except ExpressionError as error:
        yield fault(
            "condition", "condition", f"条件有误:{error.zh}", f"the condition cannot be read: {error.en}"
        )


def compiled_condition(rule: Rule, resource: ResourceRecord) -> Expression:
    """The condition over the resource's items; ExpressionError."""
    from citybrain.kernel.expressions import Column

    names = {item.name: EXPRESSION_TYPES[item.type] for item in resource.items}
    found = compile_expression(rule.text("condition"), names, result="boolean")
    found.to_sql({name: Column("NULL", kind) for name, kind in names.items()})
    return found


PARAMETERS = {
    "format": format_faults, "identifier": identifier_faults, "pattern": pattern_faults, "length": bound_faults,
    "range": bound_faults, "code": code_faults, "relation": relation_faults, "same_value": relation_faults,
    "row_count": bound_faults, "timely": timely_faults, "condition": condition_faults,
}  # fmt: skip
