"""What collecting asks of a source. A connector brings everything new since a position into one local file; batches are
cut from that file.

So the source is held no longer than the reading takes, a table is read in one consistent question, and after a crash
the same batches come again: what is staged does not change under a run. Refuses to load half a table when the source goes away.
"""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol
from uuid import UUID

from citybrain.hub.data.collection.domain.shape import Shape
from citybrain.kernel.text import Text


@dataclass(frozen=True)
class Access:
    """How to get into a source: its settings and its secret."""

    id: UUID
    kind: str
    organisation: str
    settings: dict[str, Any]
    secret: str = ""


@dataclass(frozen=True)
class Thing:
    """Something a source offers: a table, file, path or topic."""

    name: str
    note: str = ""


@dataclass(frozen=True)
class Finding:
    """One answer of a check: whether it is well, what was found, what to do."""

    ok: bool
    what: Text
    todo: Text = field(default_factory=lambda: Text(zh=""))

    def as_dict(self) -> dict[str, Any]:
        """The stored form."""
        return {"ok": self.ok, "what": self.what.as_dict(), "todo": self.todo.as_dict()}


@dataclass(frozen=True)
class Wish:
    """What to bring: the thing, since which position, for which run; ``follow``: the column that only grows; ``most``:
    so many rows are enough (previews)."""

    thing: str
    position: dict[str, Any] = field(default_factory=dict)
    follow: str = ""
    run: UUID | None = None
    most: int | None = None
    sample: str = ""


@dataclass(frozen=True)
class Staged:
    """What was brought: the file, its shape when the connector knows it, the name people know it by, and the position
    the next run begins at."""

    path: Path
    shape: Shape | None
    name: str
    position: dict[str, Any] = field(default_factory=dict)


class Connector(Protocol):
    """One kind of source. Errors are ``Unavailable`` (gone, refused) and ``Invalid`` (settings), with a plain sentence."""

    def check(self, access: Access) -> list[Finding]:
        """Reachable? Allowed? And what to do."""
        ...

    def discover(self, access: Access) -> list[Thing]:
        """What there is to collect, at most 500."""
        ...

    def bring(self, access: Access, wish: Wish, folder: Path) -> Staged:
        """Everything new into ``folder``; doing it twice with the same position is allowed."""
        ...
