"""A delivery makes a scan due."""

from citybrain.hub.data.data import ResourcePublished, RowsDelivered
from citybrain.hub.data.quality.actions.begin import note_change
from citybrain.kernel.events import Meta, subscriber


@subscriber(RowsDelivered, name="data.quality_of_delivery")
def delivered(event: RowsDelivered, meta: Meta) -> None:
    """New rows are looked at."""
    note_change(event.resource)


@subscriber(ResourcePublished, name="data.quality_of_published")
def published(event: ResourcePublished, meta: Meta) -> None:
    """What was published counts for valid records from now on."""
    note_change(event.resource)
