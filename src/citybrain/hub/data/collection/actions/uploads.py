"""Storing an uploaded file: under a name of ours, bounded, nothing half written."""

import unicodedata
from pathlib import PurePosixPath
from typing import Any

from django.conf import settings
from django.core.files.storage import default_storage

from citybrain.kernel.errors import CityError, FieldProblem, Invalid
from citybrain.kernel.ids import new_id


class DiskFull(CityError):
    """No room to store a file. 507; nothing was written."""

    status = 507
    code = "disk_full"


def store_upload(upload: Any) -> tuple[str, str]:
    """(where it lies, the name people know it by). Invalid for an empty or too large file."""
    if not upload or not upload.size:
        raise Invalid([FieldProblem("file", "empty", "choose a file that is not empty / 请选择非空文件")])
    if upload.size > settings.REQUEST_LARGEST:
        raise Invalid(
            [
                FieldProblem(
                    "file",
                    "too_large",
                    "the file is too large to upload; put it into a watched folder / 文件过大,请改用共享目录",
                )
            ]
        )
    try:
        return default_storage.save(f"collection/uploads/{new_id()}", upload), plain_name(upload.name)
    except OSError as error:
        raise DiskFull("there is no room for the file now / 存储空间不足") from error


def plain_name(name: str) -> str:
    """The last part of a name, without control characters and slashes; it is shown, never opened."""
    last = PurePosixPath(str(name).replace("\\", "/")).name
    kept = "".join(ch for ch in last if unicodedata.category(ch)[0] != "C")
    return kept[-120:] or "file"
