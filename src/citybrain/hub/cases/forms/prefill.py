"""Answers we already know, each with where it came from.

Sources per element, tried in order: facts of identity, certificates in the holder's wallet, operational registers
about the subject itself, and the same element in an earlier case of the same subject. A value that would not pass the
form's own checks is not offered. Correcting a value keeps both: what was offered stays in the provenance.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

from citybrain.hub.cases.forms.answers import read
from citybrain.hub.cases.forms.runtime import Field, Form
from citybrain.kernel import clock
from citybrain.kernel.actor import Actor
from citybrain.kernel.text import Text


@dataclass(frozen=True)
class Offer:
    """A value offered for a field, and its source in words."""

    value: Any
    source: Text
    kind: str
    at: str = ""

    def as_dict(self) -> dict[str, Any]:
        return {"value": self.value, "source": self.source.as_dict(), "kind": self.kind, "at": self.at}


class Known:
    """What one offering looks up, each source read once."""

    def __init__(self, actor: Actor) -> None:
        self.actor = actor
        self.cache: dict[str, Any] = {}

    def once(self, name: str, read: Callable[[], Any]) -> Any:
        if name not in self.cache:
            self.cache[name] = read()
        return self.cache[name]


Source = Callable[[Known, str, Field], Offer | None]
_sources: dict[str, Source] = {}


def register_source(kind: str, find: Source) -> None:
    """Announce a kind of prefill source: ``find(known, name, field)`` gives an Offer or None."""
    _sources[kind] = find


def offers(
    form: Form, actor: Actor, *, facts: dict[str, Any] | None = None, kinds: Collection[str] = ()
) -> dict[str, Offer]:
    """Offers for the plain fields of a form, by field key.

    ``facts`` of identity are those the caller has read already; ``kinds`` narrows the sources.
    """
    known, found = Known(actor), {}
    if facts is not None:
        known.cache["identity"] = facts
    for key, field in form.fields().items():
        offer = _first(field, known, kinds) if field.own.prefill else None
        if offer is not None:
            found[key] = offer
    return found


def _first(field: Field, known: Known, kinds: Collection[str] = ()) -> Offer | None:
    for spelling in field.spec.prefill:
        kind, _, name = spelling.partition(":")
        source = _sources.get(kind) if not kinds or kind in kinds else None
        offer = source(known, name, field) if source else None
        if offer is None:
            continue
        value, problems = read(field, offer.value, field.key)
        if value is not None and not problems:
            return Offer(value, offer.source, offer.kind, offer.at)
    return None


def merge(
    data: Mapping[str, Any], provenance: Mapping[str, Any], offered: Mapping[str, Offer]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Put offers where nothing was answered yet. Returns (data, provenance) to store."""
    filled, kept = dict(data), dict(provenance)
    for key, offer in offered.items():
        if key not in filled and key not in kept:
            filled[key] = offer.value
            kept[key] = offer.as_dict()
    return filled, kept


def corrected(provenance: Mapping[str, Any], data: Mapping[str, Any]) -> dict[str, Any]:
    """Provenance after answers changed: where the person corrected us, both values stand side by side."""
    now = clock.local(clock.now()).isoformat(timespec="seconds")
    found: dict[str, Any] = {}
    for key, entry in provenance.items():
        entry = dict(entry)
        if data.get(key) != entry.get("value"):
            if entry.get("corrected") != data.get(key):
                entry.update(corrected=data.get(key), corrected_at=now)
        else:
            entry.pop("corrected", None)
            entry.pop("corrected_at", None)
        found[key] = entry
    return found
