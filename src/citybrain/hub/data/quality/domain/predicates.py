"""A rule as two SQL conditions over one row ``d``: is the row judged, and does it pass. Both are never NULL.

A row without a value is not judged (that it is missing is the business of ``required``); a condition that comes out
unknown does not judge either. Names come from the catalogue (checked by ``faults``), every value is a parameter.
"""

# ruff: noqa: S608 - names come from the catalogue and were checked, every value is a parameter

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from citybrain.hub.data.data import EXPRESSION_TYPES
from citybrain.hub.data.domain import check_digits
from citybrain.hub.data.domain.blank import BLANK
from citybrain.hub.data.lake import dialect
from citybrain.hub.data.quality.domain.rule import Rule, Surroundings, bound, compiled_condition
from citybrain.kernel.expressions import Column

FORMATS = {
    "integer": r"[+-]?[0-9]{1,18}",
    "number": r"[+-]?([0-9]{1,18}(\.[0-9]{1,18})?|\.[0-9]{1,18})",
    "mobile": r"1[3-9][0-9]{9}",
    "postcode": r"[0-9]{6}",
    "email": r"[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]{1,63}(\.[A-Za-z0-9-]{1,63}){1,8}",
    "plate": r"[\x{4e00}-\x{9fff}][A-Z][A-Z0-9]{4,5}[A-Z0-9\x{4e00}-\x{9fff}]",
    "division": r"[1-9][0-9]{5}([0-9]{3}([0-9]{3})?)?",
}
DATE = r"[0-9]{4}-[0-9]{2}-[0-9]{2}|[0-9]{8}"
TIME = r"[0-9]{4}-[0-9]{2}-[0-9]{2}[ T][0-9]{2}:[0-9]{2}(:[0-9]{2})?"


@dataclass(frozen=True)
class Test:
    """One rule over one row. ``copies``: items by which the source of rows numbers copies, in the column ``copy``."""

    judged: str
    passed: str
    params: dict[str, Any] = field(default_factory=dict)
    copies: tuple[str, ...] = ()
    copy: str = ""


@dataclass(frozen=True)
class Writing:
    """What is at hand when a rule is written as SQL: a prefix for its parameters, the day, what it was checked against."""

    prefix: str
    today: date
    around: Surroundings


def column(name: str) -> str:
    """An item of the row."""
    return f'd."{name}"'


def test_of(rule: Rule, at: Writing) -> Test:
    """The two conditions of a rule that has no faults and is about rows."""
    return WRITERS[rule.kind](rule, at)


def filled(rule: Rule, at: Writing) -> str:
    """Whether the rule's item has a value; blanks are none."""
    return has_value(rule.items[0], at)


def has_value(name: str, at: Writing) -> str:
    item = at.around.item(name)
    if item is not None and item.type == "text":
        return f"({column(name)} IS NOT NULL AND trim({column(name)}, '{BLANK}') <> '')"
    return f"({column(name)} IS NOT NULL)"


def required(rule: Rule, at: Writing) -> Test:
    return Test("TRUE", " AND ".join(has_value(name, at) for name in rule.items))


def format_(rule: Rule, at: Writing) -> Test:
    value, kind = column(rule.items[0]), rule.text("format")
    if kind == "date":
        day = f"try_strptime(replace({value}, '-', ''), '%Y%m%d')"
        passed = f"regexp_full_match({value}, '{DATE}') AND {day} IS NOT NULL"
    elif kind == "datetime":
        passed = f"regexp_full_match({value}, '{TIME}') AND TRY_CAST({value} AS TIMESTAMP) IS NOT NULL"
    else:
        passed = f"regexp_full_match({value}, '{FORMATS[kind]}')"
    return Test(filled(rule, at), passed)


def pattern(rule: Rule, at: Writing) -> Test:
    name = f"{at.prefix}_pattern"
    return Test(
        filled(rule, at), f"regexp_full_match({column(rule.items[0])}, ${name})", {name: rule.text("pattern")}
    )


def between(value: str, rule: Rule, at: Writing, kind: str, cast: str) -> tuple[str, dict[str, Any]]:
    """``least ≤ value ≤ most`` as far as given."""
    tests, params = [], {}
    for name, sign in (("least", ">="), ("most", "<=")):
        if rule.text(name):
            params[f"{at.prefix}_{name}"] = str(bound(rule.text(name), kind))
            tests.append(f"{value} {sign} CAST(${at.prefix}_{name} AS {cast})")
    return " AND ".join(tests), params


