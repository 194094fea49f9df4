"""The functions of the language: name, types, meaning, and SQL where SQL can say the same.

A function is *strict* when an unknown argument makes the result unknown.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from citybrain.kernel.expressions import values as v
from citybrain.kernel.expressions.types import (
    ANY,
    BOOLEAN,
    DATE,
    DATETIME,
    NULL,
    NUMBER,
    STRING,
    ListOf,
    Type,
    joined,
)

MOMENTS = (DATE, DATETIME)
MAX_DAYS = 100_000


@dataclass(frozen=True)
class Function:
    """One function; ``result`` gives the type or None when the arguments do not fit."""

    signature: str
    result: Callable[[list[Type]], Type | None]
    call: Callable[..., Any]
    sql: Callable[[list[str], list[Type]], str] | None = None
    strict: bool = True


FUNCTIONS: dict[str, Function] = {}


def fits(got: Type, *wanted: Type) -> bool:
    """Whether an argument's type is acceptable; the null literal is not."""
    return got == ANY or got in wanted or (ListOf(ANY) in wanted and isinstance(got, ListOf))


def fixed(*wanted: tuple[Type, ...], result: Type, optional: int = 0) -> Callable[[list[Type]], Type | None]:
    """A result rule: exactly these arguments, the last ``optional`` ones may be left out."""

    def rule(got: list[Type]) -> Type | None:
        if not len(wanted) - optional <= len(got) <= len(wanted):
            return None
        return result if all(fits(g, *w) for g, w in zip(got, wanted, strict=False)) else None

    return rule


def day(sql: str, kind: Type) -> str:
    """SQL of the city's local date of a date or time."""
    return f"({sql} AT TIME ZONE 'Asia/Shanghai')::date" if kind == DATETIME else f"({sql})::date"


def clock_today() -> date:
    from citybrain.kernel import clock

    return clock.today()


def to_date(value: Any) -> date:
    v.need(value, STRING, *MOMENTS)
    if not isinstance(value, str):
        return v.as_date(value)
    try:
        return v.parse_date(value)
    except (ValueError, OverflowError):
        raise v.value_error(f"“{value[:40]}”不是日期", f"“{value[:40]}” is not a date") from None


def whole_years(born: Any, at: Any = None) -> Decimal:
    """Completed years of life, counted to the day; a 29 February birthday completes on 1 March."""
    born = v.as_date(v.need(born, *MOMENTS))
    at = clock_today() if at is None else v.as_date(v.need(at, *MOMENTS))
    return Decimal(at.year - born.year - ((at.month, at.day) < (born.month, born.day)))


def add_days(start: Any, days: Any) -> date:
    start, days = v.as_date(v.need(start, *MOMENTS)), v.need(days, NUMBER)
    try:
        if abs(days) > MAX_DAYS:
            raise OverflowError
        return start + timedelta(days=int(days))
    except (OverflowError, ValueError):
        raise v.value_error("日期超出范围", "the date is out of range") from None


def moments(value: Any) -> date:
    return v.as_date(v.need(value, *MOMENTS))


def known(items: list) -> list:
    return [item for item in items if item is not None]


def spread(args: tuple) -> list:
    """Arguments of min, max, sum: one list, or several values."""
    return v.need(args[0], ListOf(ANY)) if len(args) == 1 and isinstance(args[0], list) else list(args)


def best(op: str, args: tuple) -> Any:
    top = None
    for item in known(spread(args)):
        if top is None or v.compare(op, item, top):
            top = item
    return top


def total(args: tuple) -> Decimal:
    result = Decimal(0)
    for item in known(spread(args)):
        result = v.combine("+", result, v.need(item, NUMBER))
    return result


def aggregate(*inner: Type) -> Callable[[list[Type]], Type | None]:
    """Result rule of min, max, sum."""

    def rule(got: list[Type]) -> Type | None:
        if len(got) == 1 and isinstance(got[0], ListOf):
            return got[0].of if fits(got[0].of, *inner) else None
        if len(got) == 1 and got[0] == ANY:
            return ANY
        if len(got) < 2 or not all(fits(g, *inner) for g in got):
            return None
        result = got[0]
        for one in got[1:]:
            merged = joined(result, one)
            if merged is None:
                return None
            result = merged
        return result

    return rule


def contains(whole: Any, part: Any) -> bool | None:
    if isinstance(v.need(whole, STRING, ListOf(ANY)), list):
        return v.member(part, whole)
    return v.need(part, STRING) in whole


def contains_type(got: list[Type]) -> Type | None:
    if len(got) != 2 or not fits(got[0], STRING, ListOf(ANY)):
        return None
    if got[0] == STRING and not fits(got[1], STRING):
        return None
    if isinstance(got[0], ListOf) and joined(got[0].of, got[1]) is None:
        return None
    return BOOLEAN


def coalesce_type(got: list[Type]) -> Type | None:
    if not got:
        return None
    result = got[0]
    for one in got[1:]:
        merged = joined(result, one)
        if merged is None:
            return None
        result = merged
    return result


def emptiness(value: Any) -> bool:
    return value is None or value == "" or (isinstance(value, list | dict) and not value)


def empty_sql(args: list[str], types: list[Type]) -> str:
    if types[0] == STRING:
        return f"({args[0]} IS NULL OR {args[0]} = '')"
    if isinstance(types[0], ListOf):
        return f"({args[0]} IS NULL OR cardinality({args[0]}) = 0)"
    return f"({args[0]} IS NULL)"


