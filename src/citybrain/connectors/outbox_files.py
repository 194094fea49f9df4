"""SMS and mail gateways that write JSON lines into the data folder: for demonstration and acceptance tests.

``DATA_DIR/outbox/sms.jsonl`` and ``mail.jsonl``. Idempotent across processes and crashes: under a file lock the lines
already written are known by key, a half-written last line is cut off, and a line counts only once it is on the disk.
Refuses nothing; reports every message as arrived.
"""

import fcntl
import json
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from django.conf import settings

from citybrain.hub.messages.data import Receipt, Sent
from citybrain.kernel import clock


class JsonLines:
    """One file of lines with a key each."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._keys: set[str] = set()
        self._read = 0

    def append(self, key: str, line: dict[str, Any]) -> bool:
        """Write ``line`` unless ``key`` is there already; True if it was written now."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with open(self.path, "ab+") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            self._catch_up(file)
            if key in self._keys:
                return False
            file.write(json.dumps({"key": key, **line}, ensure_ascii=False).encode() + b"\n")
            file.flush()
            os.fsync(file.fileno())
            self._keys.add(key)
            self._read = file.tell()
        return True

    def _catch_up(self, file: Any) -> None:
        size = file.seek(0, os.SEEK_END)
        if size < self._read:  # somebody emptied the file
            self._keys, self._read = set(), 0
        file.seek(self._read)
        for raw in file.read().splitlines(keepends=True):
            if not raw.endswith(b"\n"):
                file.truncate(self._read)  # a writer died in the middle of its line: it was not acknowledged
                break
            self._keys.add(json.loads(raw)["key"])
            self._read += len(raw)
        file.seek(0, os.SEEK_END)


class _Files:
    idempotent = True
    name = ""

    def __init__(self, folder: Path | None = None) -> None:
        self.lines = JsonLines((folder or Path(settings.DATA_DIR) / "outbox") / f"{self.name}.jsonl")

    def _write(self, key: str, **line: str) -> Sent:
        self.lines.append(key, {"at": clock.now().isoformat(), **line})
        return Sent(reference=f"file:{key}", arrived=True)

    def receipts(self) -> Iterable[Receipt]:
        """None: arrival is known at once."""
        return ()

    def check(self) -> list[str]:
        """Whether the folder can be written."""
        folder = self.lines.path.parent
        folder.mkdir(parents=True, exist_ok=True)
        return [] if os.access(folder, os.W_OK) else [f"{folder} cannot be written"]


class SmsFiles(_Files):
    """Short messages into ``sms.jsonl``."""

    name = "sms"

    def send(self, *, key: str, phone: str, text: str) -> Sent:
        """Write one line."""
        return self._write(key, phone=phone, text=text)


class MailFiles(_Files):
    """Mail into ``mail.jsonl``."""

    name = "mail"

    def send(self, *, key: str, address: str, subject: str, text: str) -> Sent:
        """Write one line."""
        return self._write(key, address=address, subject=subject, text=text)
