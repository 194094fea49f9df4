"""Chinese search without a dictionary: pairs of neighbouring characters (bigrams).

Two-character words are what people type most; a pair index answers them from a GIN index, where LIKE would scan.
"""

from __future__ import annotations

import re
import unicodedata

_RUN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]+|[a-z0-9]+")
MOST_TOKENS = 200


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


def query(text: str) -> str:
    """A tsquery that all stored tokens of ``text`` satisfy; "" when there is nothing to look for."""
    parts: list[str] = []
    for run in _runs(text)[:12]:
        if _han(run) and len(run) > 1:
            parts.extend(f"'{run[i : i + 2]}'" for i in range(min(len(run) - 1, 24)))
        else:
            parts.append(f"'{run[:40]}':*")
    return " & ".join(dict.fromkeys(parts))
