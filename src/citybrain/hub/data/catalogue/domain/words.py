"""Words of the catalogue for search: character pairs, pinyin, initials; and what a person typed, tidied."""

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

from pypinyin import Style, lazy_pinyin

HAN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]+")
WORD = re.compile(r"[a-z0-9]+")
LONGEST = 60


def tidy(text: str) -> str:
    """A query in plain lower-case characters, at most 60."""
    folded = unicodedata.normalize("NFKC", "".join(c for c in text if c.isprintable())).lower()
    return re.sub(r"\s+", " ", folded).strip()[:LONGEST]


def pairs(text: str) -> list[str]:
    """Character pairs of every Chinese run (a lone character stands for itself) and Latin words, each once."""
    found: list[str] = []
    for run in HAN.findall(text):
        found += [run[i : i + 2] for i in range(len(run) - 1)] or [run]
    return list(dict.fromkeys([*found, *WORD.findall(text.lower())]))


@lru_cache(maxsize=8192)
def pinyin(text: str) -> str:
    """How the Chinese part sounds: renkoujichu."""
    return "".join(lazy_pinyin("".join(HAN.findall(text)))).lower()


@lru_cache(maxsize=8192)
def initials(text: str) -> str:
    """First letters of the syllables: rkjc."""
    return "".join(lazy_pinyin("".join(HAN.findall(text)), style=Style.FIRST_LETTER)).lower()


def sounds(texts: Iterable[str]) -> tuple[str, str]:
    """Pinyin and initials of several names, each name once."""
    known = [text for text in dict.fromkeys(texts) if HAN.search(text)]
    return " ".join(map(pinyin, known)), " ".join(map(initials, known))
