"""Halls and their queues."""

from citybrain.apps.services.models import Hall, QueueTicket
from citybrain.kernel import clock

OPEN = (QueueTicket.State.WAITING, QueueTicket.State.CALLED, QueueTicket.State.SERVING)


def halls() -> list[Hall]:
    """All open halls by division."""
    return list(Hall.objects.filter(hidden=False).order_by("division", "code"))


def hall_of(organisation: str, halls_in_scope: list[str] | None = None) -> Hall | None:
    """The hall an official works in: that of the official's own unit, else the first in scope."""
    found = Hall.objects.filter(hidden=False, organisation=organisation).order_by("code").first()
    if found is None and halls_in_scope:
        found = Hall.objects.filter(hidden=False, organisation__in=halls_in_scope).order_by("code").first()
    return found


def waiting(hall: Hall, limit: int = 30) -> list[QueueTicket]:
    """Open numbers of today, in order."""
    return list(
        QueueTicket.objects.filter(hall=hall, day=clock.today(), state__in=OPEN).order_by("serial")[:limit]
    )


def waiting_count(hall: Hall) -> int:
    """How many people wait in the hall now."""
    return QueueTicket.objects.filter(hall=hall, day=clock.today(), state=QueueTicket.State.WAITING).count()
