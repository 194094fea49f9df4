"""Numbers of cases: profiles and how a number is put together.

A profile is data of a pack (part ``numbering``). The number is at most 50 characters (GB/T 39046, an..50); serials
wider than the profile's width are written in full rather than reused or refused.
"""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, field_validator

from citybrain.kernel.text import Text

WORDS = {
    "code",
    "division6",
    "division12",
    "organisation",
    "yyyymmdd",
    "yymmdd",
    "yyyy",
    "yy",
    "kind",
    "serial",
}
_SLOT = re.compile(r"\{(\w*)\}")
_LITERAL = re.compile(r"^[A-Za-z0-9\-_/〔〕〈〉号字第\u4e00-\u9fff]*$")
MOST = 50


class Numbering(BaseModel):
    """A numbering profile: ``pattern`` with ``{code} {division6} {yyyymmdd} {serial}`` …"""

    model_config = ConfigDict(extra="forbid", frozen=True)

    key: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]{0,59}$")]
    name: Text
    pattern: str = Field(max_length=120)
    without_code: str = Field(default="", max_length=120)  # used when the matter has no implementation code
    serial: int = Field(default=4, ge=1, le=12)
    basis: str = ""

    @field_validator("pattern", "without_code")
    @classmethod
    def _known_words(cls, pattern: str) -> str:
        if not pattern:
            return pattern
        slots = _SLOT.findall(pattern)
        unknown = sorted(set(slots) - WORDS)
        if unknown:
            raise ValueError(f"unknown slots {', '.join(unknown)}; known: {', '.join(sorted(WORDS))}")
        if slots.count("serial") != 1:
            raise ValueError("a pattern has exactly one {serial}")
        if not _LITERAL.match(_SLOT.sub("", pattern)):
            raise ValueError("only letters, digits, hyphens, brackets and Chinese may stand between slots")
        return pattern


def values(*, code: str, division: str, organisation: str, on: date, kind: str = "") -> dict[str, str]:
    """What the slots stand for."""
    return {
        "code": code,
        "division6": (division or "350900")[:6],
        "division12": (division or "350900000000").ljust(12, "0"),
        "organisation": organisation.split("-")[-1],
        "yyyymmdd": f"{on:%Y%m%d}",
        "yymmdd": f"{on:%y%m%d}",
        "yyyy": f"{on:%Y}",
        "yy": f"{on:%y}",
        "kind": kind,
    }


def scope(pattern: str, slots: dict[str, str]) -> str:
    """Everything but the serial: serials are unique within it."""
    return _SLOT.sub(lambda m: "#" if m[1] == "serial" else slots[m[1]], pattern)


def number(scope_text: str, serial: int, width: int) -> str:
    """The finished number. ValueError when it would be longer than 50 characters."""
    text = scope_text.replace("#", str(serial).zfill(width))
    if len(text) > MOST:
        raise ValueError(f"number longer than {MOST} characters: {text}")
    return text
