"""The order models run in: what a model reads is made first. A circle is an error that names its members."""

from collections.abc import Mapping, Sequence
from graphlib import CycleError, TopologicalSorter


class Circle(ValueError):
    """Models that wait for each other; ``members`` in order."""

    def __init__(self, members: Sequence[str]) -> None:
        super().__init__(" > ".join(members))
        self.members = list(members)


def ordered(upstream: Mapping[str, Sequence[str]]) -> list[str]:
    """Keys of all models, each after the models it reads; ``Circle`` otherwise. Resources no model makes are left out."""
    sorter = TopologicalSorter(
        {key: [u for u in sources if u in upstream] for key, sources in sorted(upstream.items())}
    )
    try:
        return list(sorter.static_order())
    except CycleError as error:
        raise Circle(error.args[1]) from error


def downstream(upstream: Mapping[str, Sequence[str]], start: str) -> set[str]:
    """Every model that reads ``start``, straight or through others."""
    found: set[str] = set()
    waiting = {start}
    while waiting:
        waiting = {key for key, sources in upstream.items() if waiting & set(sources)} - found
        found |= waiting
    return found


def upstream_of(upstream: Mapping[str, Sequence[str]], wanted: Sequence[str]) -> set[str]:
    """The wanted models and every model they read."""
    found: set[str] = set()
    waiting = set(wanted)
    while waiting:
        found |= waiting
        waiting = {u for key in waiting for u in upstream.get(key, ()) if u in upstream} - found
    return found
