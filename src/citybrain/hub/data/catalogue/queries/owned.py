"""Resources by who provides them."""

from citybrain.hub.data.data import ResourceRecord
from citybrain.hub.data.models import Resource

MOST = 2000


def resources_of(owner: str) -> list[ResourceRecord]:
    """What a unit provides, by key."""
    rows = Resource.objects.filter(owner=owner, alive=True).prefetch_related("items")[:MOST]
    return [row.record() for row in rows]
