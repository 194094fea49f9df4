"""What lies in the pack folders beside what is installed: one line a pack for the administrator's page."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from citybrain.hub.packs.data import InstalledPackRecord, Plan, Problem
from citybrain.hub.packs.domain.manifest import GRADES, Manifest
from citybrain.hub.packs.domain.quality import RULES, Rule
from citybrain.hub.packs.domain.reading import Pack
from citybrain.hub.packs.models import InstalledDocument
from citybrain.hub.packs.queries.folders import Library, folders
from citybrain.hub.packs.queries.installed import installed, plan_of
from citybrain.kernel.errors import NotFound


@dataclass(frozen=True)
class ShelfLine:
    """A pack in a folder, installed, or both."""

    pack: str
    installed: InstalledPackRecord | None
    on_disk: bool

    @property
    def state(self) -> str:
        """installed | hidden | available | gone (installed, folder missing)."""
        if self.installed is None:
            return "available"
        if self.installed.hidden:
            return "hidden"
        return "installed" if self.on_disk else "gone"


@dataclass(frozen=True)
class ShelfPage:
    """One pack in full."""

    line: ShelfLine
    manifest: Manifest | None = None
    readme: str = ""
    problems: tuple[Problem, ...] = ()
    plan: Plan | None = None
    documents: tuple[dict[str, Any], ...] = ()
    rules: tuple[tuple[Rule, str], ...] = field(default=())


def shelf() -> list[ShelfLine]:
    """Every pack known here, by name. Reads no pack."""
    here, rows = folders(), {r.pack: r for r in installed(hidden=True)}
    return [ShelfLine(name, rows.get(name), name in here) for name in sorted({*here, *rows})]


def shelf_page(name: str) -> ShelfPage:
    """One pack: what its files say, what is wrong with them, what an install would change. NotFound."""
    line = next((found for found in shelf() if found.pack == name), None)
    if line is None:
        raise NotFound(f"there is no pack {name!r} / 没有这个包")
    rows = InstalledDocument.objects.filter(pack=name, hidden=False).order_by("part", "key")
    documents = tuple(rows.values("part", "key", "version", "file", "demo"))
    if not line.on_disk:
        return ShelfPage(line, documents=documents)
    pack = Library().pack(name)
    plan = plan_of(pack, demo=True) if pack.manifest else None
    return ShelfPage(
        line, pack.manifest, pack.readme, tuple(pack.problems), plan, documents, tuple(_rules(pack))
    )


def _rules(pack: Pack) -> list[tuple[Rule, str]]:
    """Each rule up to the claimed grade with what quality.yaml says of it."""
    if pack.manifest is None:
        return []
    allowed = GRADES[: GRADES.index(pack.manifest.grade) + 1]
    said = {key: rule.state for key, rule in pack.quality.items()}
    return [(rule, said.get(rule.key, "")) for rule in RULES if rule.grade in allowed]
