"""From texts to checked values: one SQL statement of the engine per mapping, so that a batch is checked in one scan.

Every source column arrives as text. An item's value is accepted when it can be read as the item's type and keeps the
rules; otherwise the row is rejected with a reason for each item, and nothing is repaired silently. Column names are
ours (``c0`` …); everything a person wrote is a parameter.
"""

from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from citybrain.hub.data.domain import check_digits
from citybrain.hub.data.domain.blank import BLANK

NAMES = ("required", "length", "pattern", "codes", "lowest", "highest", "identifier")
IDENTIFIERS = ("citizen_number", "uscc", "phone")
DATES = (
    "%Y/%m/%d",
    "%Y.%m.%d",
    "%Y%m%d",
    "%Y年%m月%d日",
    "%Y-%m-%d 00:00:00",
    "%Y/%m/%d 00:00:00",
    "%Y-%m-%dT00:00:00",
)
TIMES = (
    "%Y/%m/%d %H:%M:%S",
    "%Y/%m/%d %H:%M",
    "%Y%m%d%H%M%S",
    "%Y年%m月%d日 %H:%M:%S",
    "%Y年%m月%d日%H时%M分",
    "%Y-%m-%d %H:%M",
)
YES = ("1", "true", "t", "yes", "y", "是", "有", "真", "对")
NO = ("0", "false", "f", "no", "n", "否", "无", "假", "错")
# GB 11643-1999: weights 2^(17-i) mod 11 and the check characters; GB 32100-2015: weights 3^i mod 31, 31 characters.
LOST = ("\ufffd", "\0")  # what decoding leaves where bytes are no text of the encoding


@dataclass(frozen=True)
class Mapped:
    """One item and the source column it comes from, with its rules. ``codes`` are the allowed values."""

    column: str
    item: str
    type: str = "text"
    required: bool = False
    length: int | None = None
    pattern: str = ""
    codes: tuple[str, ...] = ()
    lowest: str = ""
    highest: str = ""
    identifier: str = ""
    title: dict[str, str] = field(default_factory=dict)
    personal: str = ""
    grade: str = "L1"
    is_key: bool = False

    def as_dict(self) -> dict[str, Any]:
        """The stored form."""
        return {**asdict(self), "codes": list(self.codes)}

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> "Mapped":
        """From the stored form."""
        return cls(**{**values, "codes": tuple(values.get("codes", ()))})


@dataclass(frozen=True)
class Statement:
    """SQL over the relation ``batch`` (``_n`` and one text column per item, ``c0`` …) and its named parameters."""

    sql: str
    params: dict[str, Any]


def statement(
    mapping: Sequence[Mapped],
    *,
    padded: Collection[int] | None = None,
    spoiled: Collection[int] | None = None,
) -> Statement:
    """``_n``, the typed items, and ``_why``: ``<item number>:<code>`` after each other, a blank behind each; "" for an
    accepted row. ``padded``: the items whose texts may have blanks around, ``spoiled``: those in whose texts a sign of
    ``LOST`` may stand; None: any, which costs more.
    """
    params: dict[str, Any] = {}
    given = ", ".join(
        f"nullif({f'trim(c{n}, $blank)' if padded is None or n in padded else f'c{n}'}, '') AS c{n}"
        for n in range(len(mapping))
    )
    typed = ", ".join(f"{value_of(m, f'c{n}')} AS v{n}" for n, m in enumerate(mapping))
    reasons = [
        case
        for n, m in enumerate(mapping)
        for case in cases(n, m, params, spoiled=spoiled is None or n in spoiled)
    ]
    named = ", ".join(f'v{n} AS "{m.item}"' for n, m in enumerate(mapping))
    if padded is None or padded:
        params["blank"] = BLANK
    sql = (
        f"SELECT _n, {named}, concat({', '.join(reasons)}) AS _why FROM (SELECT _n, {columns(len(mapping))}, {typed} "  # noqa: S608 - names are ours
        f"FROM (SELECT _n, {given} FROM batch))"
    )
    return Statement(sql, params)


def columns(count: int) -> str:
    """The text columns."""
    return ", ".join(f"c{n}" for n in range(count))


def value_of(item: Mapped, c: str) -> str:
    """SQL of the typed value; unknown where the text cannot be read as the type."""
    plain = f"replace({c}, ',', '')"
    dates = ", ".join(f"'{form}'" for form in DATES)
    times = ", ".join(f"'{form}'" for form in TIMES)
    return {
        "text": f"upper({c})" if item.identifier in ("citizen_number", "uscc") else c,
        "integer": f"CASE WHEN {shaped(c, WHOLE)} THEN TRY_CAST({plain} AS BIGINT) END",
        "number": f"CASE WHEN {shaped(c, EXACT)} THEN TRY_CAST({plain} AS DECIMAL(18, 6)) END",
        "real": f"CASE WHEN isfinite(TRY_CAST({plain} AS DOUBLE)) THEN TRY_CAST({plain} AS DOUBLE) END",
        "bool": f"CASE WHEN lower({c}) IN ({listed(YES)}) THEN true WHEN lower({c}) IN ({listed(NO)}) THEN false END",
        "date": f"CASE WHEN {shaped(c, ISO_DAY)} THEN TRY_CAST({c} AS DATE) ELSE CAST(try_strptime({c}, [{dates}]) AS DATE) END",
        "datetime": f"coalesce(CASE WHEN {shaped(c, ISO_TIME)} THEN TRY_CAST({c} AS TIMESTAMPTZ) END, "
        f"timezone('Asia/Shanghai', try_strptime({c}, [{times}, {dates}])))",
    }[item.type]


