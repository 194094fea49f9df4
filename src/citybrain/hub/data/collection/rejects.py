"""Rejected rows are kept: one encrypted, compressed file a batch, found by run and number.

Written before the batch is committed and again, the same, when the batch is done again after a crash.
"""

import gzip
import json
from collections.abc import Iterator, Sequence
from typing import Any
from uuid import UUID

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from citybrain.hub.data.collection.checking import Rejected
from citybrain.hub.data.models import CollectionRun
from citybrain.kernel import crypto


def path_of(run: UUID, number: int) -> str:
    """Where the rejected rows of a batch lie."""
    return f"collection/rejected/{run}/{number:06d}"


def save(run: UUID, number: int, rows: Sequence[Rejected]) -> None:
    """Keep the rejected rows of a batch; none leaves no file."""
    name = path_of(run, number)
    if default_storage.exists(name):
        default_storage.delete(name)
    if rows:
        body = "\n".join(json.dumps(row.as_dict(), ensure_ascii=False) for row in rows).encode()
        default_storage.save(name, ContentFile(crypto.encrypt(gzip.compress(body, 5))))


def load(run: UUID, number: int) -> Iterator[dict[str, Any]]:
    """The rejected rows of a batch as ``{n, values, why, text}``."""
    with default_storage.open(path_of(run, number), "rb") as file:
        body = gzip.decompress(crypto.decrypt(file.read()))
    return map(json.loads, body.decode().split("\n"))


def rejected(run: CollectionRun, *, offset: int = 0, limit: int | None = None) -> Iterator[dict[str, Any]]:
    """Rejected rows of a run in their order, from ``offset`` on."""
    skip, left = offset, limit
    for number, count in run.batches.filter(rejected__gt=0).values_list("number", "rejected"):
        if skip >= count:
            skip -= count
            continue
        for row in list(load(run.pk, number))[skip:]:
            if left is not None and left <= 0:
                return
            yield row
            left = None if left is None else left - 1
        skip = 0
