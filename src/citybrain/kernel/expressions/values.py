"""Values at run time: what may enter an evaluation, and the operations on them. Unknown is ``None``.

Python objects never enter: a value is a Decimal, str, bool, date, aware datetime, list, dict or None.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Context, Decimal, InvalidOperation, Overflow
from enum import Enum
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from citybrain.kernel.expressions.errors import ExpressionError
from citybrain.kernel.expressions.limits import DIVISION_PLACES, MAX_DIGITS, MAX_NUMBER, MAX_STRING
from citybrain.kernel.expressions.types import (
    ANY,
    BOOLEAN,
    DATE,
    DATETIME,
    NUMBER,
    STRING,
    ListOf,
    Record,
    Type,
)

ZONE = ZoneInfo("Asia/Shanghai")
ARITHMETIC = Context(prec=80, rounding=ROUND_HALF_UP, traps=[InvalidOperation, Overflow])


def value_error(zh: str, en: str) -> ExpressionError:
    return ExpressionError("value", zh=zh, en=en)


def admitted(value: Any, wanted: Type, name: str) -> Any:
    """A value from outside as a value of the language, by its declared type; ExpressionError ``value``.

    Texts are read as numbers or dates where the declaration says so, because forms deliver texts; an empty text
    is then unknown.
    """
    if value is None:
        return None
    plain = _plain(value, name)
    if isinstance(wanted, ListOf):
        if not isinstance(plain, list):
            raise _misfit(name, wanted)
        return [admitted(item, wanted.of, name) for item in plain]
    if isinstance(wanted, Record):
        if not isinstance(plain, dict):
            raise _misfit(name, wanted)
        return plain
    return plain if wanted == ANY else _fitted(plain, wanted, name)


def _plain(value: Any, name: str) -> Any:
    if isinstance(value, Enum):
        value = value.value
    if isinstance(value, bool | date):  # datetime is a date
        return _aware(value) if isinstance(value, datetime) else value
    if isinstance(value, int | float | Decimal):
        return _number(value, name)
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, str):
        return str(value)
    if isinstance(value, list | tuple | set | frozenset):
        return list(value)
    if isinstance(value, Mapping):
        return dict(value)
    raise value_error(f"“{name}”的值不能用于条件", f"the value of “{name}” cannot be used in a condition")


def _aware(value: datetime) -> datetime:
    return value if value.tzinfo else value.replace(tzinfo=ZONE)


def _number(value: float | Decimal, name: str) -> Decimal:
    if isinstance(value, int) and value.bit_length() > 4 * MAX_DIGITS:
        raise too_large()
    number = Decimal(repr(value)) if isinstance(value, float) else Decimal(value)
    if not number.is_finite():
        raise value_error(f"“{name}”不是有限的数字", f"“{name}” is not a finite number")
    return bounded(number)


def _fitted(value: Any, wanted: Type, name: str) -> Any:
    kind = type_of(value)
    if kind == wanted:
        return value
    if {kind, wanted} == {DATE, DATETIME}:
        return as_date(value) if wanted == DATE else datetime(value.year, value.month, value.day, tzinfo=ZONE)
    if kind == STRING and not value.strip():
        return None
    try:
        if kind == STRING and wanted == NUMBER and len(value) <= 2 * MAX_DIGITS:
            return _number(Decimal(value.strip()), name)
        if kind == STRING and wanted == DATE:
            return parse_date(value)
        if kind == STRING and wanted == DATETIME:
            return _aware(datetime.fromisoformat(value.strip()))
    except (ValueError, ArithmeticError) as error:
        if isinstance(error, ExpressionError):
            raise
        raise _misfit(name, wanted) from None
    if kind == NUMBER and wanted == STRING:
        return format(value, "f")
    raise _misfit(name, wanted)


def parse_date(text: str) -> date:
    """An ISO date, or the date of an ISO time in the city's zone. ValueError."""
    text = text.strip()
    if len(text) > 10:
        return as_date(_aware(datetime.fromisoformat(text)))
    return date.fromisoformat(text)


