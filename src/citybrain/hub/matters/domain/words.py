"""Words for search: Chinese character pairs, pinyin, and what a person typed, tidied.

Pairs find what single characters would find too often; pinyin forgives a wrong character that sounds right.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from pypinyin import Style, lazy_pinyin

HAN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]+")
WORD = re.compile(r"[a-z0-9]+")
NOISE = re.compile(
    r"我想|我要|我们|请问|怎么|怎样|如何|哪里|在哪|需要什么|要什么|什么|办理|申请|申办|去办|可以|一下|的|吗|呢|了|想|办"
)
MAX_QUERY = 60


def tidy_query(text: str) -> str:
    """A query as plain lower-case text, full-width signs made plain, at most 60 characters."""
    text = unicodedata.normalize("NFKC", "".join(c for c in text if c.isprintable())).lower().strip()
    return re.sub(r"\s+", " ", text)[:MAX_QUERY]


def core(text: str) -> str:
    """The query without the polite words around it; the whole query when nothing else is left."""
    bare = NOISE.sub("", text).strip()
    return bare or text


def pairs(text: str) -> list[str]:
    """Character pairs of every Chinese run (a lone character stands for itself), and Latin words."""
    found: list[str] = []
    for run in HAN.findall(text):
        found += [run[i : i + 2] for i in range(len(run) - 1)] or [run]
    found += WORD.findall(text.lower())
    return list(dict.fromkeys(found))


@lru_cache(maxsize=4096)
def pinyin(text: str) -> str:
    """How the Chinese part sounds, syllables run together, without tones."""
    return "".join(lazy_pinyin("".join(HAN.findall(text)))).lower()


@lru_cache(maxsize=4096)
def initials(text: str) -> str:
    """First letters of the syllables: spjyxk for 食品经营许可."""
    return "".join(lazy_pinyin("".join(HAN.findall(text)), style=Style.FIRST_LETTER)).lower()
