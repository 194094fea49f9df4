"""Uploads: checked, scanned, stored once by content, never served as anything but a download.

Refuses empty and too large files, types outside the allow-list (by content, not by name), files a scanner objects to,
and leaves nothing half written when the disk is full (507).
"""

from __future__ import annotations

import hashlib
import logging
import os
import tempfile
import unicodedata
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import puremagic
from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from citybrain.hub.cases.data import AttachmentRecord
from citybrain.hub.cases.models import Attachment
from citybrain.hub.cases.ports import scanner
from citybrain.hub.cases.queries.access import row_for
from citybrain.hub.cases.queries.records import attachment
from citybrain.kernel import audit
from citybrain.kernel.actor import Actor
from citybrain.kernel.crypto import sm3_hex
from citybrain.kernel.errors import CityError, FieldProblem, Invalid, NotFound

log = logging.getLogger("citybrain.cases.files")
MOST_BYTES = 20 * 1024 * 1024
MOST_FILES = 60
NAME_MAX = 120
DANGEROUS = {".exe", ".js", ".html", ".htm", ".svg", ".bat", ".cmd", ".sh", ".jar", ".vbs", ".ps1", ".hta"}
# content type by what the bytes are -> names they may carry
ALLOWED = {
    "application/pdf": (".pdf",),
    "image/jpeg": (".jpg", ".jpeg"),
    "image/png": (".png",),
    "image/webp": (".webp",),
    "image/bmp": (".bmp",),
    "image/tiff": (".tif", ".tiff"),
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": (".docx",),
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": (".xlsx",),
    "application/msword": (".doc", ".wps"),
    "application/vnd.ms-excel": (".xls", ".et"),
    "application/zip": (".ofd", ".docx", ".xlsx"),
    "text/plain": (".txt",),
}
PREVIEWED = {"image/jpeg", "image/png", "image/webp"}


class DiskFull(CityError):
    """No room to store a file. 507; nothing was written."""

    status = 507
    code = "disk_full"


def attach(
    case_id: UUID, upload: Any, *, by: Actor, material: str = "", kind: str = "material"
) -> AttachmentRecord:
    """Store an upload (Django UploadedFile or any file with ``name``) in a case; returns its record.

    With ``material`` (a key of the case's list) the material counts as given. Errors: NotFound, NotAllowed, Invalid
    (type, size, name, scanner), DiskFull 507.
    """
    from citybrain.hub.cases.actions.filling import filling
    from citybrain.hub.cases.actions.materials import require_fill

    case = row_for(by, case_id)
    fills = kind == "material" or by.kind == "citizen"
    if fills:
        require_fill(by, case)
    stored = store(upload)
    with transaction.atomic():
        work = filling(case_id, by=by, check=fills)
        row = work.attach(stored, material=material, kind=kind)
        work.write()
    return attachment(row)


def detach(attachment_id: UUID, *, by: Actor) -> None:
    """Take a file out of a case while it may be filled in. The row and bytes stay for the record."""
    from citybrain.hub.cases.actions.filling import filling

    case_id = (
        Attachment.objects.filter(pk=attachment_id, removed_at=None).values_list("case", flat=True).first()
    )
    if case_id is None:
        raise NotFound(_("There is no such file."))
    with transaction.atomic():
        work = filling(case_id, by=by)
        work.detach(attachment_id)
        work.write()


def attachment_for(
    actor: Actor, attachment_id: UUID, case_id: UUID | None = None
) -> tuple[AttachmentRecord, Path]:
    """The record and the path of the bytes, if the actor may know of the case; audited. NotFound otherwise."""
    row = Attachment.objects.filter(pk=attachment_id, removed_at=None).first()
    if row is None or (case_id is not None and row.case_id != case_id):
        raise NotFound(_("There is no such file."))
    case = row_for(actor, row.case_id)
    path = place(row.sha256)
    if not path.is_file():
        log.error("stored file %s of attachment %s is missing", row.sha256, row.pk)
        raise NotFound(_("There is no such file."))
    audit.record(
        "cases.download",
        by=actor,
        obj=f"case:{case.pk}",
        organisation=case.organisation,
        after={"attachment": row.pk},
    )
    return attachment(row), path


@dataclass(frozen=True)
class StoredFile:
    """A checked file whose bytes lie in the store."""

    name: str
    media_type: str
    size: int
    sha256: str
    sm3: str

    def columns(self) -> dict[str, Any]:
        return asdict(self)


def store(upload: Any) -> StoredFile:
    """Check an upload and keep its bytes. Invalid (name, type, size, scanner), DiskFull 507. No right is checked here."""
    name = clean_name(getattr(upload, "name", "") or "")
    return StoredFile(name, **write(upload, name, place))


