"""Walking a pack's folder. Packs are untrusted: refuses links, code, executables, odd names and large things."""

from __future__ import annotations

import os
import re
import stat
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from citybrain.hub.packs.data import Problem

ALLOWED = {
    ".yaml": 4_000_000,
    ".md": 200_000,
    ".json": 8_000_000,
    ".geojson": 12_000_000,
    ".csv": 8_000_000,
    ".svg": 200_000,
    ".txt": 200_000,
}
MAX_FILES = 4_000
MAX_TOTAL = 64_000_000
MAX_LEVELS = 6
NAME = re.compile(r"[A-Za-z0-9\u4e00-\u9fff][A-Za-z0-9._\u4e00-\u9fff-]{0,99}\Z")


@dataclass(frozen=True)
class Found:
    """One acceptable file: its path, and its address inside the pack."""

    path: Path
    inside: PurePosixPath


def refuse(pack: str, inside: str, code: str, zh: str, en: str) -> Problem:
    return Problem(code, zh, en, file=f"{pack}/{inside}", pack=pack)


def walk(root: Path) -> tuple[list[Found], list[Problem]]:
    """All acceptable files under a pack's folder, by name, and a problem for everything else in it."""
    pack = root.name
    if root.is_symlink() or not root.is_dir():
        return [], [refuse(pack, "", "not_a_folder", "不是文件夹", "this is not a folder")]
    found: list[Found] = []
    problems: list[Problem] = []
    total = 0
    stack = [root]
    while stack:
        for entry in sorted(os.scandir(stack.pop()), key=lambda e: e.name):
            inside = PurePosixPath(Path(entry.path).relative_to(root).as_posix())
            problem = _entry_problem(pack, entry, inside)
            if problem:
                problems.append(problem)
            elif entry.is_dir(follow_symlinks=False):
                stack.append(Path(entry.path))
            else:
                total += entry.stat(follow_symlinks=False).st_size
                found.append(Found(Path(entry.path), inside))
            if len(found) + len(problems) > MAX_FILES or total > MAX_TOTAL:
                problems.append(
                    refuse(
                        pack,
                        "",
                        "too_large",
                        "包内文件过多或过大",
                        "the pack has too many or too large files",
                    )
                )
                return [], problems
    return sorted(found, key=lambda f: f.inside), problems


def _entry_problem(pack: str, entry: os.DirEntry, inside: PurePosixPath) -> Problem | None:
    name = entry.name
    info = entry.stat(follow_symlinks=False)
    if stat.S_ISLNK(info.st_mode):
        return refuse(pack, str(inside), "link", "不能使用链接文件", "links are not allowed")
    if not NAME.match(name):
        return refuse(
            pack, str(inside), "name", f"文件名“{name}”不合规则", f"the name “{name}” is not acceptable"
        )
    if stat.S_ISDIR(info.st_mode):
        if len(inside.parts) > MAX_LEVELS:
            return refuse(pack, str(inside), "too_deep", "文件夹层级过多", "folders are nested too deep")
        return None
    if not stat.S_ISREG(info.st_mode):
        return refuse(pack, str(inside), "special", "不是普通文件", "this is not an ordinary file")
    suffix = Path(name).suffix
    if suffix not in ALLOWED:
        return refuse(
            pack,
            str(inside),
            "file_type",
            f"包里不能有“{suffix or name}”文件（不允许代码）",
            f"a pack may not hold “{suffix or name}” files (no code)",
        )
    if info.st_mode & 0o111:
        return refuse(pack, str(inside), "executable", "文件不能有可执行权限", "a file may not be executable")
    if info.st_size > ALLOWED[suffix]:
        return refuse(
            pack,
            str(inside),
            "too_large",
            f"文件超过{ALLOWED[suffix]}字节",
            f"the file is larger than {ALLOWED[suffix]} bytes",
        )
    return None


def asset(
    root: Path, name: str, suffixes: tuple[str, ...] = (".json", ".geojson", ".csv", ".svg", ".txt")
) -> Path:
    """The file of a pack that a document names, inside the pack. ValueError for escapes, links, other kinds."""
    inside = PurePosixPath(name)
    if (
        inside.is_absolute()
        or ".." in inside.parts
        or "\\" in name
        or not all(NAME.match(p) for p in inside.parts)
    ):
        raise ValueError(f"{name!r} is not a path inside the pack")
    path = root.joinpath(*inside.parts)
    if path.suffix not in suffixes or path.is_symlink() or not path.is_file():
        raise ValueError(f"{name!r} is not a file of the pack")
    if root.resolve() not in path.resolve().parents:
        raise ValueError(f"{name!r} leaves the pack")
    return path
