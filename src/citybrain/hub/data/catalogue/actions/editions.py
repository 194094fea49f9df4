"""Keeping editions: every change of a description becomes a numbered state that can be compared with any other."""

from typing import Any

from citybrain.hub.data.catalogue.actions.index import index_resource
from citybrain.hub.data.catalogue.domain.description import differences
from citybrain.hub.data.catalogue.queries.described import described
from citybrain.hub.data.data import ResourceChanged
from citybrain.hub.data.models import Edition, Resource
from citybrain.kernel import clock, events
from citybrain.kernel.actor import Actor


def begin_edition(row: Resource, *, by: Actor) -> dict[str, Any]:
    """The description before a change; its first edition is written when there is none yet."""
    before = described(row)
    if row.pk and not row.editions.exists():
        write(row, before, row.version, act="known", by=by)
    return before


def keep_edition(row: Resource, *, act: str, by: Actor) -> Edition | None:
    """Write a new edition when the description differs from the newest one; the caller holds the row's lock.

    The resource's version becomes the edition's number, search hears of it, and so do those who use a published one.
    """
    after, newest = described(row), row.editions.order_by("-number").first()
    changes = differences(newest.body, after) if newest else []
    if newest is not None and not changes:
        return None
    number = newest.number + 1 if newest else max(row.version, 1)
    row.version, row.changed_at = number, clock.now()
    Resource.objects.filter(pk=row.pk).update(version=number, changed_at=row.changed_at)
    made = write(row, after, number, act=act, by=by)
    index_resource(row)
    if newest is not None and row.state == "published":
        names = tuple(dict.fromkeys(change.item for change in changes if change.item))
        event = ResourceChanged(resource=row.pk, version=number, items=names)
        events.publish(event, aggregate=f"dataset:{row.pk}", by=by)
    return made


def write(row: Resource, body: dict[str, Any], number: int, *, act: str, by: Actor) -> Edition:
    """The row of an edition."""
    return Edition.objects.create(
        resource=row, number=number, at=clock.now(), act=act, by=by.as_dict(), state=row.state, body=body
    )
