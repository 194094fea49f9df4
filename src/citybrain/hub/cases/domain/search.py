"""Chinese search without a dictionary: pairs of neighbouring characters (bigrams).

Two-character words are what people type most; a pair index answers them from a GIN index, where LIKE would scan.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

_RUN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]+|[a-z0-9]+")
MOST_TOKENS = 200
OPEN, DONE = "=open", "=done"  # marks of a case beside its words, as unit_mark is one


def _runs(text: str) -> list[str]:
    return _RUN.findall(unicodedata.normalize("NFKC", text).lower())


def _han(run: str) -> bool:
    return not run.isascii()


def tokens(*texts: str) -> list[str]:
    """The distinct tokens to store."""
    found: dict[str, None] = {}
    for text in texts:
        for run in _runs(text or ""):
            if _han(run):
                found.update(dict.fromkeys(run[i : i + 2] for i in range(len(run) - 1)))
                found[run[-1]] = None
            else:
                found[run[:40]] = None
    return list(found)[:MOST_TOKENS]


def cleaned(text: str) -> str:
    """What is looked for, without what no column holds."""
    return text.replace("\x00", "").strip()[:100]


def numberlike(text: str) -> bool:
    """Whether the text may be the beginning of a case number."""
    return text.isascii() and len(text) >= 4


def escaped(text: str) -> str:
    """The text as a literal beginning of a LIKE pattern."""
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def query(text: str, units: Sequence[str] = (), mark: str = "") -> str:
    """A tsquery that all stored tokens of ``text`` satisfy; "" when there is nothing to look for. ``units`` and
    ``mark`` (OPEN, DONE) narrow it to what is marked so: they stand in the same index as the words."""
    parts: list[str] = []
    for run in _runs(text)[:12]:
        if _han(run) and len(run) > 1:
            parts.extend(f"'{run[i : i + 2]}'" for i in range(min(len(run) - 1, 24)))
        else:
            parts.append(f"'{run[:40]}':*")
    if not parts:
        return ""
    if units:
        parts.append("(" + " | ".join(_lexeme(unit_mark(unit)) for unit in units) + ")")
    if mark:
        parts.append(_lexeme(mark))
    return " & ".join(dict.fromkeys(parts))


def unit_mark(unit: str) -> str:
    """The token of a unit: no word begins like it."""
    return f"@{unit}"


def _lexeme(token: str) -> str:
    return "'" + token.replace("\\", "\\\\").replace("'", "''") + "'"
