"""Codes of matters (domain reference §2.4): profiles as regular expressions, the implementation code per body.

Offsets are not hard-coded except the credit code; a catalogue of another province brings another profile. A matter
whose national code is not known gets a provisional one beginning ``99``, never an invented national code.
"""

from __future__ import annotations

import hashlib
import re

from citybrain.hub.matters.domain.document import MATTER_TYPES, USE_LEVELS

PROFILES = {
    # origin 2 + type 2 + department 2 + main 3 + sub 3; total 12 [V:GBT39046 samples], split [K]
    "national-12": re.compile(
        r"^(?P<origin>\d{2})(?P<type>\d{2})(?P<department>\d{2})(?P<main>\d{3})(?P<sub>[0-9A-Z]{3})$"
    ),
    # one province's local 基本编码: 2 type + 5 main + 3 sub [V2]
    "local-10": re.compile(r"^(?P<type>\d{2})(?P<main>\d{5})(?P<sub>\d{3})$"),
    "provisional": re.compile(r"^(?P<origin>99)(?P<type>\d{2})(?P<main>\d{8})$"),
}
IMPLEMENTATION = re.compile(
    r"^(?P<uscc>[0-9A-HJ-NPQRTUWXY]{18})(?P<level>[1-7])(?P<base>[0-9A-Z]{12})$"
)  # 31
HANDLING = re.compile(
    r"^(?P<implementation>[0-9A-HJ-NPQRTUWXY]{18}[1-7][0-9A-Z]{12})(?P<serial>\d{2})$"
)  # 33


def parse(code: str, profile: str) -> dict[str, str] | None:
    """Parts of a base code by profile; None when it does not fit or the profile is unknown."""
    pattern = PROFILES.get(profile)
    match = pattern.match(code) if pattern else None
    return match.groupdict() if match else None


def provisional(key: str, matter_type: str) -> str:
    """A stable 12-digit code of our own for a matter whose national code is not known (待核实)."""
    serial = int(hashlib.sha256(key.encode()).hexdigest(), 16) % 10**8
    return f"99{MATTER_TYPES[matter_type][0]}{serial:08d}"


def implementation_code(uscc: str, level: str, base: str) -> str:
    """实施编码: credit code of the body + level of exercise + base code; empty when a part is missing."""
    code = f"{uscc}{USE_LEVELS[level]}{base}"
    return code if IMPLEMENTATION.match(code) else ""


def handling_code(implementation: str, serial: int) -> str:
    """业务办理项编码: implementation code + two digits."""
    return f"{implementation}{serial:02d}" if implementation and 0 < serial < 100 else ""
