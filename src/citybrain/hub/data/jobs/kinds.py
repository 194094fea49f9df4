"""Kinds of long work. A topic announces how its work is done; the job process finds it here."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from citybrain.kernel.text import Text

if TYPE_CHECKING:
    from citybrain.hub.data.jobs.running import Run

Work = Callable[["Run"], dict[str, Any] | None]


@dataclass(frozen=True)
class Kind:
    """``work`` does it from the run's checkpoint on and returns the result; ``pausable`` says whether steps can wait."""

    name: str
    title: Text
    work: Work
    pausable: bool = False


_kinds: dict[str, Kind] = {}


def job(name: str, *, zh: str, en: str, pausable: bool = False) -> Callable[[Work], Work]:
    """Declare a kind of long work. ValueError when the name is taken by another function."""

    def declare(work: Work) -> Work:
        if name in _kinds and _kinds[name].work.__qualname__ != work.__qualname__:
            raise ValueError(f"job kind {name!r} is declared twice")
        _kinds[name] = Kind(name, Text(zh=zh, en=en), work, pausable)
        return work

    return declare


def kind(name: str) -> Kind:
    """A kind; KeyError otherwise."""
    return _kinds[name]
