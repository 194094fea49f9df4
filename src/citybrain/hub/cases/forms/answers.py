"""One answer: from what was typed to a typed value, or the reason why not.

Refuses control characters and lone surrogates (they cannot be stored or printed), forgives what people do with
numbers, dates and phones (full-width digits, spaces, 2026年3月2日). Never raises on any input.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from citybrain.hub.cases.forms.runtime import Field
from citybrain.hub.cases.forms.sentences import problem, said
from citybrain.hub.identity import api as identity
from citybrain.hub.places import api as places
from citybrain.kernel import clock
from citybrain.kernel.errors import FieldProblem
from citybrain.kernel.text import Text

MAX_CHARS = 20_000
MAX_NUMBER = Decimal(10) ** 15
DEFAULT_LENGTH = {"text": 200, "textarea": 4000, "address": 200, "email": 120}
TRUE, FALSE = {"true", "yes", "1", "on", "是"}, {"false", "no", "0", "off", "否"}
LEVEL_OF = {"county": 3, "town": 4, "village": 5}
DATE = re.compile(
    r"^(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?$|^(\d{4})(\d{2})(\d{2})$", re.ASCII
)
PHONE = re.compile(r"^(1[3-9]\d{9}|0\d{2,3}-?\d{7,8}(-\d{1,6})?)$", re.ASCII)
EMAIL = re.compile(r"^[^@\s<>\"']{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,24}$", re.ASCII)
UUID = re.compile(r"^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$", re.ASCII)
UNREADABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")

Found = tuple[Any, list[FieldProblem]]


def plain(text: str) -> str:
    """Full-width letters, digits and signs as plain ones, spaces inside taken out: for numbers and codes."""
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text))


def tidy(raw: Any, *, lines: bool = False) -> str | None:
    """The text of a submitted value without surrounding space; None when it cannot be stored."""
    if raw is None:
        return ""
    text = raw if isinstance(raw, str) else str(raw) if isinstance(raw, (int, float, Decimal, bool)) else None
    if text is None or len(text) > MAX_CHARS or UNREADABLE.search(text):
        return None
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if not lines:
        text = re.sub(r"\s*\n\s*", " ", text).replace("\t", " ")
    return text.strip()


def read(field: Field, raw: Any, path: str) -> Found:
    """(value, problems). An empty answer is (None, []); whether it is required is asked elsewhere."""
    if field.type in ("choices", "attachment"):
        return _several(field, raw, path)
    if isinstance(raw, list):
        raw = raw[-1] if raw else None
    if field.type == "boolean" and isinstance(raw, bool):
        return raw, []
    text = tidy(raw, lines=field.type == "textarea")
    if text is None:
        return None, [problem(path, "unreadable", field.title)]
    if text == "":
        return None, []
    value, problems = READERS[field.type](field, text, path)
    return (None, problems) if problems else (value, [])


def _text(field: Field, text: str, path: str) -> Found:
    longest = field.rule("max_length") or DEFAULT_LENGTH.get(field.type, 200)
    shortest = field.rule("min_length")
    if len(text) > longest:
        return None, [problem(path, "too_long", field.title, limit=longest, got=len(text))]
    if shortest and len(text) < shortest:
        return None, [problem(path, "too_short", field.title, limit=shortest)]
    return _patterned(field, text, path)


def _patterned(field: Field, text: str, path: str) -> Found:
    pattern = field.rule("pattern")
    if pattern and not re.fullmatch(pattern, text[:1000]):
        message: Text | None = field.rule("pattern_message")
        return None, [said(path, "pattern", message) if message else problem(path, "pattern", field.title)]
    return text, []


def _number(field: Field, text: str, path: str) -> Found:
    written = plain(text).replace(",", "")
    try:
        number = (
            Decimal(written)
            if re.fullmatch(r"[+-]?\d{1,18}(\.\d{0,12})?|[+-]?\.\d{1,12}", written, re.ASCII)
            else None
        )
    except InvalidOperation:
        number = None
    if number is None or abs(number) > MAX_NUMBER:
        return None, [problem(path, "not_number", field.title)]
    if field.type == "integer" and number != number.to_integral_value():
        return None, [problem(path, "not_integer", field.title)]
    places_allowed = field.rule("decimals")
    if places_allowed is None and field.type == "money":
        places_allowed = 2
    exponent = number.normalize().as_tuple().exponent
    if places_allowed is not None and isinstance(exponent, int) and -exponent > places_allowed:
        return None, [problem(path, "decimals", field.title, limit=places_allowed)]
    least, most = field.rule("min"), field.rule("max")
    if least is not None and number < least:
        return None, [problem(path, "too_small", field.title, limit=figure(least))]
    if most is not None and number > most:
        return None, [problem(path, "too_large", field.title, limit=figure(most))]
    return (int(number) if field.type == "integer" else figure(number)), []


def figure(number: Decimal) -> str:
    """A number as people write it: no exponent, no needless zeros."""
    return format(number.normalize() + 0, "f")


def _date(field: Field, text: str, path: str) -> Found:
    match = DATE.match(unicodedata.normalize("NFKC", text).strip())
    parts = [int(part) for part in match.groups() if part] if match else []
    try:
        day = date(*parts) if len(parts) == 3 else None
    except ValueError:
        day = None
    if day is None or not 1850 <= day.year <= 2200:
        return None, [problem(path, "not_date", field.title)]
    if field.rule("past") and day > clock.today():
        return None, [problem(path, "not_past", field.title)]
    if field.rule("future") and day < clock.today():
        return None, [problem(path, "not_future", field.title)]
    return day.isoformat(), []


def _boolean(field: Field, text: str, path: str) -> Found:
    word = text.lower()
    if word in TRUE or word in FALSE:
        return word in TRUE, []
    return None, [problem(path, "not_boolean", field.title)]


def _choice(field: Field, text: str, path: str) -> Found:
    if text in {option.value for option in field.options}:
        return text, []
    return None, [problem(path, "not_choice", field.title)]


def _several(field: Field, raw: Any, path: str) -> Found:
    given = raw if isinstance(raw, list) else [] if raw in (None, "") else [raw]
    values = [tidy(item) for item in given]
    if len(values) > 500 or any(value is None for value in values):
        return None, [problem(path, "unreadable", field.title)]
    chosen = list(dict.fromkeys(value for value in values if value))
    if field.type == "attachment":
        if all(UUID.match(str(value)) for value in chosen):
            return chosen or None, []
        return None, [problem(path, "not_file", field.title)]
    allowed = [option.value for option in field.options]
    if set(chosen) - set(allowed):
        return None, [problem(path, "not_choice", field.title)]
    return [value for value in allowed if value in chosen] or None, []


def _id_number(field: Field, text: str, path: str) -> Found:
    number = plain(text).upper()
    return _checked(number, identity.check_citizen_number(number), field, path)


def _uscc(field: Field, text: str, path: str) -> Found:
    code = plain(text).upper()
    return _checked(code, identity.check_uscc(code), field, path)


def _checked(value: str, faults: list, field: Field, path: str) -> Found:
    """Errors of an identifier as problems; warnings (a historical division, A10) do not stop anybody."""
    errors = [fault for fault in faults if getattr(fault, "severity", "error") == "error"]
    if not errors:
        return value, []
    first = errors[0]
    title = field.title
    message = Text(zh=f"“{title.zh}”：{first.zh}", en=f"{title.say('en')}: {first.en}")
    return None, [said(path, first.code, message)]


def _phone(field: Field, text: str, path: str) -> Found:
    number = re.sub(r"^(\+86|0086)", "", plain(text))
    if re.fullmatch(r"1[\d-]+", number):
        number = number.replace("-", "")
    return (number, []) if PHONE.match(number) else (None, [problem(path, "phone", field.title)])


def _email(field: Field, text: str, path: str) -> Found:
    address = plain(text)
    return (address, []) if EMAIL.match(address) else (None, [problem(path, "email", field.title)])


def _division(field: Field, text: str, path: str) -> Found:
    code = plain(text)
    found = places.find(code) if re.fullmatch(r"\d{2,12}", code, re.ASCII) else None
    if found is None:
        return None, [problem(path, "division_unknown", field.title)]
    if int(found.level) < LEVEL_OF[field.spec.level]:
        return None, [problem(path, "division_level", field.title, level=field.spec.level)]
    return found.code, []


READERS: dict[str, Callable[[Field, str, str], Found]] = {
    "text": _text,
    "textarea": _text,
    "address": _text,
    "integer": _number,
    "number": _number,
    "money": _number,
    "date": _date,
    "boolean": _boolean,
    "choice": _choice,
    "id_number": _id_number,
    "uscc": _uscc,
    "phone": _phone,
    "email": _email,
    "division": _division,
}
