"""A resource's description as it stands in the tables."""

from typing import Any

from citybrain.hub.data.catalogue.domain.description import FIELDS, ITEM_FIELDS
from citybrain.hub.data.models import Item, Resource


def described(row: Resource) -> dict[str, Any]:
    """The description of a resource as it stands in the tables: see ``domain.description``."""
    body: dict[str, Any] = {name: getattr(row, name) for name in FIELDS}
    body["description"] = row.note or row.description
    items = Item.objects.filter(resource=row).order_by("position")
    body["items"] = {item.name: item_described(item) for item in items}
    return body


def item_described(item: Item) -> dict[str, Any]:
    """One item's fields."""
    return {**{name: getattr(item, name) for name in ITEM_FIELDS}, "position": item.position}
