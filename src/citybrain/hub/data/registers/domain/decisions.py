"""What people decided, laid over what matching found."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Decided:
    """A merge (``other`` becomes ``kept``) or a split (``records`` of ``kept`` become ``other``)."""

    act: str
    kept: str
    other: str
    records: frozenset[str] = frozenset()


def entity_after(record: str, entity: str, decisions: Iterable[Decided]) -> str:
    """The entity of a record after all decisions in their order."""
    for made in decisions:
        if made.act == "merge" and entity == made.other:
            entity = made.kept
        elif made.act == "split" and entity == made.kept and record in made.records:
            entity = made.other
    return entity


def names_of(entity: str, decisions: Iterable[Decided]) -> set[str]:
    """Every entity id whose rows may belong to this one: all that decisions, in force or not, ever tied together."""
    listed = list(decisions)
    found: set[str] = set()
    waiting = {entity}
    while waiting:
        found |= waiting
        tied = {
            name for made in listed if {made.kept, made.other} & waiting for name in (made.kept, made.other)
        }
        waiting = tied - found
    return found


def current(entity: str, decisions: Iterable[Decided]) -> str:
    """The id an entity stands under now, after merges."""
    for made in decisions:
        if made.act == "merge" and entity == made.other:
            entity = made.kept
    return entity


def trail(decisions: Iterable[Mapping]) -> list[Decided]:
    """From stored rows."""
    return [Decided(d["act"], d["kept"], d["other"], frozenset(d["records"])) for d in decisions]