def length(rule: Rule, at: Writing) -> Test:
    passed, params = between(f"length({column(rule.items[0])})", rule, at, "integer", "DECIMAL(38, 6)")
    return Test(filled(rule, at), passed, params)


CASTS = {"date": "DATE", "datetime": "TIMESTAMPTZ", "real": "DOUBLE"}


def range_(rule: Rule, at: Writing) -> Test:
    item = at.around.item(rule.items[0])
    kind = item.type if item else "number"
    passed, params = between(column(rule.items[0]), rule, at, kind, CASTS.get(kind, "DECIMAL(38, 6)"))
    return Test(filled(rule, at), passed, params)


def code(rule: Rule, at: Writing) -> Test:
    name, table = f"{at.prefix}_codes", rule.text("table")
    codes = at.around.codes[table] if table else [str(c) for c in rule.params["codes"]]
    value = f"CAST({column(rule.items[0])} AS VARCHAR)"
    return Test(filled(rule, at), f"{value} IN (SELECT unnest(${name}))", {name: sorted(codes)})


def identifier(rule: Rule, at: Writing) -> Test:
    passed = check_digits.CHECKS[rule.text("identifier")](column(rule.items[0]))
    return Test(filled(rule, at), passed, {"today": at.today} if "$today" in passed else {})


def condition(rule: Rule, at: Writing) -> Test:
    """The closed expression language, in the engine's words; unknown (and what cannot be computed) does not judge."""
    names = {i.name: Column(column(i.name), EXPRESSION_TYPES[i.type]) for i in at.around.resource.items}
    sql, values = compiled_condition(rule, at.around.resource).to_sql(names)
    pieces = sql.split("%s")
    marks = [f"%({at.prefix}_{n})s" for n in range(len(values))]
    text = pieces[0] + "".join(mark + piece for mark, piece in zip(marks, pieces[1:], strict=True))
    said = dialect.translated(f"SELECT {text}").removeprefix("SELECT ")
    params = {f"{at.prefix}_{n}": dialect.bound(value) for n, value in enumerate(plain(v) for v in values)}
    return Test(f"TRY({said}) IS NOT NULL", f"TRY({said})", params)


def plain(value: Any) -> Any:
    """Decimals travel as text; the SQL casts them."""
    from decimal import Decimal

    return str(value) if isinstance(value, Decimal) else value


def table_name(key: str) -> str:
    """A table in SQL; the key was checked."""
    namespace, _, noun = key.partition(".")
    return f'"{namespace}"."{noun}"'


def relation(rule: Rule, at: Writing) -> Test:
    other, item = table_name(rule.text("resource")), rule.text("item")
    known = f'SELECT o."{item}" FROM {other} AS o WHERE o."{item}" IS NOT NULL'
    return Test(filled(rule, at), f"{column(rule.items[0])} IN ({known})")


def same_value(rule: Rule, at: Writing) -> Test:
    """Judged where the other source knows the key and has a value; passed when one of its values is ours."""
    other, item, key = table_name(rule.text("resource")), rule.text("item"), rule.text("other_key")
    known = f'FROM {other} AS o WHERE o."{item}" IS NOT NULL AND o."{key}" IS NOT NULL'
    own = column(rule.text("key"))
    judged = f'{has_value(rule.items[0], at)} AND {has_value(rule.text("key"), at)} AND {own} IN (SELECT o."{key}" {known})'
    return Test(judged, f'({own}, {column(rule.items[0])}) IN (SELECT (o."{key}", o."{item}") {known})')


def unique(rule: Rule, at: Writing) -> Test:
    """The copy received first passes, later ones fail."""
    judged = " AND ".join(has_value(name, at) for name in rule.items)
    return Test(judged, f'd."{at.prefix}_copy" = 1', {}, rule.items, f"{at.prefix}_copy")


WRITERS: Mapping[str, Callable[[Rule, Writing], Test]] = {
    "required": required, "format": format_, "pattern": pattern, "length": length, "code": code,
    "identifier": identifier, "range": range_, "condition": condition, "relation": relation,
    "same_value": same_value, "unique": unique,
}  # fmt: skip