def age_sql(args: list[str], types: list[Type]) -> str:
    born = day(args[0], types[0])
    at = day(args[1], types[1]) if len(args) > 1 else day("%today", DATE)
    return (
        f"(extract(year from {at}) - extract(year from {born}) - "
        f"CASE WHEN to_char({at}, 'MMDD') < to_char({born}, 'MMDD') THEN 1 ELSE 0 END)"
    )


def rounded(number: Any, places: Any = Decimal(0)) -> Decimal:
    v.need(number, NUMBER), v.need(places, NUMBER)
    if places != int(places) or not 0 <= places <= 10:
        raise v.value_error("小数位数应为0到10", "decimal places must be 0 to 10")
    return number.quantize(Decimal(1).scaleb(-int(places)), context=v.ARITHMETIC)


def define(name: str, signature: str, result: Any, call: Any, sql: Any = None, strict: bool = True) -> None:
    FUNCTIONS[name] = Function(signature, result, call, sql, strict)


LIST = (ListOf(ANY),)

define(
    "date", "date(text | time)", fixed((STRING, *MOMENTS), result=DATE), to_date, lambda a, t: day(a[0], t[0])
)
define("today", "today()", fixed(result=DATE), lambda: clock_today(), lambda a, t: "%today")
define("age", "age(born [, at])", fixed(MOMENTS, MOMENTS, result=NUMBER, optional=1), whole_years, age_sql)
define(
    "days_between",
    "days_between(from, to)",
    fixed(MOMENTS, MOMENTS, result=NUMBER),
    lambda a, b: Decimal((moments(b) - moments(a)).days),
    lambda a, t: f"({day(a[1], t[1])} - {day(a[0], t[0])})::numeric",
)
define(
    "add_days",
    "add_days(date, days)",
    fixed(MOMENTS, (NUMBER,), result=DATE),
    add_days,
    lambda a, t: f"({day(a[0], t[0])} + trunc({a[1]})::integer)",
)
define(
    "year",
    "year(date)",
    fixed(MOMENTS, result=NUMBER),
    lambda d: Decimal(moments(d).year),
    lambda a, t: f"extract(year from {day(a[0], t[0])})",
)
define(
    "month",
    "month(date)",
    fixed(MOMENTS, result=NUMBER),
    lambda d: Decimal(moments(d).month),
    lambda a, t: f"extract(month from {day(a[0], t[0])})",
)
define(
    "count",
    "count(list)",
    fixed(LIST, result=NUMBER),
    lambda x: Decimal(len(v.need(x, ListOf(ANY)))),
    lambda a, t: f"cardinality({a[0]})::numeric",
)
define(
    "sum",
    "sum(list | a, b, …)",
    aggregate(NUMBER),
    lambda *a: None if a == (None,) else total(a),
    strict=False,
)
define(
    "min",
    "min(list | a, b, …)",
    aggregate(NUMBER, STRING, *MOMENTS),
    lambda *a: None if a == (None,) else best("<", a),
    lambda a, t: f"LEAST({', '.join(a)})",
    strict=False,
)
define(
    "max",
    "max(list | a, b, …)",
    aggregate(NUMBER, STRING, *MOMENTS),
    lambda *a: None if a == (None,) else best(">", a),
    lambda a, t: f"GREATEST({', '.join(a)})",
    strict=False,
)
define(
    "contains",
    "contains(text | list, part)",
    contains_type,
    contains,
    lambda a, t: f"(position({a[1]} in {a[0]}) > 0)" if t[0] == STRING else f"({a[1]} = ANY({a[0]}))",
    strict=False,
)
define(
    "starts_with",
    "starts_with(text, start)",
    fixed((STRING,), (STRING,), result=BOOLEAN),
    lambda a, b: v.need(a, STRING).startswith(v.need(b, STRING)),
    lambda a, t: f"starts_with({a[0]}, {a[1]})",
)
define(
    "ends_with",
    "ends_with(text, end)",
    fixed((STRING,), (STRING,), result=BOOLEAN),
    lambda a, b: v.need(a, STRING).endswith(v.need(b, STRING)),
    lambda a, t: f"(right({a[0]}, char_length({a[1]})) = {a[1]})",
)
define(
    "length",
    "length(text)",
    fixed((STRING,), result=NUMBER),
    lambda a: Decimal(len(v.need(a, STRING))),
    lambda a, t: f"char_length({a[0]})::numeric",
)
define(
    "round",
    "round(number [, places])",
    fixed((NUMBER,), (NUMBER,), result=NUMBER, optional=1),
    rounded,
    lambda a, t: f"round({a[0]}, {a[1] + '::integer' if len(a) > 1 else '0'})",
)
define(
    "abs",
    "abs(number)",
    fixed((NUMBER,), result=NUMBER),
    lambda a: abs(v.need(a, NUMBER)),
    lambda a, t: f"abs({a[0]})",
)
define(
    "exists",
    "exists(value)",
    lambda got: BOOLEAN if len(got) == 1 and got[0] != NULL else None,
    lambda a: a is not None,
    lambda a, t: f"({a[0]} IS NOT NULL)",
    strict=False,
)
define(
    "empty",
    "empty(value)",
    lambda got: BOOLEAN if len(got) == 1 and got[0] != NULL else None,
    emptiness,
    empty_sql,
    strict=False,
)
define(
    "coalesce",
    "coalesce(a, b, …)",
    coalesce_type,
    lambda *a: next(iter(known(list(a))), None),
    lambda a, t: f"COALESCE({', '.join(a)})",
    strict=False,
)
