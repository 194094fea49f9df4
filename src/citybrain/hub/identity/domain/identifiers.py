"""Checks of the citizen number (GB 11643) and the unified social credit code (GB 32100-2015).

Every kind of fault has its own code, so a form can say what is wrong, not only that something is. Refuses to
repair silently: lower case and look-alike letters are reported, never swallowed.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from stdnum import numdb

# GB 11643: ISO 7064 MOD 11-2; 2**(17-i) % 11
CITIZEN_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
CITIZEN_CHECK = "10X98765432"
# GB 32100-2015: 31 characters without I O S V Z; 3**i % 31
USCC_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
USCC_WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
# GB 11714, alphabet 0-9A-Z
ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
ORGANISATION_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
# GB 32100-2015 tables of 登记管理部门 and 机构类别; pairs seen in samples and [K], so unknown is a warning
USCC_PAIRS = {
    "1": "1239", "2": "19", "3": "123459", "4": "19", "5": "1239", "6": "129", "7": "129", "8": "19",
    "9": "123", "A": "19", "N": "1239", "Y": "1",
}  # fmt: skip
RESIDENCE_PERMITS = {"810000", "820000", "830000"}  # 港澳台居民居住证

MESSAGES = {
    "length": ("号码应为18位", "The number must have 18 characters"),
    "characters": ("含有不允许的字符", "Contains characters that are not allowed"),
    "fullwidth": ("含有全角字符，请改用半角", "Contains full-width characters; please type plain ones"),
    "space": ("号码中不能有空格", "Must not contain spaces"),
    "lower_case": ("字母须为大写", "Letters must be upper case"),
    "letter_o": ("把数字0写成了字母O", "Letter O where a digit 0 belongs"),
    "letter_i": ("把数字1写成了字母I", "Letter I where a digit 1 belongs"),
    "division_unknown": ("历史区划：区划代码不在现行或历史代码表内", "Division code is in no table we know"),
    "division_historical": (
        "历史区划：该区划代码已撤销",
        "Historical division: this code has been abolished",
    ),
    "date_impossible": ("出生日期不存在", "The birth date does not exist"),
    "date_future": ("出生日期晚于今天", "The birth date is in the future"),
    "date_too_old": ("出生日期距今超过150年", "The birth date is more than 150 years ago"),
    "check_character": ("最后一位校验码不正确", "The last character (check character) is wrong"),
    "registrar": ("登记管理部门和机构类别代码不认识", "Unknown registering authority and kind"),
    "organisation_check": (
        "第9—17位主体标识码校验不正确",
        "Characters 9–17 (organisation code) fail their check",
    ),
}
WARNINGS = {"division_unknown", "division_historical", "registrar"}


@dataclass(frozen=True)
class IdProblem:
    """One fault. ``severity`` error stops, warning only tells (A10: an abolished division is valid)."""

    code: str
    zh: str
    en: str
    severity: str = "error"


def problem(code: str) -> IdProblem:
    zh, en = MESSAGES[code]
    return IdProblem(code, zh, en, "warning" if code in WARNINGS else "error")


def citizen_check_character(s17: str) -> str:
    """18th character of a citizen number (GB 11643)."""
    return CITIZEN_CHECK[sum(int(c) * w for c, w in zip(s17, CITIZEN_WEIGHTS, strict=True)) % 11]


def uscc_check_character(s17: str) -> str:
    """18th character of a unified social credit code (GB 32100-2015)."""
    total = sum(USCC_ALPHABET.index(c) * w for c, w in zip(s17, USCC_WEIGHTS, strict=True))
    return USCC_ALPHABET[(31 - total % 31) % 31]


def organisation_check_character(s8: str) -> str:
    """9th character of an organisation code (GB 11714)."""
    total = sum(ORGANISATION_ALPHABET.index(c) * w for c, w in zip(s8, ORGANISATION_WEIGHTS, strict=True))
    rest = 11 - total % 11
    return {10: "X", 11: "0"}.get(rest, str(rest))


@lru_cache(maxsize=4096)
def division_state(code6: str) -> str:
    """``current``, ``historical`` (abolished) or ``unknown`` for a GB/T 2260 code, from public tables."""
    if code6 in RESIDENCE_PERMITS or code6 == "100000":
        return "current"
    found = {k: v for _part, props in numdb.get("cn/loc").info(code6) for k, v in props.items()}
    county = found.get("county", "")
    if not county:
        return "unknown"
    spans = [part.partition("]")[0] for part in county.split(",") if part.startswith("[")]
    return "historical" if spans and not any(span.endswith("-") for span in spans) else "current"


def check_citizen_number(text: str, *, today: date | None = None) -> list[IdProblem]:
    """Faults of a citizen number, an empty list when it is sound. Order: form, division, date, check."""
    shape = list(_shape(text, letters="X"))
    if shape:
        return shape
    found = [_division(text[:6])]
    found.append(_birth(text[6:14], today or date.today()))
    if citizen_check_character(text[:17]) != text[17]:
        found.append(problem("check_character"))
    return [item for item in found if item]


def check_uscc(text: str) -> list[IdProblem]:
    """Faults of a unified social credit code. Order as GB 32100: length, case, alphabet, 1–2, 3–8, 17, 18."""
    shape = list(_shape(text, letters=USCC_ALPHABET))
    if shape:
        return shape
    found: list[IdProblem | None] = []
    if text[1] not in USCC_PAIRS.get(text[0], ""):
        found.append(problem("registrar"))
    if text[2:8].isdigit():
        found.append(_division(text[2:8]))
    else:
        found.append(problem("characters"))
    if organisation_check_character(text[8:16]) != text[16]:
        found.append(problem("organisation_check"))
    if uscc_check_character(text[:17]) != text[17]:
        found.append(problem("check_character"))
    return [item for item in found if item]


def is_sound(problems: list[IdProblem]) -> bool:
    """No error among them; warnings are allowed."""
    return all(item.severity != "error" for item in problems)


def birth_date(citizen_number: str) -> date | None:
    """Birth date inside a citizen number, None when it cannot be read."""
    try:
        return date(int(citizen_number[6:10]), int(citizen_number[10:12]), int(citizen_number[12:14]))
    except ValueError:
        return None


def sex(citizen_number: str) -> str:
    """GB/T 2261.1 code from the sequence number: 1 male (odd), 2 female (even), 0 unknown."""
    digit = citizen_number[16:17]
    return ("2", "1")[int(digit) % 2] if digit.isdigit() else "0"


def _shape(text: str, *, letters: str) -> Iterator[IdProblem]:
    """Faults of form. The citizen number allows digits and a final X; the code allows its own alphabet."""
    citizen = letters == "X"
    if any(c.isspace() for c in text):
        yield problem("space")
    if any("\uff01" <= c <= "\uff5e" for c in text):
        yield problem("fullwidth")
        return
    bare = "".join(c for c in text if not c.isspace())
    if len(bare) != 18:
        yield problem("length")
    if any("a" <= c <= "z" for c in bare):
        yield problem("lower_case")
    upper = bare.upper()
    if "O" in upper:
        yield problem("letter_o")
    if "I" in upper:
        yield problem("letter_i")
    rest = upper.replace("O", "").replace("I", "")
    allowed = set("0123456789") if citizen else set(letters)
    body = rest[:-1] if citizen and upper.endswith("X") else rest
    if any(c not in allowed for c in body):
        yield problem("characters")


def _division(code6: str) -> IdProblem | None:
    state = division_state(code6)
    return None if state == "current" else problem(f"division_{state}")


def _birth(digits: str, today: date) -> IdProblem | None:
    try:
        born = date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        return problem("date_impossible")
    if born > today:
        return problem("date_future")
    return problem("date_too_old") if today.year - born.year > 150 else None
