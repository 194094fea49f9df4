"""Finding a division by what a person types: name, other name, pinyin, initials, code; parts and small slips too.

First exact, leading and inner matches (indexed), ranked; only when they are few, look-alikes: the query's pinyin
compared by trigrams, so that 松成街道 and "songchen" still find 松城街道. Never more than ``MOST`` results.
"""

import re
import unicodedata

from django.contrib.postgres.search import TrigramSimilarity
from django.db.models import Case, FloatField, Q, QuerySet, Value, When
from django.db.models.functions import Greatest

from citybrain.hub.places.data import Hit
from citybrain.hub.places.domain import codes, names
from citybrain.hub.places.models import Division
from citybrain.hub.places.queries.tree import valid, visible
from citybrain.kernel import clock

MOST = 50
LONGEST = 40  # characters of a query that are looked at
ALIKE = 0.35  # least trigram similarity of two pinyin spellings
FEW = 5


def search(q: str, limit: int = 20, *, within: str = "", levels: tuple[int, ...] = ()) -> list[Hit]:
    """Divisions in force that match ``q``, best first. ``within`` limits to a subtree, ``levels`` to levels.

    Several words separated by spaces must all match, in the name or in the names above it.
    """
    words = normal(q).split()
    if not words:
        return []
    limit = max(1, min(limit, MOST))
    rows = valid(visible(), clock.today())
    if within:
        rows = rows.filter(pk__startswith=codes.prefix(within))
    if levels:
        rows = rows.filter(level__in=levels)
    hits = [hit(row) for row in matching(rows, words)[:limit]]
    if len(hits) < min(FEW, limit):
        known = {h.division.code for h in hits}
        alike = look_alikes(rows, "".join(words)).exclude(pk__in=known)
        hits += [hit(row) for row in alike[: limit - len(hits)]]
    return hits


def normal(q: str) -> str:
    """Lower case, full-width folded, punctuation to spaces, bounded."""
    folded = unicodedata.normalize("NFKC", q or "").lower()[:LONGEST]
    return " ".join(re.sub(r"[\s\x00-\x1f\x7f,，、·'\"%_\\/|-]+", " ", folded).split())


def matching(rows: QuerySet[Division], words: list[str]) -> QuerySet[Division]:
    """Rows in which every word occurs; ranked by how the last word meets the division's own names."""
    for word in words:
        rows = rows.filter(occurs(word))
    own = words[-1]
    return (
        rows.annotate(score=rank(own), why=reason(own))
        .filter(score__gt=0)
        .order_by("-score", "level", "code")
    )


def occurs(word: str) -> Q:
    """The word in a name, a name above, the pinyin, the initials or the code."""
    if word.isascii() and word.isdigit():
        return Q(code__startswith=word) | Q(civil_code__startswith=word)
    found = Q(search__contains=word) | Q(path__contains=word)
    if word.isascii():
        found |= Q(pinyin__contains=word) | Q(initials__startswith=word)
    return found


def rank(word: str) -> Case:
    """100 for the whole name, less for the beginning, the inside, pinyin, and a name above."""
    return Case(
        When(Q(name=word) | Q(short=word) | Q(code=word.ljust(12, "0")), then=Value(100.0)),
        When(Q(search__contains=f"|{word}|") | Q(civil_code=word.ljust(12, "0")), then=Value(95.0)),
        When(code__startswith=word, then=Value(90.0)),
        When(civil_code__startswith=word, then=Value(88.0)),
        When(search__contains=f"|{word}", then=Value(85.0)),
        When(Q(initials=word) | Q(pinyin=word), then=Value(80.0)),
        When(pinyin__startswith=word, then=Value(75.0)),
        When(initials__startswith=word, then=Value(70.0)),
        When(search__contains=word, then=Value(60.0)),
        When(pinyin__contains=word, then=Value(50.0)),
        When(path__contains=word, then=Value(30.0)),
        default=Value(0.0),
        output_field=FloatField(),
    )


def reason(word: str) -> Case:
    """How it matched, for the reader: name, alias, code, pinyin or place."""
    return Case(
        When(Q(code__startswith=word) | Q(civil_code__startswith=word), then=Value("code")),
        When(Q(name__contains=word) | Q(short__contains=word), then=Value("name")),
        When(search__contains=word, then=Value("alias")),
        When(Q(pinyin__contains=word) | Q(initials__startswith=word), then=Value("pinyin")),
        default=Value("place"),
    )


def look_alikes(rows: QuerySet[Division], query: str) -> QuerySet[Division]:
    """Rows whose pinyin resembles the query's: catches homophones and slips of a letter."""
    sound = names.pinyin(query)
    if sound.isdigit() or len(sound) < 3:
        return rows.none()
    likeness = Greatest(
        TrigramSimilarity("pinyin", sound), TrigramSimilarity("short_sound", sound), output_field=FloatField()
    )
    return (
        rows.annotate(score=likeness, why=Value("alike"))
        .filter(score__gte=ALIKE)
        .order_by("-score", "level", "code")
    )


def hit(row: Division) -> Hit:
    """The result as it crosses the door."""
    score = getattr(row, "score", 0.0)
    return Hit(row.record(), row.path, round(score * 40 if score <= 1 else score, 1), getattr(row, "why", ""))
