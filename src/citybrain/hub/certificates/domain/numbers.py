"""Identifier of an electronic certificate (GB/T 36904, reference §7.2) and the number printed on it.

``1.2.156.3005.2.<type code 21>.<issuer>.<serial>.<version 3>.<check>`` with an ISO 7064 MOD 37,36 check character
over type, issuer, serial and version [T: four of five public samples agree]. For our own issue a wrong check is an
error; on a foreign certificate it is a warning to be confirmed, never a silent drop.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

ROOT = "1.2.156.3005.2"  # [T] reference §7.2
ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
TYPE_CODE = re.compile(r"[0-9A-Z]{21}\Z")
ISSUER = re.compile(r"(?:[0-9A-Z]{18}|[0-9]{6})\Z")  # USCC; real data also holds a 6-digit division [T]
SERIAL = re.compile(r"[0-9A-Z]{1,32}\Z")
PLACEHOLDER = re.compile(r"\{(division|year|month|day|serial:[0-9]{1,2})\}")


class NumberFault(ValueError):
    """What is wrong with an identifier; ``code`` is root | parts | type | issuer | serial | version | check."""

    def __init__(self, code: str, zh: str, en: str) -> None:
        super().__init__(en)
        self.code, self.zh, self.en = code, zh, en


@dataclass(frozen=True)
class Identifier:
    """The parts of an identifier; ``str()`` joins them."""

    type_code: str
    issuer: str
    serial: str
    version: int
    check: str

    def __str__(self) -> str:
        return f"{ROOT}.{self.type_code}.{self.issuer}.{self.serial}.{self.version:03d}.{self.check}"


def check_character(text: str) -> str:
    """ISO 7064 MOD 37,36 check character of digits and capital letters. ValueError for other characters."""
    p = 36
    for char in text:
        total = (p + ALPHABET.index(char)) % 36 or 36
        p = (total * 2) % 37
    return ALPHABET[(37 - p) % 36]


def make_identifier(*, type_code: str, issuer: str, serial: str, version: int) -> Identifier:
    """A checked identifier for our own issue; NumberFault names the wrong part."""
    _parts(type_code, issuer, serial)
    if not 1 <= version <= 999:
        raise NumberFault("version", "版本号应为001到999", "the version must be 001 to 999")
    body = f"{type_code}{issuer}{serial}{version:03d}"
    return Identifier(type_code, issuer, serial, version, check_character(body))


def parse_identifier(text: str) -> tuple[Identifier, list[NumberFault]]:
    """The parts of a written identifier and warnings (a check mismatch); NumberFault when it cannot be one."""
    if not text.startswith(ROOT + "."):
        raise NumberFault("root", f"证照标识应以{ROOT}开头", f"an identifier begins with {ROOT}")
    parts = text[len(ROOT) + 1 :].split(".")
    if len(parts) != 5:
        raise NumberFault("parts", "证照标识的段数不对", "the identifier has the wrong number of parts")
    type_code, issuer, serial, version, check = parts
    _parts(type_code, issuer, serial)
    if not re.fullmatch(r"[0-9]{3}", version) or version == "000":
        raise NumberFault("version", "版本号应为三位数字", "the version must be three digits")
    if len(check) != 1 or check not in ALPHABET:
        raise NumberFault("check", "校验位应为一位", "the check is one character")
    right = check_character(type_code + issuer + serial + version)
    faults = []
    if right != check:
        faults.append(
            NumberFault(
                "check", f"校验位应为{right}，写的是{check}", f"the check should be {right}, not {check}"
            )
        )
    return Identifier(type_code, issuer, serial, int(version), check), faults


def _parts(type_code: str, issuer: str, serial: str) -> None:
    if not TYPE_CODE.match(type_code):
        raise NumberFault("type", "证照类型代码应为21位", "the type code has 21 characters")
    if not ISSUER.match(issuer):
        raise NumberFault("issuer", "颁发机构代码应为18位", "the issuer code has 18 characters")
    if not SERIAL.match(serial):
        raise NumberFault(
            "serial", "流水号应为1到32位数字或大写字母", "the serial is 1 to 32 digits or capitals"
        )


def pattern_problem(pattern: str) -> str:
    """Why a printed-number pattern is not usable; empty when it is."""
    rest = PLACEHOLDER.sub("", pattern)
    if "{" in rest or "}" in rest:
        return "only {division} {year} {month} {day} {serial:N} may stand in a number pattern"
    if not re.search(r"\{serial:[0-9]{1,2}\}", pattern):
        return "a number pattern needs {serial:N}"
    return ""


def printed_number(pattern: str, *, serial: int, on: date, division: str) -> str:
    """The number printed on a certificate, e.g. ``JY{division}{year}{serial:6}``."""

    def fill(match: re.Match) -> str:
        word = match.group(1)
        if word.startswith("serial:"):
            return f"{serial:0{int(word[7:])}d}"
        return {"division": division[:6], "year": f"{on:%Y}", "month": f"{on:%m}", "day": f"{on:%d}"}[word]

    return PLACEHOLDER.sub(fill, pattern)
