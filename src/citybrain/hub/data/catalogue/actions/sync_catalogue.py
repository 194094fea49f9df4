"""Bring the catalogue in line with what the rooms announce. Idempotent; a changed shape is a new version."""

import hashlib
import json
from typing import Any

from django.db import transaction

from citybrain.hub.data.catalogue.actions.editions import begin_edition, keep_edition
from citybrain.hub.data.catalogue.actions.index import index_missing
from citybrain.hub.data.catalogue.domain.grading import highest
from citybrain.hub.data.data import Column, Dataset
from citybrain.hub.data.domain import registry
from citybrain.hub.data.models import Item, Resource
from citybrain.kernel import clock
from citybrain.kernel.actor import Actor

ROOMS = Actor.system("rooms")
# Of an item the shape is the room's; these are said by the city and stay when the shape changes.
OURS = ("length", "code_table", "identifier", "sharing", "opening", "description", "element", "is_source")


@transaction.atomic
def sync_catalogue() -> int:
    """Insert new datasets, renew changed ones, mark those no longer announced; returns how many rows changed."""
    rows = Resource.objects.filter(kind="operational").select_for_update()
    known = {row.key: row for row in rows.prefetch_related("items")}
    announced = registry.datasets()
    changed = sum(sync_one(dataset, known.get(dataset.key)) for dataset in announced)
    gone = [row for key, row in known.items() if row.alive and key not in {d.key for d in announced}]
    for row in gone:
        row.alive = False
        row.save(update_fields=["alive"])
    index_missing()
    return changed + len(gone)


def sync_one(dataset: Dataset, row: Resource | None) -> int:
    """One dataset; 1 when its row changed. Facts of a room are published as they are."""
    items = [described(column, position) for position, column in enumerate(dataset.columns)]
    digest = hashlib.sha256(json.dumps(items, sort_keys=True, ensure_ascii=False).encode()).hexdigest()
    shape: dict[str, Any] = {
        "room": dataset.room, "title": dataset.title.as_dict(), "description": dataset.description.as_dict(),
        "hash": digest, "alive": True, "state": "published", "permission": dataset.permission,
        "grade": highest([row.grade_floor if row else "L1", *(item["grade"] for item in items)]), "time_item": dataset.time_column,
        "organisation_item": dataset.organisation_column, "division_item": dataset.division_column,
    }  # fmt: skip
    whole = row is not None and len(row.items.all()) == len(items)
    if row is not None and whole and all(getattr(row, name) == value for name, value in shape.items()):
        return 0
    if row is None:
        row = Resource(key=dataset.key, changed_at=clock.now(), published_at=clock.now())
    else:
        begin_edition(row, by=ROOMS)
    renew = row.hash != digest or not whole
    for name, value in shape.items():
        setattr(row, name, value)
    row.save()
    if renew:
        kept = {item.name: {f: getattr(item, f) for f in OURS} for item in row.items.all()}
        row.items.all().delete()
        Item.objects.bulk_create(
            Item(resource=row, **{**kept.get(item["name"], {}), **item}) for item in items
        )
    keep_edition(row, act="sync", by=ROOMS)
    return 1


def described(column: Column, position: int) -> dict[str, Any]:
    """A column as the catalogue keeps it; its SQL stays in code."""
    return {
        "name": column.name, "position": position, "type": column.type, "title": column.title.as_dict(),
        "grade": column.grade, "personal": "yes" if column.personal is True else (column.personal or ""),
    }  # fmt: skip
