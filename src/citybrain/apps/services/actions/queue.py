"""The queue of a hall: draw a number, call the next, finish."""

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from citybrain.apps.services.models import Hall, QueueTicket
from citybrain.kernel import audit, clock
from citybrain.kernel.actor import Actor
from citybrain.kernel.errors import Conflict, NotFound

State = QueueTicket.State
MOST_A_DAY = 999


def draw_number(hall_code: str, *, by: Actor, purpose: str = "") -> QueueTicket:
    """A fresh number in a hall for today. Raises NotFound for an unknown hall, Conflict when the day is full."""
    hall = Hall.objects.filter(code=hall_code, hidden=False).first()
    if hall is None:
        raise NotFound(_("There is no such hall."))
    for _attempt in range(5):
        try:
            with transaction.atomic():
                return _next_ticket(hall, by, purpose)
        except IntegrityError:
            continue
    raise Conflict(_("Many people are drawing numbers right now; please try again."), code="busy")


def _next_ticket(hall: Hall, by: Actor, purpose: str) -> QueueTicket:
    today = clock.today()
    last = QueueTicket.objects.filter(hall=hall, day=today).aggregate(last=Max("serial"))["last"] or 0
    if last >= MOST_A_DAY:
        raise Conflict(_("All numbers of today have been given out."), code="full")
    ticket = QueueTicket.objects.create(
        hall=hall,
        day=today,
        serial=last + 1,
        purpose=purpose[:200],
        person_id=by.person_id,
        drawn_at=clock.now(),
    )
    audit.record("services.draw_number", by=by, obj=f"ticket:{ticket.id}", organisation=hall.organisation)
    return ticket


@transaction.atomic
def call_next(hall_code: str, window: str, *, by: Actor) -> QueueTicket | None:
    """Call the longest waiting number to a window; whoever was called there before counts as missed."""
    today = clock.today()
    tickets = QueueTicket.objects.filter(hall_id=hall_code, day=today)
    tickets.filter(window=window, state=State.CALLED).update(state=State.MISSED, ended_at=clock.now())
    ticket = (
        tickets.filter(state=State.WAITING).order_by("serial").select_for_update(skip_locked=True).first()
    )
    if ticket is None:
        return None
    ticket.state, ticket.window, ticket.called_at = State.CALLED, window, clock.now()
    ticket.save(update_fields=["state", "window", "called_at"])
    audit.record("services.call_number", by=by, obj=f"ticket:{ticket.id}", after={"window": window})
    return ticket


@transaction.atomic
def finish(ticket_id, *, by: Actor, hall_code: str, missed: bool = False) -> QueueTicket:
    """Close a called number: served, or nobody came."""
    ticket = QueueTicket.objects.select_for_update().filter(id=ticket_id, hall_id=hall_code).first()
    if ticket is None:
        raise NotFound(_("There is no such number."))
    if ticket.state in (State.DONE, State.MISSED):
        return ticket
    ticket.state = State.MISSED if missed else State.DONE
    ticket.ended_at = clock.now()
    ticket.save(update_fields=["state", "ended_at"])
    audit.record("services.finish_number", by=by, obj=f"ticket:{ticket.id}", after={"state": ticket.state})
    return ticket
