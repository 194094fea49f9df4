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


def missed(hall: Hall, limit: int = 6) -> list[QueueTicket]:
    """Numbers of today whose people were not there, last called first."""
    rows = QueueTicket.objects.filter(hall=hall, day=clock.today(), state=QueueTicket.State.MISSED)
    return list(rows.order_by("-called_at")[:limit])


def at_window(hall: Hall, window: str) -> QueueTicket | None:
    """The number that is called to or served at this window now."""
    return QueueTicket.objects.filter(
        hall=hall, day=clock.today(), window=window, state__in=(QueueTicket.State.CALLED, QueueTicket.State.SERVING)
    ).first()  # fmt: skip


def ahead(ticket: QueueTicket) -> int:
    """How many wait before this number."""
    return QueueTicket.objects.filter(
        hall=ticket.hall_id, day=ticket.day, state=QueueTicket.State.WAITING, serial__lt=ticket.serial
    ).count()  # fmt: skip


def on_screen(hall: Hall, limit: int = 8) -> tuple[list[QueueTicket], list[QueueTicket]]:
    """For the call screen: numbers at windows, last called first; and the next ones waiting."""
    rows = QueueTicket.objects.filter(hall=hall, day=clock.today())
    here = rows.filter(state__in=(QueueTicket.State.CALLED, QueueTicket.State.SERVING)).order_by("-called_at")
    return list(here[:limit]), list(rows.filter(state=QueueTicket.State.WAITING).order_by("serial")[:limit])


def waiting_count(hall: Hall) -> int:
    """How many people wait in the hall now."""
    return QueueTicket.objects.filter(hall=hall, day=clock.today(), state=QueueTicket.State.WAITING).count()
