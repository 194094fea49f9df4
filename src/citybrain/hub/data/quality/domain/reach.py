"""Whether a resource answered when it was last collected or called; topics that know tell it here."""

from collections.abc import Callable

# Asked with the key of a resource: True it answered, False it did not, None nothing is known.
Probe = Callable[[str], bool | None]
_probes: dict[str, Probe] = {}


def register_probe(name: str, probe: Probe) -> None:
    """Announce who knows about reaching a resource (a collection, an interface); the name replaces an earlier one."""
    _probes[name] = probe


def forget_probe(name: str) -> None:
    """Take a probe back (tests)."""
    _probes.pop(name, None)


def reached(key: str) -> bool | None:
    """False when any probe says so, True when one did reach it, None when nobody knows."""
    answers = [answer for probe in _probes.values() if (answer := probe(key)) is not None]
    return all(answers) if answers else None
