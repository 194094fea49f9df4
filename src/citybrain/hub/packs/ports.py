"""What packs ask of the rooms: a part each, with a schema, a check and an apply."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Protocol, runtime_checkable

from pydantic import BaseModel

from citybrain.hub.packs.data import PackDocument, Pointer, Problem
from citybrain.kernel.actor import Actor


class Context(Protocol):
    """What a part may know while it checks and applies."""

    by: Actor
    demo: bool
    checking: bool

    def problem(
        self,
        doc: PackDocument,
        pointer: Pointer = (),
        *,
        zh: str,
        en: str,
        code: str = "check",
        level: str = "error",
    ) -> Problem: ...

    def docs(self, part: str) -> Sequence[PackDocument]:
        """Documents of one part in the pack at hand."""

    def find(self, part: str, key: str) -> PackDocument | None:
        """A document of the pack at hand or of a pack it needs (read from its folder)."""

    def known(self, part: str, key: str) -> bool:
        """Whether the pack at hand, a needed pack or an installed pack has this document."""


@runtime_checkable
class Part(Protocol):
    """One kind of document, owned by one room. Optional attribute ``demo = True``: only under ``demo/``."""

    @property
    def key(self) -> str: ...

    @property
    def order(self) -> int: ...

    @property
    def schema(self) -> type[BaseModel]: ...

    def check(self, ctx: Context, docs: Sequence[PackDocument]) -> Iterable[Problem]: ...

    def apply(self, ctx: Context, doc: PackDocument) -> None: ...

    def hide(self, ctx: Context, pack: str, key: str) -> None: ...

    def used(self, pack: str, key: str, version: int) -> bool: ...


class World(Protocol):
    """What a journey's verbs and expectations see."""

    at: Any
    case: Any
    names: dict[str, Any]
    given: Mapping[str, Any]
    pack: str

    def actor(self, role: str) -> Actor: ...