# storing -----------------------------------------------------------------------------------------------------------


def place(sha256: str) -> Path:
    """Where content with this hash lies."""
    return Path(settings.DATA_DIR) / "files" / sha256[:2] / sha256[2:4] / sha256


def clean_name(raw: str) -> str:
    """A harmless file name: the last path part, no control characters, not too long. Invalid when nothing is left."""
    name = unicodedata.normalize("NFC", raw.replace("\\", "/").rsplit("/", 1)[-1])
    name = "".join(c for c in name if unicodedata.category(c)[0] != "C" and c not in '<>:"|?*').strip(" .")
    stem, dot, ending = name.rpartition(".")
    if not dot or not stem:
        raise wrong("name", _("The file needs a name with an ending such as .pdf."))
    return f"{stem[: NAME_MAX - len(ending) - 1]}.{ending[:10].lower()}"


def wrong(code: str, message: str) -> Invalid:
    return Invalid(
        [FieldProblem("file", code, message)], safe=_("The other files and what you filled in are kept."),
        todo=_("Allowed are PDF, images, Word, Excel and OFD up to 20 MB."),
    )  # fmt: skip


def write(upload: Any, name: str, where: Callable[[str], Path]) -> dict[str, Any]:
    """Write to a temporary file beside the store, check it there, then move it by its hash to ``where`` it belongs."""
    folder = Path(settings.DATA_DIR) / "files" / "incoming"
    temporary = ""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=folder, delete=False) as target:
            temporary = target.name
            size, sha256 = _copy(upload, target)
            target.flush()
            os.fsync(target.fileno())
        content_type = sniffed(Path(temporary), name)
        if objection := scanner().scan(Path(temporary)):
            log.warning("upload refused by the scanner: %s", objection)
            raise wrong("unsafe", _("The file was refused by the virus scanner."))
        sm3 = sm3_hex(Path(temporary).read_bytes())
        final = where(sha256)
        final.parent.mkdir(parents=True, exist_ok=True)
        os.replace(temporary, final)
        temporary = ""
        os.chmod(final, 0o640)
        return {"media_type": content_type, "size": size, "sha256": sha256, "sm3": sm3}
    except OSError as error:
        log.error("cannot store an upload: %s", error)
        raise DiskFull(
            _("There is no room to store the file right now."), safe=_("What you filled in is kept."),
            todo=_("Try again later, or bring the paper to the window."),
        ) from error  # fmt: skip
    finally:
        if temporary:
            Path(temporary).unlink(missing_ok=True)


def _copy(upload: Any, target: Any) -> tuple[int, str]:
    digest, size = hashlib.sha256(), 0
    chunks = upload.chunks() if hasattr(upload, "chunks") else iter(lambda: upload.read(65536), b"")
    for chunk in chunks:
        size += len(chunk)
        if size > MOST_BYTES:
            raise wrong("too_large", _("The file is larger than 20 MB."))
        digest.update(chunk)
        target.write(chunk)
    if size == 0:
        raise wrong("empty", _("The file is empty."))
    return size, digest.hexdigest()


def sniffed(path: Path, name: str) -> str:
    """The content type by the bytes, if it is allowed and fits the name; Invalid otherwise."""
    ending = "." + name.rsplit(".", 1)[-1].lower()
    found = _types(path)
    for content_type, endings in ALLOWED.items():
        if content_type in found and ending in endings:
            return "application/ofd" if ending == ".ofd" else content_type
    if ending == ".txt" and _is_text(path):
        return "text/plain"
    if found & set(ALLOWED):
        raise wrong("mismatch", _("The content of the file does not fit its name."))
    raise wrong("type", _("Files of this type are not accepted."))


def _types(path: Path) -> set[str]:
    try:
        matches = puremagic.magic_file(str(path))
    except (puremagic.PureError, ValueError, OSError):
        matches = []
    found = {m.mime_type for m in matches if m.mime_type}
    with path.open("rb") as file:
        head = file.read(8)
    if head[:4] == b"PK\x03\x04":
        found.add("application/zip")
    if head[:5] == b"%PDF-":
        found.add("application/pdf")
    return found


def _is_text(path: Path) -> bool:
    with path.open("rb") as file:
        raw = file.read(65536)
    try:
        text = raw.decode("utf-8", "strict" if len(raw) < 65536 else "ignore")
    except UnicodeDecodeError:
        return False
    return "\x00" not in text and "<script" not in text.lower() and "<html" not in text.lower()
