"""Filter queries of CKAN clients: ``field:value``, ``field:"…"``, ``field:(a OR b)``, ``field:[from TO to]``, each with + or -.

That is what clients and harvesters send. Anything else of the search engine's own language is refused, never guessed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

LONGEST = 2000
MOST_TERMS, MOST_VALUES = 20, 50
TERM = re.compile(
    r"\s*(?:AND\s+)?(?P<sign>[+-]|NOT\s+)?(?P<field>[a-z_]{1,40}):\s*"
    r'(?:"(?P<quoted>[^"]*)"|\((?P<several>[^()]*)\)|\[(?P<least>\S+)\s+TO\s+(?P<most>\S+)\]|(?P<bare>[^\s()\[\]":]+(?::[^\s()\[\]":]+)*))'
)
VALUE = re.compile(r'\s*(?:OR\s+)?(?:"([^"]*)"|([^\s"]+))')


class BadQuery(ValueError):
    """The filter is not one of these."""


@dataclass(frozen=True)
class Term:
    """One condition: one of the values (or, when ``ends`` is given, between them), or none of them."""

    field: str
    values: tuple[str, ...] = ()
    ends: tuple[str, str] | None = None
    negative: bool = False


def parse(text: str) -> tuple[Term, ...]:
    """All conditions, which must hold together. BadQuery."""
    text = text.strip()
    found: list[Term] = []
    at = 0
    if len(text) > LONGEST:
        raise BadQuery("too long")
    while at < len(text):
        m = TERM.match(text, at)
        if m is None or len(found) >= MOST_TERMS:
            raise BadQuery(text[at : at + 60])
        found.append(term(m))
        at = m.end()
        if at < len(text) and not text[at].isspace():
            raise BadQuery(text[at : at + 60])
        at += len(text[at:]) - len(text[at:].lstrip())
    return tuple(found)


def term(m: re.Match[str]) -> Term:
    """One condition of a match."""
    negative = (m["sign"] or "").strip() in ("-", "NOT")
    if m["least"] is not None:
        return Term(m["field"], ends=(m["least"].strip('"'), m["most"].strip('"')), negative=negative)
    if m["several"] is not None:
        return Term(m["field"], several(m["several"]), negative=negative)
    return Term(m["field"], (m["quoted"] if m["quoted"] is not None else m["bare"],), negative=negative)


def several(text: str) -> tuple[str, ...]:
    """Values joined by OR. BadQuery for AND, which no client means with values of one field."""
    values: list[str] = []
    at = 0
    while at < len(text.rstrip()):
        m = VALUE.match(text, at)
        if m is None or len(values) >= MOST_VALUES or m[2] in ("AND", "NOT", "TO"):
            raise BadQuery(text[at : at + 60])
        values.append(m[1] if m[1] is not None else m[2])
        at = m.end()
    if not values:
        raise BadQuery(text[:60])
    return tuple(values)


def words_and_terms(q: str) -> tuple[str, tuple[Term, ...]]:
    """A free query: conditions in it (``name:x``) apart from its words; ``*`` wants everything."""
    words, terms = [], []
    for piece in re.findall(r'[a-z_]+:"[^"]*"|\S+', q[:400]):
        if piece in ("*:*", "*"):
            continue
        m = TERM.fullmatch(piece)
        if m:
            terms.append(term(m))
        else:
            words.append(piece.strip('"').rstrip("*"))
    return " ".join(w for w in words if w), tuple(terms)
