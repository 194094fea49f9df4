"""Who understands what: parts, journey verbs, expectations and coverage, registered by the rooms' ``pack.py``."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from citybrain.hub.packs.data import Problem
from citybrain.hub.packs.ports import Part
from citybrain.kernel.actor import Actor

parts: dict[tuple[bool, str], Part] = {}
verbs: dict[str, Callable[[Any, dict], None]] = {}
expectations: dict[str, Callable[[Any, Any], None]] = {}
coverages: dict[str, Callable[[str], Iterable[str]]] = {}
qualities: dict[str, Callable[[Any], Iterable[Problem]]] = {}
clockworks: list[Callable[[], Any]] = []
stand_ins: list[Callable[[Any, str], Actor | None]] = []
_visited: ContextVar[set[str] | None] = ContextVar("packs_visited", default=None)


def register_part(part: Part) -> Part:
    """Announce a part. Its ``key`` is the folder name; ``demo = True`` puts it under ``demo/`` only."""
    where = (bool(getattr(part, "demo", False)), part.key)
    if where in parts and type(parts[where]) is not type(part):
        raise ValueError(f"pack part {part.key!r} is registered twice")
    parts[where] = part
    return part


def register_verb(name: str, run: Callable[[Any, dict], None]) -> None:
    """Announce a journey step: ``- <name>: {…}`` calls ``run(world, args)``; JourneyFailed says what went wrong."""
    verbs[name] = run


def register_expectation(name: str, run: Callable[[Any, Any], None]) -> None:
    """Announce what ``expect: {<name>: …}`` asks; ``run(world, value)`` raises JourneyFailed when it is not so."""
    expectations[name] = run


def register_coverage(part: str, items: Callable[[str], Iterable[str]]) -> None:
    """Announce what journeys of a pack should visit: ``items(pack)`` gives stable texts such as
    ``machines/permit: received > accepted``. The room tells visits with ``packs.visit(item)``."""
    coverages[part] = items


def register_quality(rule: str, check: Callable[[Any], Iterable[Problem]]) -> None:
    """Announce how a quality rule is verified by the product: ``check(seen)`` yields problems. ``seen.pack.docs(part)``
    gives the pack's documents, ``seen.docs(part)`` also those of packs it needs, ``seen.coverage`` what was visited."""
    qualities[rule] = check


def register_clockwork(run: Callable[[], Any]) -> None:
    """Announce what has to happen when a journey's clock moved (firing timers)."""
    if run not in clockworks:
        clockworks.append(run)


def register_stand_in(find: Callable[[Any, str], Actor | None]) -> None:
    """Announce who plays a role in a journey: ``find(world, role)`` gives an actor or None."""
    if find not in stand_ins:
        stand_ins.append(find)


def visit(item: str) -> None:
    """Tell that something a journey should visit was visited. Costs nothing outside journeys."""
    visited = _visited.get()
    if visited is not None:
        visited.add(item)


@contextmanager
def collecting() -> Iterator[set[str]]:
    """Collect visits in this context."""
    token = _visited.set(set())
    try:
        visited = _visited.get()
        assert visited is not None
        yield visited
    finally:
        _visited.reset(token)


def part_for(folder: str, *, demo: bool = False) -> Part | None:
    """The part that owns a folder."""
    return parts.get((demo, folder))


def ordered_parts() -> list[Part]:
    """All parts in the order they apply."""
    return [p for _, p in sorted(parts.items(), key=lambda kv: (kv[1].order, kv[0]))]
