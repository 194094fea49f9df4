"""The small JSON form of filters: a list of ``{"item", "op", "value"}`` that must all hold.

Items are looked up among those granted; values become parameters of the item's own type. Nothing else reaches the SQL.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from citybrain.hub.data.data import Dataset
from citybrain.hub.data.domain.statement import Statement
from citybrain.hub.data.grants.data import Filter

MOST_FILTERS = 20
MOST_VALUES = 500
LONGEST = 200
COMPARED = ("=", "!=", "<", "<=", ">", ">=")
OPS = (*COMPARED, "in", "starts_with", "empty")
CASTS = {
    "text": "text", "integer": "bigint", "number": "numeric", "real": "double precision", "bool": "boolean",
    "date": "date", "datetime": "timestamptz",
}  # fmt: skip


class BadFilter(ValueError):
    """A filter that cannot be used; ``path`` says which."""

    def __init__(self, path: str, code: str) -> None:
        super().__init__(f"{path}: {code}")
        self.path, self.code = path, code


def read_filters(given: Any) -> tuple[Filter, ...]:
    """Filters from JSON; BadFilter for another shape or an unknown operator. Items are checked against the grant later."""
    if given in (None, ""):
        return ()
    if not isinstance(given, list) or len(given) > MOST_FILTERS:
        raise BadFilter("filters", "shape")
    return tuple(read_filter(entry, f"filters.{at}") for at, entry in enumerate(given))


def read_filter(entry: Any, path: str) -> Filter:
    """One filter."""
    if not isinstance(entry, Mapping) or not set(entry) <= {"item", "op", "value"}:
        raise BadFilter(path, "shape")
    item, op = entry.get("item"), entry.get("op", "=")
    if not isinstance(item, str):
        raise BadFilter(f"{path}.item", "shape")
    if not isinstance(op, str) or op not in OPS:
        raise BadFilter(f"{path}.op", "operator")
    return Filter(item, op, entry.get("value"))


def filter_tests(dataset: Dataset, filters: Sequence[Filter]) -> list[Statement]:
    """Conditions with their parameters; BadFilter for a value that is not of the item's type."""
    return [filter_test(dataset, found, f"filters.{at}") for at, found in enumerate(filters)]


def filter_test(dataset: Dataset, found: Filter, path: str) -> Statement:
    """One condition. Text is compared as text whatever the column is underneath."""
    column = dataset.column(found.item)
    text = column.type == "text"
    shown = f"CAST({column.expression} AS text)" if text else column.expression
    mark = f"%s::{CASTS[column.type]}"
    if found.op == "empty":
        if not isinstance(found.value, bool):
            raise BadFilter(f"{path}.value", "type")
        return Statement(f"{column.expression} IS {'' if found.value else 'NOT '}NULL")
    if found.op == "in":
        values = found.value
        if not isinstance(values, list) or not values or len(values) > MOST_VALUES:
            raise BadFilter(f"{path}.value", "list")
        marks = ", ".join([mark] * len(values))
        return Statement(f"{shown} IN ({marks})", [value_of(column.type, v, path) for v in values])
    if found.op == "starts_with":
        if not text:
            raise BadFilter(f"{path}.op", "operator")
        return Statement(f"starts_with({shown}, {mark})", [value_of("text", found.value, path)])
    sign = "<>" if found.op == "!=" else found.op
    return Statement(f"{shown} {sign} {mark}", [value_of(column.type, found.value, path)])


def value_of(kind: str, value: Any, path: str) -> Any:
    """A JSON value as the item's type; BadFilter ``type`` otherwise."""
    try:
        return READ[kind](value)
    except (ValueError, TypeError, InvalidOperation, OverflowError):
        raise BadFilter(f"{path}.value", "type") from None


def as_text(value: Any) -> str:
    """Text of bounded length, without the NUL no engine takes."""
    if not isinstance(value, str) or len(value) > LONGEST or "\0" in value:
        raise ValueError("no text")
    value.encode()  # lone surrogates
    return value


def as_integer(value: Any) -> int:
    """A whole number of 64 bits."""
    if isinstance(value, bool) or not isinstance(value, int) or not -(2**63) <= value < 2**63:
        raise ValueError("no whole number")
    return value


def as_number(value: Any) -> Decimal:
    """An exact number of up to 28 digits before the point and ten after it."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise ValueError("no number")
    number = Decimal(str(value)[:60])
    if not number.is_finite() or abs(number) >= Decimal(10) ** 28:
        raise ValueError("no number")
    return round(number, 10)


def as_bool(value: Any) -> bool:
    """True or false."""
    if not isinstance(value, bool):
        raise ValueError("neither true nor false")
    return value


def as_date(value: Any) -> date:
    """``YYYY-MM-DD``."""
    return date.fromisoformat(as_text(value))


def as_moment(value: Any) -> datetime:
    """An ISO instant with its offset."""
    moment = datetime.fromisoformat(as_text(value))
    if moment.tzinfo is None:
        raise ValueError("no offset")
    return moment


READ: Mapping[str, Callable[[Any], Any]] = {
    "text": as_text, "integer": as_integer, "number": as_number, "real": lambda v: float(as_number(v)),
    "bool": as_bool, "date": as_date, "datetime": as_moment,
}  # fmt: skip
