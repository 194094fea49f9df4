"""Searching packages as CKAN's clients do: words, ``fq``, order, facets; and the parameters every action reads."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from functools import reduce
from operator import or_
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from django.db.models import F, Q

from citybrain.apps.opendata.domain import fq
from citybrain.apps.opendata.domain.vocabulary import LICENCES
from citybrain.apps.opendata.models import Version
from citybrain.apps.opendata.queries import catalogue
from citybrain.apps.opendata.queries.dcat import formats_of
from citybrain.kernel.errors import FieldProblem, Invalid
from citybrain.kernel.text import say

MOST_FACETS = 1000
# Fields of CKAN's index and ours; those with nothing behind them are looked up in ``SPECIAL``.
FIELDS = {
    "organization": "provider", "groups": "theme", "license_id": "licence", "name": "slug", "kind": "kind",
    "frequency": "cycle", "owner_org": "", "id": "", "tags": "", "res_format": "", "metadata_modified": "",
    "metadata_created": "", "state": "", "type": "", "dataset_type": "", "private": "", "capacity": "", "isopen": "",
}  # fmt: skip
SAME = {
    "state": "active",
    "type": "dataset",
    "dataset_type": "dataset",
    "private": "false",
    "capacity": "public",
}
MOMENTS = {"metadata_modified": "updated_at", "metadata_created": "created_at"}
SORTED = {
    "score": "", "relevance": "", "metadata_modified": "updated_at", "metadata_created": "created_at", "name": "slug", "id": "pk",
    "title_string": "title__zh", "title": "title__zh", "views_recent": "downloads", "views_total": "downloads",
}  # fmt: skip
ORDER = "score desc, metadata_modified desc"
Said = Mapping[str, Any]
UUID = re.compile(r"^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$")


def problem(name: str, message: str) -> Invalid:
    """What CKAN calls a validation error."""
    return Invalid([FieldProblem(name, "invalid", message)])


def number(said: Said, name: str, default: int, most: int) -> int:
    """A whole number not below zero."""
    try:
        value = int(default if said.get(name) is None else said[name])
    except (TypeError, ValueError) as error:
        raise problem(name, "Invalid integer") from error
    if value < 0:
        raise problem(name, "Must be a natural number")
    return min(value, most)


def text(said: Said, name: str, *, required: bool = False, most: int = 400) -> str:
    """A short text; nothing at all is an empty one."""
    value = said.get(name)
    value = "" if value is None else value
    if not isinstance(value, str | int):
        raise problem(name, "Must be a string")
    if required and not str(value):
        raise problem(name, "Missing value")
    return str(value).replace("\0", "")[:most]


def ordered(sort: str) -> list[Any]:
    """``field asc|desc`` joined by commas as an order; what has no order of its own keeps the newest first. Invalid."""
    made: list[Any] = []
    for part in sort.split(","):
        field, _space, way = part.strip().partition(" ")
        if field not in SORTED or way.strip() not in ("", "asc", "desc"):
            raise problem("sort", f"Cannot sort by {sort[:60]}")
        if ours := SORTED[field]:
            column = F(ours)
            made.append(
                column.desc(nulls_last=True) if way.strip() == "desc" else column.asc(nulls_last=True)
            )
    return [*(made or catalogue.ORDERS["new"]), "slug"]


def narrowed(said: Said) -> Any:
    """All that fit the words and the filters. Invalid for a filter that is not understood."""
    more = said.get("fq_list") or []
    if not isinstance(more, list) or not all(isinstance(one, str) for one in more):
        raise problem("fq_list", "Must be a list of strings")
    q, terms = fq.words_and_terms(text(said, "q"))
    found = catalogue.narrowed(catalogue.Wish(q=q))
    try:
        for one in (text(said, "fq", most=fq.LONGEST), *more):
            terms += fq.parse(one)
    except fq.BadQuery as error:
        raise problem("fq", f"This filter is not understood: {error}") from error
    for term in terms:
        test = condition(term)
        found = found.exclude(test) if term.negative else found.filter(test)
    return found


def condition(term: fq.Term) -> Q:
    """One condition on datasets. Invalid for a field that is not there."""
    name = term.field
    if name not in FIELDS:
        raise problem("fq", f"Unknown field {name}")
    if term.ends is not None:
        return between(name, term.ends)
    if FIELDS[name]:
        return Q(**{f"{FIELDS[name]}__in": term.values})
    if name in SAME:
        return everything_or_nothing(any(v.lower() == SAME[name] for v in term.values))
    if name == "tags":
        return either(Q(keywords__contains=[v]) for v in term.values)
    if name == "id":
        return Q(pk__in=[v for v in term.values if UUID.match(v)])
    if name == "owner_org":
        return Q(
            provider__in=[
                code for code, key in organization_ids().items() if key in term.values or code in term.values
            ]
        )
    if name == "isopen":
        kept = [
            key
            for key, known in LICENCES.items()
            if str(known.open).lower() in {v.lower() for v in term.values}
        ]
        return Q(licence__in=kept)
    if name == "res_format":
        wanted = {v.upper() for v in term.values}
        return Q(pk__in=[pk for pk, formats in formats_by_dataset().items() if formats & wanted])
    raise problem("fq", f"{name} takes a range: [from TO to]")


def between(name: str, ends: tuple[str, str]) -> Q:
    """A range of moments, open at ``*``. Invalid."""
    if name not in MOMENTS:
        raise problem("fq", f"{name} takes no range")
    made = Q()
    for end, test in zip(ends, ("gte", "lte"), strict=True):
        if end == "*":
            continue
        try:
            found = datetime.fromisoformat(end)
        except ValueError as error:
            raise problem("fq", f"{end[:40]} is no moment") from error
        made &= Q(**{f"{MOMENTS[name]}__{test}": found if found.tzinfo else found.replace(tzinfo=UTC)})
    return made


def either(tests: Iterable[Q]) -> Q:
    """One of the tests."""
    return reduce(or_, tests)


def everything_or_nothing(whole: bool) -> Q:
    """All rows or none."""
    return Q() if whole else Q(pk__in=[])


def organization_ids() -> dict[str, str]:
    """Codes of providers with the ids they have here."""
    codes = catalogue.shown().exclude(provider="").values_list("provider", flat=True).distinct()
    return {code: str(uuid5(NAMESPACE_URL, f"organization:{code}")) for code in codes}


def formats_by_dataset(only: Any = None) -> dict[Any, set[str]]:
    """The formats each dataset can be had in."""
    shown = catalogue.shown() if only is None else only
    own = Version.objects.filter(
        dataset__in=shown.filter(kind="own").values("pk"), state="published"
    ).exclude(file="")
    made = {
        v.dataset_id: {f.upper() for f in formats_of(v)}
        for v in own.only("dataset_id", "treatment").order_by("number")
    }
    foreign = shown.filter(kind="harvested").values_list("pk", "distributions")
    return made | {pk: {str(d.get("format", "")).upper() for d in listed} - {""} for pk, listed in foreign}


def facets(found: Any, said: Said) -> dict[str, Any]:
    """Counts under each value of the facets asked for, most frequent first. ``facet.limit`` below zero: all of them."""
    asked = said.get("facet.field") or []
    if isinstance(asked, str):
        asked = re.findall(r"[a-z_]+", asked)
    if not isinstance(asked, list):
        raise problem("facet.field", "Must be a list")
    if str(said.get("facet", "true")).lower() == "false":
        return {}
    most = (
        MOST_FACETS
        if str(said.get("facet.limit", "")).startswith("-")
        else number(said, "facet.limit", 50, MOST_FACETS)
    )
    least = number(said, "facet.mincount", 1, 10**6)
    made = {}
    for field in asked[:10]:
        items = [i for i in facet_items(found, str(field)) if i["count"] >= least][:most]
        made[str(field)[:40]] = {"title": str(field)[:40], "items": items}
    return made


def facet_items(found: Any, field: str) -> list[dict[str, Any]]:
    """The values of one facet; nothing for a field that is none."""
    if field in ("tags", "res_format"):
        plain = found.order_by()
        groups = (
            plain.values_list("keywords", flat=True)
            if field == "tags"
            else formats_by_dataset(plain).values()
        )
        counted = Counter(str(word) for listed in groups for word in set(listed))
        ranked = sorted(counted.items(), key=lambda pair: (-pair[1], pair[0]))
        return [{"name": word, "display_name": word, "count": n} for word, n in ranked]
    ours = FIELDS.get(field, "")
    listed = catalogue.counts(found, ours, MOST_FACETS) if ours and field != "name" else []
    return [{"name": i["value"], "display_name": say(i["name"]), "count": i["count"]} for i in listed]
