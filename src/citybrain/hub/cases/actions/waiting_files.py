"""Files uploaded before there is a case: kept for a day, until an application takes them up by their id.

The id is a signed note of what was checked, for whoever uploaded it; no table knows of the file. Refuses ids of others,
ids that ended, and everything ``files`` refuses.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core import signing
from django.utils.translation import gettext as _

from citybrain.hub.cases.actions.files import StoredFile, clean_name, place, write, wrong
from citybrain.kernel.actor import Actor
from citybrain.kernel.loops import every

WAITING = timedelta(hours=24)
SALT = "citybrain.cases.waiting_file"


def keep_waiting(upload: Any, *, by: Actor) -> tuple[str, StoredFile]:
    """Check an upload and keep it for an application to come; (its id, the file). The id serves who uploaded it only,
    for ``WAITING``. Errors as ``store``. No database row: the id itself says, signed, what was checked."""
    name = clean_name(getattr(upload, "name", "") or "")
    stored = StoredFile(name, **write(upload, name, waiting_place))
    said = {**stored.columns(), "account": str(by.account_id), "subject": str(by.subject_id)}
    return signing.dumps(said, salt=SALT, compress=True), stored


def claim(file_id: str, *, by: Actor) -> StoredFile:
    """The waiting file behind an id, its bytes now in the store. Invalid when it is another's, ended or unknown."""
    try:
        said = signing.loads(file_id[:4000], salt=SALT, max_age=WAITING)
    except signing.BadSignature:
        said = {}
    own = {"account": str(by.account_id), "subject": str(by.subject_id)}
    if not said or {name: said.pop(name, "") for name in own} != own:
        raise wrong("no_file", _("There is no such file: upload it again."))
    stored = StoredFile(**said)
    final, waiting = place(stored.sha256), waiting_place(stored.sha256)
    if not final.is_file():
        if not waiting.is_file():
            raise wrong("no_file", _("There is no such file: upload it again."))
        final.parent.mkdir(parents=True, exist_ok=True)
        try:
            os.link(waiting, final)
        except FileExistsError:
            pass
        except OSError:  # a file system without links
            shutil.copyfile(waiting, final)
    return stored


def waiting_place(sha256: str) -> Path:
    """Where content with this hash waits."""
    return Path(settings.DATA_DIR) / "files" / "waiting" / sha256


@every(seconds=3600, name="cases.sweep_waiting_files")
def sweep_waiting() -> int:
    """Remove waiting files nobody came back for; those used lie in the store under a second name. Returns how many."""
    folder, swept = Path(settings.DATA_DIR) / "files" / "waiting", 0
    ended = time.time() - WAITING.total_seconds()
    for path in folder.iterdir() if folder.is_dir() else ():
        with contextlib.suppress(FileNotFoundError):
            if path.stat().st_mtime < ended:
                path.unlink()
                swept += 1
    return swept