WHOLE = r"[+-]?(\d+|\d{1,3}(,\d{3})+)"
EXACT = r"[+-]?(\d{1,12}|\d{1,3}(,\d{3}){1,3})(\.\d{1,6}0*)?"
ISO_DAY = r"\d{4}-\d{1,2}-\d{1,2}"
ISO_TIME = r"\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?( ?(Z|UTC|[+-]\d{2}(:?\d{2})?))?)?"


def shaped(c: str, form: str) -> str:
    """SQL: the text has this form of ours."""
    return f"regexp_full_match({c}, '{form}')"


def listed(words: Sequence[str]) -> str:
    """SQL list of words of ours."""
    return ", ".join(f"'{word}'" for word in words)


def cases(number: int, item: Mapped, params: dict[str, Any], *, spoiled: bool) -> list[str]:
    """One CASE per rule; the parameters it needs are put into ``params``."""
    c, v = f"c{number}", f"v{number}"
    found = []
    if spoiled:
        signs = " OR ".join(f"contains({c}, chr({ord(sign)}))" for sign in LOST)
        found.append(case(number, "lost", f"({signs})"))
    found.append(case(number, "type", f"{c} IS NOT NULL AND {v} IS NULL"))
    if item.required or item.is_key:
        found.append(case(number, "required", f"{c} IS NULL"))
    if item.length:
        params[f"length{number}"] = item.length
        found.append(case(number, "length", f"length({c}) > $length{number}"))
    if item.pattern:
        params[f"pattern{number}"] = item.pattern
        found.append(case(number, "pattern", f"NOT regexp_full_match({c}, $pattern{number})"))
    if item.codes:
        params[f"codes{number}"] = list(item.codes)
        found.append(case(number, "codes", f"NOT list_contains($codes{number}, {c})"))
    for word, sign in (("lowest", "<"), ("highest", ">")):
        if getattr(item, word) and item.type != "bool":  # yes and no have no order
            params[f"{word}{number}"] = getattr(item, word)
            found.append(case(number, word, f"{v} {sign} {bound(item.type, f'{word}{number}')}"))
    if item.identifier:
        found.append(case(number, item.identifier, f"NOT {IDENTIFIER_SQL[item.identifier](f'upper({c})')}"))
    return found


def case(number: int, code: str, broken: str) -> str:
    """The reason when the rule is broken; an unknown answer breaks nothing."""
    return f"CASE WHEN {broken} THEN '{number}:{code} ' END"


def bound(kind: str, name: str) -> str:
    """The parameter in the type the item is compared in."""
    word = {
        "integer": "BIGINT",
        "number": "DECIMAL(18, 6)",
        "real": "DOUBLE",
        "date": "DATE",
        "datetime": "TIMESTAMPTZ",
    }
    return f"TRY_CAST(${name} AS {word.get(kind, 'VARCHAR')})"


def citizen_sql(c: str) -> str:
    """GB 11643: 17 digits, a date that exists, and the check character."""
    total = " + ".join(
        f"(ascii(substr({c}, {i}, 1)) - 48) * {w}" for i, w in enumerate(check_digits.CITIZEN_WEIGHTS, 1)
    )
    born = f"try_strptime(substr({c}, 7, 8), '%Y%m%d') BETWEEN TIMESTAMP '1850-01-01' AND now()::TIMESTAMP"
    check = f"substr('10X98765432', ({total}) % 11 + 1, 1) = substr({c}, 18, 1)"
    return rf"(CASE WHEN regexp_full_match({c}, '[1-9]\d{{16}}[\dX]') THEN coalesce({born}, false) AND {check} ELSE false END)"


def uscc_sql(c: str) -> str:
    """GB 32100-2015 with the organisation's own check character: the same answer as the rule of quality gives later."""
    return f"coalesce({check_digits.uscc(c)}, false)"


def phone_sql(c: str) -> str:
    """A mobile number of the mainland or a landline with its area code."""
    return rf"regexp_full_match({c}, '(\+?86)?1[3-9]\d{{9}}|0\d{{2,3}}-?\d{{7,8}}')"


IDENTIFIER_SQL = {"citizen_number": citizen_sql, "uscc": uscc_sql, "phone": phone_sql}
