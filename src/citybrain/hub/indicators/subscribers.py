"""What indicators hear: rows came into a table of the lake, or the table was published; what counts it is counted again."""

from citybrain.hub.data import api as data
from citybrain.hub.data.data import ResourcePublished, RowsDelivered
from citybrain.hub.indicators.actions.compute import counting
from citybrain.hub.indicators.tasks import RECOUNT
from citybrain.kernel.actor import Actor
from citybrain.kernel.events import Meta, subscriber

ROBOT = Actor.system("indicators.recount")


@subscriber(RowsDelivered, name="indicators.count_delivery")
def delivered(event: RowsDelivered, meta: Meta) -> None:
    """New rows."""
    count_again(event.resource)


@subscriber(ResourcePublished, name="indicators.count_published")
def published(event: ResourcePublished, meta: Meta) -> None:
    """Counted for the first time, or again."""
    count_again(event.resource)


def count_again(resource: str) -> None:
    """A job, because a table may be large; one at a time for a table."""
    if counting(resource) and data.countable([resource]):
        data.begin_job(
            RECOUNT, by=ROBOT, subject=resource, organisation=data.resource(resource).owner, alone=True
        )
