"""Records that cross the door of packs: problems, documents, plans, reports, weak or strong evidence. No Django."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from citybrain.kernel.errors import CityError
from citybrain.kernel.text import Text

Pointer = str | tuple[str | int, ...]


@dataclass(frozen=True)
class Problem:
    """One thing wrong with a pack: a stable code, a plain sentence in both languages, and where."""

    code: str
    zh: str
    en: str
    file: str = ""
    line: int = 0
    pack: str = ""
    part: str = ""
    key: str = ""
    level: Literal["error", "warning"] = "error"

    def as_dict(self) -> dict[str, Any]:
        return {k: getattr(self, k) for k in self.__dataclass_fields__}

    def say(self, lang: str | None = None) -> str:
        return Text(zh=self.zh, en=self.en).say(lang)

    @property
    def where(self) -> str:
        return f"{self.file}:{self.line}" if self.line else self.file


class PackRefused(CityError):
    """A pack was not applied; ``problems`` is the full list, each a Problem. 422."""

    status = 422
    code = "pack_refused"

    def __init__(self, problems: list[Problem], message: str = "") -> None:
        super().__init__(message or "; ".join(f"{p.where} {p.say()}" for p in problems[:20]))
        self.problems = list(problems)

    def as_dict(self) -> dict[str, Any]:
        return {**super().as_dict(), "problems": [p.as_dict() for p in self.problems]}


class PackError(Exception):
    """Raised by a part's ``apply`` to refuse one document in plain words (``pointer`` finds the line)."""

    def __init__(self, *, zh: str, en: str, code: str = "apply", pointer: Pointer = ()) -> None:
        super().__init__(en)
        self.zh, self.en, self.code, self.pointer = zh, en, code, pointer


class JourneyFailed(Exception):
    """Raised by a verb or expectation: what the journey found instead of what it expected."""

    def __init__(self, zh: str, en: str = "") -> None:
        super().__init__(en or zh)
        self.zh, self.en = zh, en or zh


def path_of(pointer: Pointer) -> tuple[str | int, ...]:
    """``"/steps/0/when"`` or ``"steps.0.when"`` or a tuple, as a tuple with integer positions."""
    if not isinstance(pointer, str):
        return tuple(pointer)
    words = pointer.strip("/").split("/") if "/" in pointer else pointer.split(".")
    return tuple(int(w) if w.isdigit() else w for w in words if w)


@dataclass(frozen=True)
class PackDocument:
    """One document of a pack: a YAML file in a part's folder. ``data`` is an instance of the part's schema."""

    pack: str
    part: str
    key: str
    version: int
    path: Path
    data: Any
    hash: str
    demo: bool = False
    file: str = ""  # as shown to people: <pack>/<part>/<name>.yaml
    raw: Mapping[str, Any] = field(default_factory=dict, repr=False, compare=False)
    lines: Mapping[tuple, int] = field(default_factory=dict, repr=False, compare=False)

    def line(self, pointer: Pointer = ()) -> int:
        """The line of a place in the file; of the nearest place above it when the place itself is missing."""
        path = path_of(pointer)
        while path not in self.lines and path:
            path = path[:-1]
        return self.lines.get(path, 1)

    @property
    def identity(self) -> tuple[str, str]:
        return (self.part, self.key)


Verb = Literal["add", "change", "hide", "same", "frozen"]


@dataclass(frozen=True)
class Change:
    """What an install would do to one document."""

    verb: Verb
    part: str
    key: str
    version: int = 0
    file: str = ""
    demo: bool = False

    def as_dict(self) -> dict[str, Any]:
        return {k: getattr(self, k) for k in self.__dataclass_fields__}


@dataclass(frozen=True)
class Plan:
    """Every change an install of one pack would make."""

    pack: str
    version: str
    installed_version: str
    changes: tuple[Change, ...] = ()

    def of(self, *verbs: str) -> list[Change]:
        return [c for c in self.changes if c.verb in verbs]

    @property
    def empty(self) -> bool:
        return not self.of("add", "change", "hide", "frozen")


@dataclass(frozen=True)
class JourneyResult:
    """One journey run: passed, or the step that failed and why."""

    pack: str
    key: str
    name: Text
    passed: bool
    step: int = 0
    problem: Problem | None = None
    kinds: frozenset[str] = frozenset()  # happy, refused, corrected, overdue


@dataclass(frozen=True)
class Coverage:
    """How much of what a pack declares its journeys visit."""

    items: frozenset[str] = frozenset()
    visited: frozenset[str] = frozenset()

    @property
    def missing(self) -> list[str]:
        return sorted(self.items - self.visited)

    @property
    def share(self) -> float:
        return len(self.items & self.visited) / len(self.items) if self.items else 1.0


@dataclass(frozen=True)
class Report:
    """Outcome of a check or install."""

    pack: str
    version: str = ""
    problems: tuple[Problem, ...] = ()
    plan: Plan | None = None
    journeys: tuple[JourneyResult, ...] = ()
    coverage: Coverage | None = None

    @property
    def errors(self) -> list[Problem]:
        return [p for p in self.problems if p.level == "error"]

    @property
    def ok(self) -> bool:
        return not self.errors


@dataclass(frozen=True)
class InstalledPackRecord:
    """A pack as installed."""

    pack: str
    name: Text
    version: str
    kind: str
    owner: str
    grade: str
    hidden: bool
    parts: Mapping[str, int] = field(default_factory=dict)


class Evidence(BaseModel):
    """Where a fact of a pack comes from, and how far it may be trusted (reference §0.1).

    V verified in a source, V2 second-hand copy, T recomputed, K knowledge, K? weak knowledge, D design choice.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    tag: Literal["V", "V2", "T", "K", "K?", "D"]
    source: str = ""
    basis: str = ""
    effective_from: date | None = None
    effective_to: date | None = None
    confirmed: bool = False

    @property
    def weak(self) -> bool:
        """Shown as 待核实: knowledge nobody has confirmed yet."""
        return self.tag in ("K", "K?") and not self.confirmed
