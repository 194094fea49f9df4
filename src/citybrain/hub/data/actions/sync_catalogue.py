"""Bring the catalogue rows in line with what the rooms announce. Idempotent; a changed shape is a new version."""

import hashlib
import json
from typing import Any

from django.db import transaction

from citybrain.hub.data.data import Dataset
from citybrain.hub.data.domain import registry
from citybrain.hub.data.models import CatalogueEntry
from citybrain.kernel import clock


@transaction.atomic
def sync_catalogue() -> int:
    """Insert new datasets, renew changed ones, mark those no longer announced; returns how many rows changed."""
    known = {row.key: row for row in CatalogueEntry.objects.select_for_update()}
    announced = registry.datasets()
    changed = sum(sync_one(dataset, known.get(dataset.key)) for dataset in announced)
    gone = [row for key, row in known.items() if row.alive and key not in {d.key for d in announced}]
    for row in gone:
        row.alive = False
        row.save(update_fields=["alive"])
    return changed + len(gone)


def sync_one(dataset: Dataset, row: CatalogueEntry | None) -> int:
    """One dataset; 1 when its row changed."""
    columns = [described(column) for column in dataset.columns]
    digest = hashlib.sha256(json.dumps(columns, sort_keys=True, ensure_ascii=False).encode()).hexdigest()
    shape: dict[str, Any] = {
        "room": dataset.room, "title": dataset.title.as_dict(), "description": dataset.description.as_dict(),
        "columns": columns, "hash": digest, "alive": True,
    }  # fmt: skip
    if row is None:
        CatalogueEntry.objects.create(key=dataset.key, changed_at=clock.now(), **shape)
        return 1
    if all(getattr(row, name) == value for name, value in shape.items()):
        return 0
    if row.hash != digest:
        row.version, row.changed_at = row.version + 1, clock.now()
    for name, value in shape.items():
        setattr(row, name, value)
    row.save()
    return 1


def described(column) -> dict[str, Any]:
    """A column as the catalogue keeps it; its SQL stays in code."""
    return {
        "name": column.name,
        "type": column.type,
        "title": column.title.as_dict(),
        "grade": column.grade,
        "personal": column.personal,
    }
