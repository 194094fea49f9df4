"""Rules of the 12-digit statistical division code (reference §1.3). Refuses what is not twelve digits.

Segments 2-2-2-3-3: province, city, county, town, village; a zero segment ends the code.
"""

from typing import Literal

from citybrain.hub.places.data import Level

SEGMENTS = {Level.PROVINCE: 2, Level.CITY: 4, Level.COUNTY: 6, Level.TOWN: 9, Level.VILLAGE: 12}


def padded(code: str) -> str:
    """A 2-, 4-, 6-, 9- or 12-digit code as twelve digits; ValueError otherwise."""
    if not (code.isascii() and code.isdigit()) or len(code) not in SEGMENTS.values():
        raise ValueError(f"not a division code: {code!r}")
    return code.ljust(12, "0")


def level_of(code: str) -> Level:
    """Level told by the zero padding."""
    code = padded(code)
    for level, length in SEGMENTS.items():
        if not code[length:].strip("0"):
            return level
    return Level.VILLAGE


def prefix(code: str) -> str:
    """The significant digits: every code below begins with them."""
    return padded(code)[: SEGMENTS[level_of(code)]]


def at_level(code: str, level: Level) -> str:
    """The code cut to ``level`` and padded: the town or county a village code is built on."""
    return padded(code)[: SEGMENTS[level]].ljust(12, "0")


def village_kind(code: str) -> Literal["community", "village", "quasi"]:
    """community, village or quasi, from the last segment."""
    last = padded(code)[9:]
    if last[0] in "45":
        return "quasi"
    return "community" if last[0] in "01" else "village"
