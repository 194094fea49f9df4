"""Contracts of bought data: record, change, and the question whether the city has such data already."""

from collections.abc import Sequence
from difflib import SequenceMatcher
from typing import Any

from django.db import transaction

from citybrain.hub.data.collection.domain.guess import plain
from citybrain.hub.data.models import Contract, Resource
from citybrain.kernel import audit, clock
from citybrain.kernel.actor import Actor
from citybrain.kernel.text import say

ALIKE = 0.6


@transaction.atomic
def keep_contract(*, by: Actor, contract: Contract | None = None, **values: Any) -> Contract:
    """Record a contract or change one; ``values`` are its fields."""
    row = contract or Contract(by=by.as_dict(), created_at=clock.now())
    if contract is not None and values.get("expires", row.expires) > row.expires:
        row.warned_days = None  # bought on: people are told of the new end
    for name, value in values.items():
        setattr(row, name, value)
    row.save()
    audit.record("data.keep_contract", by=by, obj=f"contract:{row.pk}", organisation=row.organisation, after={"number": row.number, "price_fen": row.price_fen})  # fmt: skip
    return row


def similar(title: str, items: Sequence[str], *, besides: Any = None) -> list[tuple[str, str, float]]:
    """(title, owner or supplier, likeness) of data the city has bought or collects already: nothing is bought twice (P21)."""
    wanted = {plain(item) for item in items if plain(item)}
    found = [
        (c.title, c.supplier, likeness(title, wanted, c.title, lines(c.items)))
        for c in Contract.objects.exclude(pk=besides)
    ]
    for r in Resource.objects.filter(alive=True).exclude(state="withdrawn").prefetch_related("items"):
        found.append(
            (
                say(r.title),
                r.owner,
                likeness(title, wanted, say(r.title, "zh"), [say(i.title, "zh") for i in r.items.all()]),
            )
        )
    return sorted((entry for entry in found if entry[2] >= ALIKE), key=lambda entry: -entry[2])[:5]


def likeness(title: str, wanted: set[str], other: str, items: Sequence[str]) -> float:
    """The greater of how alike the titles are and which part of the wanted items is there."""
    same = SequenceMatcher(None, plain(title), plain(other)).ratio() if plain(title) and plain(other) else 0.0
    known = {plain(item) for item in items}
    return max(same, len(wanted & known) / len(wanted) if len(wanted) >= 2 else 0.0)


def lines(text: str) -> list[str]:
    """Items written one a line, or with commas between."""
    return [
        word.strip()
        for word in text.replace("、", "\n").replace(",", "\n").replace(",", "\n").splitlines()
        if word.strip()
    ]
