"""Corrections of people that hold in a table whenever its model is built again."""

from citybrain.hub.data.models import Objection
from citybrain.hub.data.registers.domain.corrections import Corrected

MOST = 20_000


def corrections_of(key: str) -> list[Corrected]:
    """Of the newest 20,000 corrections of a resource, in the order they were made."""
    rows = Objection.objects.filter(resource=key, state="corrected", corrected_to__isnull=False)
    newest = rows.order_by("-settled_at", "-id").only("record_value", "item", "stood", "corrected_to")[:MOST]
    return [Corrected(row.record_value, row.item, row.stood, row.corrected_to) for row in reversed(newest)]
