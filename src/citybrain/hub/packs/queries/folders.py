"""Where packs lie: settings.PACKS_DIR first, then settings.EXTRA_PACKS_DIRS. Found by folder, no central list."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from django.conf import settings

from citybrain.hub.packs.data import Problem
from citybrain.hub.packs.domain.reading import Pack, read
from citybrain.kernel.errors import NotFound


def homes() -> list[Path]:
    """Folders that hold packs."""
    extra = getattr(settings, "EXTRA_PACKS_DIRS", None)
    if extra is None:
        extra = [Path(p) for p in os.environ.get("CITYBRAIN_EXTRA_PACKS_DIRS", "").split(os.pathsep) if p]
    return [Path(settings.PACKS_DIR), *map(Path, extra)]


def folders() -> dict[str, Path]:
    """Every pack folder by name; the first home wins."""
    found: dict[str, Path] = {}
    for home in homes():
        if home.is_dir():
            for folder in sorted(home.iterdir()):
                if folder.is_dir() and not folder.is_symlink() and (folder / "pack.yaml").is_file():
                    found.setdefault(folder.name, folder)
    return found


def folder_of(where: str | Path) -> Path:
    """The folder of a pack given by name or path; NotFound."""
    path = Path(where)
    if isinstance(where, str) and os.sep not in where and where in (known := folders()):
        return known[where]
    if path.is_dir():
        return path.absolute()
    raise NotFound(f"there is no pack {str(where)!r} / 没有这个包")


class Library:
    """Packs read once during one command, with the packs they need."""

    def __init__(self) -> None:
        self._read: dict[Path, Pack] = {}
        self.found: dict[Path, list[Problem]] = {}  # of packs already applied and checked by this command

    def pack(self, where: str | Path) -> Pack:
        path = folder_of(where)
        if path not in self._read:
            self._read[path] = read(path)
        return self._read[path]

    def needed(self, pack: Pack) -> tuple[list[Pack], list[str]]:
        """Packs needed, deepest first, and names that cannot be found. Circles are cut and reported by name."""
        order: list[Pack] = []
        missing: list[str] = []
        self._visit(pack, order, missing, [pack.name])
        return order, missing

    def needs_first(self, names: Iterable[str | Path]) -> list[Path]:
        """Folders of the named packs, each after those of them that it needs."""
        wanted = [self.pack(name) for name in names]
        order: dict[Path, None] = {}
        for pack in wanted:
            for needed in self.needed(pack)[0]:
                if needed in wanted:
                    order.setdefault(needed.root)
            order.setdefault(pack.root)
        return list(order)

    def _visit(self, pack: Pack, order: list[Pack], missing: list[str], trail: list[str]) -> None:
        for name in pack.manifest.needs if pack.manifest else ():
            if name in trail:
                missing.append(f"{' > '.join(trail)} > {name}")
                continue
            if any(p.name == name for p in order):
                continue
            other = self._near(pack, name)
            if other is None:
                missing.append(name)
                continue
            self._visit(other, order, missing, [*trail, name])
            order.append(other)

    def _near(self, pack: Pack, name: str) -> Pack | None:
        """A needed pack: from the homes, else beside the pack that needs it."""
        path = folders().get(name) or pack.root.parent / name
        return self.pack(path) if (path / "pack.yaml").is_file() else None
