"""Filters of every page: dates, money, numbers, masking, bilingual text, and the small ones components need."""

import functools
import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qsl, urlencode

from django.utils.translation import gettext as _
from markupsafe import Markup, escape

from citybrain.kernel import clock, masking
from citybrain.kernel.text import current_language, say, spoken

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
CHINESE = re.compile("[\u4e00-\u9fff]")
ASCII_WORD = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-")


def _as_date(value: Any) -> date | None:
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value) if len(value) > 10 else date.fromisoformat(value)
        except ValueError:
            return None
    if isinstance(value, datetime):
        return clock.local(value).date() if value.tzinfo else value.date()
    return value if isinstance(value, date) else None


def date_cn(value: Any) -> str:
    """``2026年11月23日`` or ``23 Nov 2026``; text that is no date comes back unchanged, None as nothing."""
    day = _as_date(value)
    if day is None:
        return "" if value is None else str(value)
    if current_language() == "en":
        return f"{day.day} {MONTHS[day.month - 1]} {day.year}"
    return f"{day.year}年{day.month}月{day.day}日"


def dt_cn(value: Any, seconds: bool = False) -> str:
    """Date and city time, ``2026年11月23日 09:05``; a bare date gives the date only."""
    if isinstance(value, str) and len(value) > 10:
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            return value
    if not isinstance(value, datetime):
        return date_cn(value)
    moment = clock.local(value) if value.tzinfo else value
    return f"{date_cn(value)} {moment:%H:%M:%S}" if seconds else f"{date_cn(value)} {moment:%H:%M}"


def time_cn(value: Any) -> str:
    """City time ``09:05:12``."""
    if isinstance(value, str):
        value = datetime.fromisoformat(value)
    return f"{clock.local(value):%H:%M:%S}" if isinstance(value, datetime) else ""


def number(value: Any, places: int | None = None) -> str:
    """``12,345.6``: thousands separated, trailing zeros dropped unless ``places`` is given; None is a dash."""
    if value is None or value == "":
        return "—"
    amount = Decimal(str(value))
    if places is not None:
        return f"{amount:,.{places}f}"
    text = f"{amount:,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def money(value: Any) -> str:
    """``¥1,234.50``."""
    return "—" if value is None or value == "" else f"¥{Decimal(str(value)):,.2f}"


def mask(value: Any, kind: str = "name") -> str:
    """Masked personal value; kinds as in ``kernel.masking``."""
    return masking.mask(kind, value)


def filesize(value: Any) -> str:
    """``1.4 MB``."""
    size = float(value or 0)
    for unit in ("B", "KB", "MB", "GB"):
        if size < 1024 or unit == "GB":
            return f"{size:.0f} {unit}" if unit == "B" else f"{size:.1f} {unit}"
        size /= 1024
    return ""


def field_id(path: Any) -> str:
    """The element id of a form field's dotted path: ``people.0.name`` → ``f-people-0-name``."""
    return "f-" + "".join(ch if ch in ASCII_WORD else "-" for ch in str(path))


def attributes(attrs: Mapping[str, Any] | None, *without: str) -> Markup:
    """HTML attributes from a mapping: True is bare, False and None are left out; style and on* are refused."""
    parts = []
    for name, value in (attrs or {}).items():
        if name in without or value is None or value is False:
            continue
        if name == "style" or name.startswith("on"):
            raise ValueError(f"attribute {name!r} would break the content security policy")
        parts.append(f" {escape(name)}" if value is True else f' {escape(name)}="{escape(value)}"')
    return Markup("".join(parts))  # noqa: S704 - every part is escaped above


def _choice(option: Any) -> dict[str, Any]:
    if isinstance(option, Mapping):
        return {"hint": "", "disabled": False, **option, "label": say(option.get("label", option["value"]))}
    value, label = (option, option) if isinstance(option, str | int) else option
    return {
        "value": value,
        "label": say(label) if isinstance(label, Mapping) else label,
        "hint": "",
        "disabled": False,
    }


def choices(options: Iterable[Any], value: Any) -> list[dict[str, Any]]:
    """Options of a choice field as ``{value, label, hint, disabled, chosen}``."""
    many = value if isinstance(value, list | tuple | set | frozenset) else [value]
    chosen = {str(v) for v in many if v is not None}
    return [{**o, "chosen": str(o["value"]) in chosen} for o in map(_choice, options)]


def with_query(base: str, name: str, value: Any) -> str:
    """``base`` with one query parameter set, the others kept."""
    path, _mark, query = base.partition("?")
    kept = [(k, v) for k, v in parse_qsl(query, keep_blank_values=True) if k != name]
    return f"{path}?{urlencode([*kept, (name, value)])}"


def page_window(current: int, pages: int) -> Iterator[int | None]:
    """Page numbers to show: first, last and the neighbours; None stands for a gap."""
    wanted = sorted({1, pages, *range(max(1, current - 2), min(pages, current + 2) + 1)})
    before = 0
    for n in wanted:
        if n == before + 2:
            yield before + 1
        elif n > before + 1:
            yield None
        yield n
        before = n


def light_word(light: Any) -> str:
    """The word beside a light."""
    return _light_words(spoken()).get(str(light)) or _light_words(spoken())["grey"]


@functools.cache
def _light_words(_language: str) -> dict[str, str]:
    return {"green": _("On time"), "yellow": _("Due soon"), "red": _("Overdue"), "grey": _("No data")}


def one_language(text: Any) -> str:
    """The reader's side of a sentence written in both languages, ``no such table / 没有这个表``; other text as it is."""
    said = "" if text is None else str(text)
    english, mark, chinese = said.partition(" / ")
    if not mark or not english[:1].isascii() or chinese_share(chinese) < chinese_share(english) + 0.2:
        return said  # names of columns may be Chinese in the English half, too
    return english if current_language() == "en" else chinese


def chinese_share(text: str) -> float:
    """How much of a text is Chinese characters, 0 to 1."""
    return len(CHINESE.findall(text)) / max(len(text), 1)


FILTERS = {
    f.__name__: f
    for f in (
        say,
        date_cn,
        dt_cn,
        time_cn,
        number,
        money,
        mask,
        filesize,
        field_id,
        attributes,
        choices,
        with_query,
        page_window,
        light_word,
        one_language,
    )
}
