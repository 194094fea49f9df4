"""Certificate files by content hash under DATA_DIR/files/certificates, encrypted at rest. Names carry no meaning."""

from __future__ import annotations

import hashlib
import os
import re
from pathlib import Path

from django.conf import settings

from citybrain.kernel.crypto import Undecipherable, decrypt, encrypt

HASH = re.compile(r"[0-9a-f]{64}\Z")


def path_of(digest: str) -> Path:
    """Where a file lies. ValueError unless the name is a hash."""
    if not HASH.match(digest):
        raise ValueError("not a content hash")
    return Path(settings.DATA_DIR) / "files" / "certificates" / digest[:2] / digest


def keep(content: bytes) -> str:
    """Store bytes; their SHA-256. Written beside and renamed, so a half-written file never has the name."""
    digest = hashlib.sha256(content).hexdigest()
    path = path_of(digest)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = path.with_name(f".{digest}.{os.getpid()}.draft")
    with open(draft, "wb", opener=lambda name, flags: os.open(name, flags, 0o600)) as sink:
        sink.write(encrypt(content))
        sink.flush()
        os.fsync(sink.fileno())
    draft.replace(path)
    return digest


def fetch(digest: str) -> bytes | None:
    """The bytes of a hash, or None when the file is missing or damaged."""
    try:
        content = decrypt(path_of(digest).read_bytes())
    except (OSError, ValueError, Undecipherable):
        return None
    return content if hashlib.sha256(content).hexdigest() == digest else None


def drop(digest: str) -> None:
    """Remove a file nobody refers to."""
    path_of(digest).unlink(missing_ok=True)
