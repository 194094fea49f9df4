"""A watched folder on this machine (a share that a department writes into). Only below the folders the operator
lists, each unit its own."""

import fnmatch
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from django.conf import settings

from citybrain.hub.data.collection.connectors.copying import copied, refuse_changed
from citybrain.hub.data.collection.ports import Access, Finding, Staged, Thing, Wish
from citybrain.kernel import clock
from citybrain.kernel.errors import CityError, Conflict, FieldProblem, Invalid
from citybrain.kernel.text import Text

MOST = 500
MOST_REMEMBERED = 5000
SETTLE_SECONDS = 30.0  # what was written to a moment ago may not be whole
File = tuple[int, str, int]  # time of change in ns, name, size


class NothingNew(Conflict):
    """There is nothing to collect since the last time; no failure."""

    code = "nothing_new"


class Folder:
    """The oldest file that fits the pattern and was not taken yet. Positions: ``{"taken": {name: [time, size]}}``: a file that is
    copied in late with an old date is not overlooked."""

    def check(self, access: Access) -> list[Finding]:
        """Below an allowed folder, there, readable."""
        try:
            folder = root(access)
        except CityError as error:
            return [Finding(False, Text(zh=str(error), en=str(error)), Text(zh="请运维把目录加入 CITYBRAIN_COLLECTION_FOLDERS", en="Ask the operator to list the folder in CITYBRAIN_COLLECTION_FOLDERS"))]  # fmt: skip
        if not folder.is_dir() or not os.access(folder, os.R_OK | os.X_OK):
            return [Finding(False, Text(zh="目录不存在或无法读取", en="The folder is not there or cannot be read"), Text(zh="检查挂载和读取权限", en="Check the mount and the right to read"))]  # fmt: skip
        return [
            Finding(
                True,
                Text(
                    zh=f"可读,有 {len(self.discover(access))} 个文件",
                    en=f"Readable, {len(self.discover(access))} files",
                ),
            )
        ]

    def discover(self, access: Access) -> list[Thing]:
        """Files, newest first."""
        found = sorted(files(root(access), "*"), key=lambda f: -f[0])
        return [Thing(name, str(size)) for _mtime, name, size in found[:MOST]]

    def bring(self, access: Access, wish: Wish, folder: Path) -> Staged:
        """The next file."""
        top = root(access)
        entry = next_file(files(top, wish.thing), wish, float(access.settings.get("settle", SETTLE_SECONDS)))
        name = entry[1]
        target = folder / "file"
        handle = os.open(top / name, os.O_RDONLY | os.O_NOFOLLOW)
        with os.fdopen(handle, "rb") as given:
            size = copied(given, target, wish)
            now = os.fstat(given.fileno())
            refuse_changed((entry[0], entry[2]), (now.st_mtime_ns, now.st_size), size, wish)
        return Staged(target, None, name, with_taken(wish.position, entry))


def root(access: Access) -> Path:
    """The folder of a source, links resolved. Invalid outside those that are open to its unit."""
    given = Path(str(access.settings.get("path", ""))).resolve()
    for top in open_to(access.organisation):
        if given == top or top in given.parents:
            return given
    raise Invalid(
        [FieldProblem("path", "folder", "this folder is not open for collecting / 该目录未开放用于汇聚")]
    )


def open_to(organisation: str) -> Iterator[Path]:
    """Folders a unit may watch. ``/srv/exchange``: every unit the folder below it that is named by its code, so that nobody
    collects what another unit delivers; ``350902-scjg=/srv/scjg``: this folder, that unit."""
    if not organisation or "/" in organisation or organisation in (".", ".."):
        return
    for word in settings.COLLECTION_FOLDERS:
        unit, named, path = word.partition("=")
        if not named:
            yield Path(word).resolve() / organisation
        elif unit == organisation:
            yield Path(path).resolve()


def files(folder: Path, pattern: str) -> Iterator[File]:
    """(time, name, size) of ordinary files whose name fits; never links, never what lies deeper."""
    for entry in os.scandir(folder):
        if entry.is_file(follow_symlinks=False) and fnmatch.fnmatchcase(entry.name, pattern or "*"):
            known = entry.stat(follow_symlinks=False)
            yield known.st_mtime_ns, entry.name, known.st_size


def next_file(found: Iterable[File], wish: Wish, settle: float) -> File:
    """The oldest file not taken yet, or changed since, that nobody has written to for ``settle`` seconds; a preview takes the
    newest one. NothingNew without any."""
    listed = sorted(found)
    if wish.most is not None and listed:
        return listed[-1]
    taken = wish.position.get("taken", {})
    quiet = (clock.now().timestamp() - settle) * 1e9
    for entry in listed:
        mtime, name, size = entry
        if taken.get(name) != [mtime, size] and mtime <= quiet:
            return entry
    raise NothingNew("no new file / 没有新文件")


def with_taken(position: dict[str, Any], entry: File) -> dict[str, Any]:
    """The position after a file was taken; the oldest are forgotten when there are very many."""
    mtime, name, size = entry
    taken = {**position.get("taken", {}), name: [mtime, size]}
    kept = sorted(taken.items(), key=lambda pair: -pair[1][0])[:MOST_REMEMBERED]
    return {"taken": dict(kept)}
