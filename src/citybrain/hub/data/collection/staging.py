"""The file a run is cut from: brought once, kept beside the run until it ends, recognised by its hash.

UTF-16 and files with old line ends are written anew as UTF-8 first, because batches are cut at bytes. The folder is
readable by this account only; it goes when the run is done.
"""

import codecs
import hashlib
import shutil
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings

from citybrain.hub.data.collection.connectors import connector
from citybrain.hub.data.collection.domain.shape import Shape, recognised
from citybrain.hub.data.collection.ports import Access, Staged, Wish
from citybrain.hub.data.models import Source
from citybrain.kernel.errors import Conflict

HEAD = 64 * 1024
PIECE = 1024 * 1024
TEXT_KINDS = ("csv", "json", "fixed")


def folder_of(run: UUID | str) -> Path:
    """The folder of a run, made when it is not there."""
    folder = Path(settings.DATA_DIR) / "collection" / str(run)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder


def forget(run: UUID | str) -> None:
    """The folder of a finished run."""
    shutil.rmtree(Path(settings.DATA_DIR) / "collection" / str(run), ignore_errors=True)


def access(source: Source) -> Access:
    """How to get into a source."""
    return Access(source.pk, source.kind, source.organisation, dict(source.settings), source.secret)


def bring(source: Source, wish: Wish, folder: Path, shape: Shape | None) -> Staged:
    """What a source has, ready to be read. ``shape`` is what a person settled; else it is recognised."""
    found = connector(source.kind).bring(access(source), wish, folder)
    wanted = found.shape or shape or recognised(head(found.path), found.name)
    return normal(Staged(found.path, wanted, found.name, found.position))


def head(path: Path) -> bytes:
    """The first bytes of a file."""
    with open(path, "rb") as file:
        return file.read(HEAD)


def normal(found: Staged) -> Staged:
    """Text in UTF-16, or with line ends of old machines, as UTF-8 with ordinary ones."""
    assert found.shape is not None
    if found.shape.kind not in TEXT_KINDS:
        return found
    first = head(found.path)
    old_ends = b"\r" in first and b"\n" not in first and len(first) > 1
    if found.shape.encoding != "utf-16" and not old_ends:
        return found
    target = found.path.with_name("normal")
    with (
        open(
            found.path, encoding=codec(first, found.shape.encoding), errors="replace", newline=None
        ) as given,
        open(target, "w", encoding="utf-8", newline="\n") as out,
    ):
        while piece := given.read(PIECE):
            out.write(piece)
    return Staged(target, found.shape.with_values(encoding="utf-8"), found.name, found.position)


def codec(first: bytes, encoding: str) -> str:
    """The codec of a text file; UTF-16 without a mark by where its zeros stand."""
    if encoding != "utf-16" or first.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return encoding
    return "utf-16-be" if first[::2].count(0) > first[1::2].count(0) else "utf-16-le"


def digest(path: Path) -> str:
    """SHA-256 of a file."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def kept(run: UUID, staged: Staged) -> dict[str, Any]:
    """The checkpoint's form of what was staged."""
    assert staged.shape is not None
    return {
        "file": staged.path.name, "hash": digest(staged.path), "shape": staged.shape.as_dict(), "name": staged.name,
        "position": staged.position,
    }  # fmt: skip


def again(run: UUID, known: dict[str, Any]) -> Staged | None:
    """What was staged before a crash; None when it is no longer here (another machine goes on)."""
    path = folder_of(run) / known["file"]
    if not path.exists():
        return None
    return Staged(path, Shape(**known["shape"]), known["name"], known["position"])


def same(path: Path, known: dict[str, Any]) -> None:
    """Conflict when what was brought again is not what the committed batches were cut from."""
    if digest(path) != known["hash"]:
        raise Conflict(
            "the source changed under an unfinished run / 任务未完成期间来源已变化", code="changed"
        )
