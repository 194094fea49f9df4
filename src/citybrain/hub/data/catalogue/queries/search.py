"""Search in the catalogue: words, character pairs, pinyin and initials, ranked in one statement; facets with counts."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.contrib.postgres.search import SearchQuery, SearchRank
from django.db.models import Case, Count, F, FloatField, Q, QuerySet, Value, When
from django.db.models.functions import Coalesce

from citybrain.hub.data.catalogue.domain import choices
from citybrain.hub.data.catalogue.domain.words import HAN, pairs, tidy
from citybrain.hub.data.catalogue.queries.known import unit_name
from citybrain.hub.data.models import CatalogueClass, Resource
from citybrain.kernel.text import say

FACETS = ("class", "owner", "layer", "sharing", "opening", "cycle", "grade", "state")
FIELD_OF = {"class": "classification"}
SORTS = {
    "name": ("words__name", "key"), "owner": ("owner", "key"), "code": ("code", "key"), "grade": ("grade", "key"),
    "rows": ("rows", "key"), "received": ("received_at", "key"), "changed": ("changed_at", "key"), "key": ("key",),
}  # fmt: skip


@dataclass(frozen=True)
class Facet:
    """One side the list can be narrowed by: its word, and (value, said, count) choices; the chosen one is marked."""

    name: str
    chosen: str
    options: tuple[tuple[str, str, int], ...]


def found(rows: QuerySet[Resource], q: str, chosen: Mapping[str, str], sort: str = "") -> QuerySet[Resource]:
    """Resources that match what was typed and chosen; best first unless a column sorts. ``-name`` sorts downwards."""
    rows = narrowed(matching(rows, q), chosen)
    down, word = sort.startswith("-"), sort.lstrip("-")
    if word in SORTS:
        first, *rest = SORTS[word]
        order = F(first).desc(nulls_last=True) if down else F(first).asc(nulls_last=True)
        return rows.order_by(order, *rest)
    return rows.order_by("-score", "owner", "key") if tidy(q) else rows.order_by("-alive", "owner", "key")


def narrowed(rows: QuerySet[Resource], chosen: Mapping[str, str]) -> QuerySet[Resource]:
    """Only what was chosen; a class includes those below it."""
    for name in FACETS:
        value = chosen.get(name, "")
        if value and name == "class":
            rows = rows.filter(classification__startswith=value)
        elif value:
            rows = rows.filter(**{name: value})
    return rows


def matching(rows: QuerySet[Resource], q: str) -> QuerySet[Resource]:
    """Every word typed must occur: in a name or text, as character pairs, or by sound."""
    text = tidy(q)
    if not text:
        return rows
    for word in text.split()[:6]:
        rows = rows.filter(occurs(word))
    return rows.annotate(score=score(text))


def occurs(word: str) -> Q:
    """One typed word in one resource's words."""
    test = Q(words__text__icontains=word)
    if HAN.search(word):
        listed = pairs(word)
        if len(word) > 2 and listed:
            test |= Q(words__bigrams=raw(listed, " & "))
        return test
    if word.isascii() and word.isalpha() and len(word) >= 2:
        test |= Q(words__initials__contains=word)
        if len(word) >= 4:
            test |= Q(words__pinyin__contains=word)
    return test


def raw(words: list[str], joined: str) -> SearchQuery:
    """Lexemes of the pairs, quoted."""
    listed = joined.join("'" + word.replace("'", "").replace("\\", "") + "'" for word in words)
    return SearchQuery(listed, search_type="raw", config="simple")


def score(text: str):
    """How well the whole of what was typed meets a resource: its name first, then its key or code, then the rest."""
    ranks = [
        When(words__name__iexact=text, then=Value(4.0)), When(key__iexact=text, then=Value(4.0)),
        When(code__iexact=text, then=Value(4.0)), When(words__name__istartswith=text, then=Value(3.0)),
        When(words__name__icontains=text, then=Value(2.0)), When(key__icontains=text, then=Value(1.5)),
    ]  # fmt: skip
    base = Case(*ranks, default=Value(1.0), output_field=FloatField())
    listed = pairs(text)
    if not listed:
        return base
    return base + Coalesce(
        SearchRank(F("words__bigrams"), raw(listed, " | ")), Value(0.0), output_field=FloatField()
    )


def facets(rows: QuerySet[Resource], q: str, chosen: Mapping[str, str]) -> list[Facet]:
    """Each side with counts under everything else that was chosen; one statement a side."""
    listed = []
    for name in FACETS:
        others = {other: value for other, value in chosen.items() if other != name}
        field = FIELD_OF.get(name, name)
        counted = narrowed(matching(rows, q), others).values(field).annotate(n=Count("pk")).order_by(field)
        pairs_ = [(value, n) for value, n in counted.values_list(field, "n") if value]
        listed.append(Facet(name, chosen.get(name, ""), tuple(said(name, pairs_))))
    return listed


def said(name: str, counted: list[tuple[str, int]]) -> list[tuple[str, str, int]]:
    """Choices in words: classes and units by name, the rest by the lists of the reference."""
    if name == "class":
        names = dict(
            CatalogueClass.objects.filter(pk__in=[v for v, _n in counted]).values_list("code", "name")
        )
        return [
            (value, f"{value} {say(names[value])}" if value in names else value, n) for value, n in counted
        ]
    if name == "owner":
        return [(value, unit_name(value), n) for value, n in counted]
    order = list(choices.BY_FIELD[name])
    ranked = sorted(counted, key=lambda pair: order.index(pair[0]) if pair[0] in order else 99)
    return [(value, choices.say_choice(name, value), n) for value, n in ranked]
