"""Filling the placeholders of a notice. Pure.

``{name}`` or ``{name:date}`` / ``{name:datetime}``; nothing else is a placeholder, there is no attribute access and
no expression, and what a value contains is never expanded again.
"""

import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from citybrain.kernel.clock import CITY_ZONE
from citybrain.kernel.text import say

PLACEHOLDER = re.compile(r"\{([a-z][a-z0-9_]*)(?::(date|datetime))?\}")
BRACE = re.compile(r"[{}]")
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
LONGEST_VALUE = 4000
LONGEST_IN_SMS = 60
NOTHING = "—"
NO_DATE = {
    "zh": "规定期限",
    "en": "the prescribed time limit",
}  # the holiday table of the year is not published yet


def placeholders(text: str) -> set[str]:
    """The names used in ``text``."""
    return {match[1] for match in PLACEHOLDER.finditer(text)}


def stray_braces(text: str) -> bool:
    """Whether ``text`` has a brace that is no placeholder (a typing error)."""
    return bool(BRACE.search(PLACEHOLDER.sub("", text)))


def fill(text: str, context: Mapping[str, Any], lang: str, longest: int = LONGEST_VALUE) -> str:
    """``text`` with its placeholders filled in ``lang``; a value that is missing shows as a dash, a date in words."""
    return PLACEHOLDER.sub(lambda m: _cut(worded(context.get(m[1]), m[2] or "", lang), longest), text)


def filled(
    text: Mapping[str, str], context: Mapping[str, Any], longest: int = LONGEST_VALUE
) -> dict[str, str]:
    """Both languages filled; a language the template does not speak stays empty."""
    return {lang: fill(text.get(lang, ""), context, lang, longest) for lang in ("zh", "en")}


def worded(value: Any, form: str, lang: str) -> str:
    """One value as people read it: bilingual texts, lists, dates of the city, plain text without control characters."""
    if isinstance(value, str) and form:
        value = _instant(value)
    if isinstance(value, datetime):
        return _dated(value.astimezone(CITY_ZONE), form or "datetime", lang)
    if isinstance(value, date):
        return _dated(datetime(value.year, value.month, value.day), "date", lang)
    if isinstance(value, list | tuple):
        return ("；" if lang == "zh" else "; ").join(worded(one, "", lang) for one in value) or NOTHING
    if isinstance(value, Mapping):
        value = say(value.get("name", value), lang)
    text = CONTROL.sub("", "" if value is None else str(value)).strip()
    return text or (NO_DATE[lang] if form else NOTHING)


def _cut(text: str, longest: int) -> str:
    return text if len(text) <= longest else text[: longest - 1] + "…"


def _instant(value: str) -> Any:
    try:
        return datetime.fromisoformat(value)
    except ValueError:
        return value


def _dated(at: datetime, form: str, lang: str) -> str:
    day = f"{at.year}年{at.month}月{at.day}日" if lang == "zh" else f"{at.day} {at:%B} {at.year}"
    return day if form == "date" else f"{day} {at:%H:%M}"
