"""Bilingual text: what a pack says in Chinese and, where it can, in English. Refuses nothing but non-strings.

Stored as JSON ``{"zh": …, "en": …}``. Free of Django: the current language comes from a hook that the kernel's
AppConfig sets, so that records which cross doors may carry text.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from pydantic import BaseModel, ConfigDict, model_validator


def _nobody_said() -> str | None:
    return None


_language: Callable[[], str | None] = _nobody_said


def set_language_source(source: Callable[[], str | None]) -> None:
    """Where the current language comes from (Django's, once it runs)."""
    global _language
    _language = source


_page: ContextVar[str | None] = ContextVar("language_of_page", default=None)


@contextmanager
def one_language() -> Iterator[None]:
    """The language does not change in this block (the making of one page): it is asked once instead of for every word."""
    token = _page.set(_language() or "")
    try:
        yield
    finally:
        _page.reset(token)


def spoken() -> str:
    """The code of the language being spoken, as its source says it; "" when nobody said."""
    known = _page.get()
    return (_language() or "") if known is None else known


def current_language() -> str:
    """``"zh"`` or ``"en"``: the language of the person being answered; Chinese when nobody said."""
    return "en" if spoken().lower().startswith("en") else "zh"


class Text(BaseModel):
    """One text in two languages. A plain string is Chinese only."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    zh: str
    en: str = ""

    @model_validator(mode="before")
    @classmethod
    def _from_string(cls, value: Any) -> Any:
        return {"zh": value} if isinstance(value, str) else value

    def say(self, lang: str | None = None) -> str:
        """The text in ``lang`` (``zh``/``en``, default the current one), falling back to the other language."""
        if (lang or current_language()).startswith("en"):
            return self.en or self.zh
        return self.zh or self.en

    def as_dict(self) -> dict[str, str]:
        """The stored form."""
        return {"zh": self.zh, "en": self.en}

    def __str__(self) -> str:
        return self.say()


def say(value: Text | Mapping[str, str] | str | None, lang: str | None = None) -> str:
    """Say a Text, its stored dict, a plain string or None in the current language."""
    if value is None:
        return ""
    if type(value) is str:  # most often; before the costlier questions
        return value
    if isinstance(value, Text):
        return value.say(lang)
    if isinstance(value, dict | Mapping):
        zh, en = value.get("zh") or "", value.get("en") or ""
        return (en or zh) if (lang or current_language()).startswith("en") else (zh or en)
    return str(value)
