"""Who understands what: parts, journey verbs, expectations and coverage, registered by the rooms' ``pack.py``."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from citybrain.hub.packs.ports import Part

parts: dict[tuple[bool, str], Part] = {}
verbs: dict[str, Callable[[Any, dict], None]] = {}
expectations: dict[str, Callable[[Any, Any], None]] = {}
coverages: dict[str, Callable[[str], Iterable[str]]] = {}
visits: dict[str, Callable[[], Iterable[str]]] = {}


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
    ``machines/permit: received > accepted``. Visits are told by ``world.visit(item)`` or ``packs.visit(item)``."""
    coverages[part] = items


def part_for(folder: str, *, demo: bool = False) -> Part | None:
    """The part that owns a folder."""
    return parts.get((demo, folder))


def ordered_parts() -> list[Part]:
    """All parts in the order they apply."""
    return [p for _, p in sorted(parts.items(), key=lambda kv: (kv[1].order, kv[0]))]
