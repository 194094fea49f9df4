"""Search in everyday words: exact, by synonym, by character pairs, by sound, with typing errors. Ranked, explained.

Scores are between 0 and about 1.3 and only order the list. A query leads nowhere silently: nothing found is an empty
list. Input is tidied and bounded; no query text reaches SQL except as a parameter.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace

from django.contrib.postgres.search import SearchQuery, SearchRank, TrigramSimilarity, TrigramWordSimilarity
from django.db.models import F, Q
from django.db.models.functions import Greatest

from citybrain.hub.matters.data import Entry
from citybrain.hub.matters.domain.words import HAN, core, initials, pairs, pinyin, tidy_query
from citybrain.hub.matters.models import SearchEntry, Synonym
from citybrain.hub.matters.queries.entries import entries_of
from citybrain.kernel.remember import remembered

EXACT, STARTS, CONTAINS, SYNONYM, PAIRS, SOUND, TYPO = 1.0, 0.9, 0.8, 0.95, 0.6, 0.55, 0.5
FLOOR = 0.12


def search(q: str, limit: int = 20, *, department: str = "", served: str = "", kind: str = "") -> list[Entry]:
    """Matters and bundles for what a person typed, best first. Filters: department slug, service object, kind."""
    text = tidy_query(q)
    return list(_search(text, limit, department, served, kind)) if text else []


@remembered(seconds=5)
def _search(text: str, limit: int, department: str, served: str, kind: str) -> list[Entry]:
    scores = _scores(text)
    rows = SearchEntry.objects.filter(live=True)
    if department:
        rows = rows.filter(department=department)
    if served:
        rows = rows.filter(objects_served__contains=[served])
    if kind:
        rows = rows.filter(kind=kind)
    wanted = {key for key, (score, _) in scores.items() if score >= FLOOR}
    rows = rows.filter(key__in={key for _, key in wanted}).only("kind", "key", "weight")
    kept = [(r.kind, r.key, r.weight) for r in rows if (r.kind, r.key) in wanted]
    ranked = sorted(kept, key=lambda r: (-scores[r[0], r[1]][0] * r[2], r[0], r[1]))[
        : max(1, min(limit, 100))
    ]
    found = {(e.kind, e.key): e for e in entries_of([(kind, key) for kind, key, _ in ranked])}
    return [
        replace(found[kind, key], score=round(scores[kind, key][0] * weight, 4), why=scores[kind, key][1])
        for kind, key, weight in ranked
        if (kind, key) in found
    ]


class _Board:
    """Best score per entry, and which word earned it."""

    def __init__(self) -> None:
        self.best: dict[tuple[str, str], tuple[float, str]] = defaultdict(lambda: (0.0, ""))

    def add(self, kind: str, key: str, score: float, why: str) -> None:
        if score > self.best[kind, key][0]:
            self.best[kind, key] = (score, why)


def _scores(text: str) -> dict[tuple[str, str], tuple[float, str]]:
    board, bare = _Board(), core(text)
    meanings = _synonyms(text, bare, board)
    for word, share in {bare: 1.0, **meanings}.items():
        _by_words(word, share, board)
        _by_pairs(word, share, board)
    _by_sound(bare, board)
    _by_typo(bare, board)
    return dict(board.best)


def _synonyms(text: str, bare: str, board: _Board) -> dict[str, float]:
    """Score targets of everyday words found in the query; give back official words that mean the same."""
    rows = Synonym.objects.filter(hidden=False).annotate(near=TrigramSimilarity("word", bare))
    sound = pinyin(bare)
    same: dict[str, float] = {}
    clause = Q(word__in=_parts(text) | {bare}) | Q(near__gt=0.45)
    if len(sound) >= 5:
        clause |= Q(pinyin=sound)
    for row in rows.filter(clause)[:200]:
        if row.word == bare or row.word == text:
            share = 1.0
        elif row.word in text:
            share = 0.75 + 0.2 * len(row.word) / max(len(bare), 1)
        elif row.pinyin and row.pinyin == sound:
            share = 0.85
        else:
            share = float(row.near) * 0.9
        share = min(share, 1.0) * row.weight
        for position, target in enumerate(row.targets):
            for kind in ("matter", "bundle"):
                board.add(kind, target, SYNONYM * share - 0.02 * position, row.word)
        for word in row.same:
            same[word] = max(same.get(word, 0), share * 0.85)
    return same


def _parts(text: str) -> set[str]:
    """Every substring of 2 to 8 characters of the Chinese runs: everyday words are looked up among them."""
    found = set()
    for run in HAN.findall(text):
        for size in range(2, min(8, len(run)) + 1):
            found |= {run[i : i + size] for i in range(len(run) - size + 1)}
    return found


def _by_words(word: str, share: float, board: _Board) -> None:
    if len(word) < 2:
        return
    rows = SearchEntry.objects.filter(live=True).filter(
        Q(name__icontains=word) | Q(words__icontains=word) | Q(name_en__icontains=word)
    )
    for row in rows.only("kind", "key", "name", "words", "name_en")[:300]:
        if row.name == word or row.name_en.lower() == word:
            score = EXACT
        elif row.name.startswith(word):
            score = STARTS
        elif word in row.words.lower().split():
            score = STARTS - 0.02
        else:
            score = CONTAINS if word in row.name or word in row.name_en.lower() else CONTAINS - 0.1
        board.add(row.kind, row.key, score * share, word)


def _by_pairs(word: str, share: float, board: _Board) -> None:
    found = pairs(word)
    if not found:
        return
    query = SearchQuery(
        "'" + "' | '".join(p.replace("'", "") for p in found) + "'", search_type="raw", config="simple"
    )
    rows = SearchEntry.objects.filter(live=True, bigrams=query).annotate(rank=SearchRank(F("bigrams"), query))
    for row in rows.only("kind", "key", "name", "words").order_by("-rank")[:60]:
        text = set(pairs(f"{row.name} {row.words}"))
        hit = len(text & set(found)) / len(found)
        board.add(row.kind, row.key, PAIRS * share * (0.25 + 0.75 * hit), word)


def _by_sound(word: str, board: _Board) -> None:
    """Pinyin of a wrong character, pinyin typed as such, or initials (spjyxk)."""
    latin = word.isascii() and word.isalpha()
    sound = word.replace(" ", "") if latin else pinyin(word)
    rows = SearchEntry.objects.filter(live=True)
    if len(sound) >= 4:
        for row in rows.filter(pinyin__contains=sound).only("kind", "key")[:100]:
            board.add(row.kind, row.key, SOUND + 0.1, word)
    if latin and 3 <= len(word) <= 12:
        for row in rows.filter(initials__contains=word).only("kind", "key")[:100]:
            board.add(row.kind, row.key, SOUND, word)
    elif not latin and len(initials(word)) >= 4 and len(sound) >= 8:
        near = rows.annotate(near=TrigramWordSimilarity(sound, "pinyin")).filter(near__gt=0.55)
        for row in near.only("kind", "key")[:60]:
            board.add(row.kind, row.key, SOUND * float(row.near), word)


def _by_typo(word: str, board: _Board) -> None:
    if len(word) < 3:
        return
    near = Greatest(
        TrigramWordSimilarity(word, "name"),
        TrigramWordSimilarity(word, "name_en"),
        TrigramSimilarity("name", word),
    )
    rows = SearchEntry.objects.filter(live=True).annotate(near=near).filter(near__gt=0.3)
    for row in rows.only("kind", "key").order_by("-near")[:40]:
        board.add(row.kind, row.key, TYPO * float(row.near) * 1.2, word)


def suggest(q: str, limit: int = 8) -> list[str]:
    """Names to offer while typing."""
    return [e.name["zh"] for e in search(q, limit)]