def _misfit(name: str, wanted: Type) -> ExpressionError:
    return value_error(f"“{name}”的值不是{wanted.zh}", f"the value of “{name}” is not a {wanted}")


def type_of(value: Any) -> Type:
    """The type of a value of the language."""
    if isinstance(value, bool):
        return BOOLEAN
    if isinstance(value, Decimal):
        return NUMBER
    if isinstance(value, str):
        return STRING
    if isinstance(value, datetime):
        return DATETIME
    if isinstance(value, date):
        return DATE
    if isinstance(value, list):
        return ListOf(ANY)
    return Record({}, open=True)


def need(value: Any, *wanted: Type) -> Any:
    """The value, when it is of one of the types (or unknown); ExpressionError ``value`` otherwise."""
    if value is None or type_of(value) in wanted:
        return value
    zh, en = "或".join(w.zh for w in wanted), " or ".join(str(w) for w in wanted)
    got = type_of(value)
    raise value_error(f"这里需要{zh}，得到{got.zh}", f"a {en} is needed here, not a {got}")


def as_date(value: date | datetime) -> date:
    """The city's local date of a time; a date is itself."""
    if not isinstance(value, datetime):
        return value
    try:
        return value.astimezone(ZONE).date()
    except (OverflowError, ValueError):
        raise value_error("时间超出范围", "the time is out of range") from None


def bounded(number: Decimal) -> Decimal:
    """The number, when it is not absurdly large."""
    if abs(number) >= MAX_NUMBER:
        raise too_large()
    return number


def too_large() -> ExpressionError:
    return value_error("数字过大", "a number is too large")


def combine(op: str, one: Any, other: Any) -> Any:
    """``one op other`` for + - * /; text + text joins. Division by zero is unknown."""
    if isinstance(one, str) or isinstance(other, str):
        if op != "+":
            raise value_error("文本只能相加", "texts can only be joined with +")
        need(one, STRING), need(other, STRING)
        if one is None or other is None:
            return None
        if len(one) + len(other) > MAX_STRING:
            raise value_error("文本过长", "a text is too long")
        return one + other
    need(one, NUMBER), need(other, NUMBER)
    if one is None or other is None:
        return None
    try:
        return bounded(_calculated(op, one, other))
    except ArithmeticError:
        raise too_large() from None


def _calculated(op: str, one: Decimal, other: Decimal) -> Decimal | Any:
    if op == "+":
        return ARITHMETIC.add(one, other)
    if op == "-":
        return ARITHMETIC.subtract(one, other)
    if op == "*":
        return ARITHMETIC.multiply(one, other)
    return ARITHMETIC.divide(one, other).quantize(DIVISION_PLACES, context=ARITHMETIC)


def compare(op: str, one: Any, other: Any) -> bool | None:
    """``one op other``; unknown when either is unknown. Texts order by code point."""
    if one is None or other is None:
        return None
    left, right = type_of(one), type_of(other)
    if {left, right} == {DATE, DATETIME}:
        one, other = as_date(one), as_date(other)
    elif left != right:
        raise value_error(f"{left.zh}和{right.zh}不能比较", f"a {left} cannot be compared with a {right}")
    if isinstance(left, ListOf | Record):
        raise value_error(f"{left.zh}不能比较", f"a {left} cannot be compared")
    if op == "=":
        return one == other
    if op == "!=":
        return one != other
    if op == "<":
        return one < other
    if op == "<=":
        return one <= other
    return one > other if op == ">" else one >= other


def both(values: list[bool | None]) -> bool | None:
    """Three-valued and: false wins over unknown."""
    return False if False in values else (None if None in values else True)


def either(values: list[bool | None]) -> bool | None:
    """Three-valued or: true wins over unknown."""
    return True if True in values else (None if None in values else False)


def member(item: Any, items: list) -> bool | None:
    """``item in items`` by three-valued equality; nothing is in an empty list."""
    return either([compare("=", item, other) for other in items])
