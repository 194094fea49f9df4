"""Writing resources of the lake into the catalogue, with their table; noting what came in."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

from citybrain.hub.data.catalogue.actions.classify import give_code
from citybrain.hub.data.catalogue.actions.editions import begin_edition, keep_edition
from citybrain.hub.data.catalogue.actions.publish import publish_resource, refuse_unlawful
from citybrain.hub.data.catalogue.domain.description import ITEM_FIELDS
from citybrain.hub.data.catalogue.domain.grading import highest
from citybrain.hub.data.data import RowsDelivered
from citybrain.hub.data.lake import reading, tables
from citybrain.hub.data.models import Item, Resource, Suggestion
from citybrain.kernel import audit, clock, events
from citybrain.kernel.actor import Actor
from citybrain.kernel.errors import Conflict

__all__ = ["declare_resource", "note_delivery", "publish_resource", "table_rows"]


@transaction.atomic
def declare_resource(
    key: str,
    *,
    title: Mapping[str, str],
    items: Sequence[Mapping[str, Any]],
    by: Actor,
    table: str = "now",
    **values: Any,
) -> Resource:
    """A resource of the lake and its table; a second declaration renews words and adds items.

    ``items`` are the fields of ``Item`` (name, type, title …) in order; ``values`` fields of ``Resource``. Conflict when an
    item changes its type or the key belongs to a room. An item that is no longer declared leaves the catalogue, not the
    table; of an item that stays, fields that are not named stay.
    ``table``: ``now``, or ``later`` (when the transaction commits: nothing is left behind by a pack check).
    What a person confirmed about an item (its grade) is never lowered by a declaration. Invalid when a published
    resource would break a rule that publishing checks.
    """
    row = Resource.objects.select_for_update().filter(pk=key).first()
    if row is not None and row.kind != "lake":
        raise Conflict(f"{key} is kept by a room / 该数据集由业务模块维护", code="not_lake")
    kept = kept_fields(row)
    listed = [{**kept.get(item["name"], {}), **item, "position": at} for at, item in enumerate(items)]
    refuse_changed_types(row, listed)
    digest = hashlib.sha256(json.dumps(listed, sort_keys=True, ensure_ascii=False).encode()).hexdigest()
    if row is None:
        row = Resource(key=key, kind="lake", layer="raw", changed_at=clock.now())
    else:
        begin_edition(row, by=by)
    confirm_raised(key, listed)
    given = {"title": dict(title), "hash": digest, **values, "alive": True}
    for name, value in given.items():
        setattr(row, name, value)
    row.grade = highest([row.grade_floor, *(i.get("grade", "L1") for i in listed)])
    row.save()
    row.items.all().delete()
    Item.objects.bulk_create(Item(resource=row, **item) for item in listed)
    give_code(row)
    keep_edition(row, act="declare", by=by)
    if row.state == "published":
        refuse_unlawful(row, complete=False)
    if table == "now":
        make_table(key, listed)
    else:
        transaction.on_commit(lambda: make_table(key, listed))
    audit.record("data.declare_resource", by=by, obj=f"dataset:{key}", after={"version": row.version})
    return row


def kept_fields(row: Resource | None) -> dict[str, dict[str, Any]]:
    """Item name → its fields: what a new declaration does not speak of stays."""
    if row is None:
        return {}
    return {item.name: {f: getattr(item, f) for f in ITEM_FIELDS} for item in row.items.all()}


def refuse_changed_types(row: Resource | None, listed: Sequence[Mapping[str, Any]]) -> None:
    """A column keeps its type for life: what was delivered under it stays readable."""
    known = {} if row is None else {item.name: item.type for item in row.items.all()}
    for item in listed:
        if known.get(item["name"], item["type"]) != item["type"]:
            raise Conflict(
                f"item {item['name']} is {known[item['name']]} already / 信息项类型不能改变", code="item_type"
            )


def confirm_raised(key: str, listed: Sequence[dict[str, Any]]) -> None:
    """What people confirmed of the scanner's findings holds against a new declaration as well."""
    confirmed = Suggestion.objects.filter(resource=key, state="confirmed")
    found: dict[str, list[Suggestion]] = {}
    for row in confirmed:
        found.setdefault(row.item, []).append(row)
    for item in listed:
        for row in found.get(item["name"], []):
            item["grade"] = highest([item.get("grade", "L1"), row.grade])
            item["personal"] = item.get("personal") or row.personal
            item["identifier"] = item.get("identifier") or row.identifier


def make_table(key: str, listed: Sequence[Mapping[str, Any]]) -> None:
    """The table with at least these columns."""
    columns = [tables.LakeColumn(item["name"], item["type"]) for item in listed]
    if tables.has_table(key):
        tables.add_columns(key, columns)
    else:
        tables.create_table(key, columns)


@transaction.atomic
def note_delivery(key: str, *, batch: str, rows: int, by: Actor, at: datetime | None = None) -> None:
    """Renew the facts about a table's rows after a delivery and tell the rooms (``RowsDelivered``)."""
    row = Resource.objects.select_for_update().get(pk=key)
    row.rows = table_rows(key)
    row.received_at = at or clock.now()
    if row.time_item and row.items.filter(name=row.time_item).exists():
        newest = reading.query(f'SELECT max("{row.time_item}") FROM {key}').rows[0][0]  # noqa: S608 - names of the catalogue
        row.newest_at = newest if isinstance(newest, datetime) else row.newest_at
    row.save(update_fields=["rows", "received_at", "newest_at"])
    events.publish(RowsDelivered(resource=key, batch=batch, rows=rows), aggregate=f"dataset:{key}", by=by)


def table_rows(key: str) -> int:
    """Rows that live in the newest snapshot: those deleted since they were written are not counted."""
    return reading.row_count(key)
