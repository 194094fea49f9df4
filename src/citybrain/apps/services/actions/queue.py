"""The queue of a hall: draw a number, call the next, serve, finish; who missed the turn can be called again."""

from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from citybrain.apps.services.models import Hall, QueueTicket
from citybrain.kernel import audit, clock, ratelimit
from citybrain.kernel.actor import Actor
from citybrain.kernel.errors import Conflict, NotFound

State = QueueTicket.State
MOST_A_DAY = 999
DRAWS = (20, 600.0)
"""Numbers one address or person may draw in ten minutes; the machine at the door is a kiosk and has no such limit."""


def draw_number(hall_code: str, *, by: Actor, purpose: str = "") -> QueueTicket:
    """A fresh number in a hall for today. Raises NotFound for an unknown hall, Conflict when the day is full."""
    hall = Hall.objects.filter(code=hall_code[:64], hidden=False).first()
    if hall is None:
        raise NotFound(_("There is no such hall."))
    if by.terminal != "kiosk":
        ratelimit.allow(f"services.draw:{by.account_id or by.ip}", *DRAWS)
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
    """Call the longest waiting number to a window. Who was called there before counts as missed, who was served
    there as done."""
    tickets = QueueTicket.objects.filter(hall_id=hall_code, day=clock.today())
    tickets.filter(window=window, state=State.CALLED).update(state=State.MISSED, ended_at=clock.now())
    tickets.filter(window=window, state=State.SERVING).update(state=State.DONE, ended_at=clock.now())
    ticket = (
        tickets.filter(state=State.WAITING).order_by("serial").select_for_update(skip_locked=True).first()
    )
    return _call(ticket, window, by) if ticket else None


def _call(ticket: QueueTicket, window: str, by: Actor) -> QueueTicket:
    ticket.state, ticket.window, ticket.called_at, ticket.ended_at = State.CALLED, window, clock.now(), None
    ticket.save(update_fields=["state", "window", "called_at", "ended_at"])
    audit.record("services.call_number", by=by, obj=f"ticket:{ticket.id}", after={"window": window})
    return ticket


MOVES = {
    "again": ({State.CALLED, State.MISSED}, State.CALLED),
    "serve": ({State.CALLED}, State.SERVING),
    "served": ({State.CALLED, State.SERVING}, State.DONE),
    "missed": ({State.CALLED}, State.MISSED),
}
"""What can be done with a number, from which states, and what it becomes."""


@transaction.atomic
def move(ticket_id: Any, what: str, *, by: Actor, hall_code: str, window: str) -> QueueTicket:
    """Call a number again (also one that missed its turn), begin to serve it, finish it, or note that nobody came.

    NotFound for a number of another hall or day, Conflict when it stands differently by now (another window has it).
    """
    day = clock.today()
    ticket = QueueTicket.objects.select_for_update().filter(id=ticket_id, hall_id=hall_code, day=day).first()
    if ticket is None or what not in MOVES:
        raise NotFound(_("There is no such number."))
    before, after = MOVES[what]
    taken = ticket.window != window and ticket.state in (State.CALLED, State.SERVING)
    if ticket.state not in before or taken:
        raise Conflict(_("This number has been dealt with at another window or before."), code="ticket_moved")
    if what == "again":
        return _call(ticket, window, by)
    ticket.state = after
    if after in (State.DONE, State.MISSED):
        ticket.ended_at = clock.now()
    ticket.save(update_fields=["state", "ended_at"])
    audit.record("services.move_number", by=by, obj=f"ticket:{ticket.id}", after={"state": ticket.state})
    return ticket


def note_case(ticket_id: UUID | None, case_id: UUID) -> None:
    """The case a number led to; the last one when there were several."""
    if ticket_id is not None:
        QueueTicket.objects.filter(pk=ticket_id).update(case_id=case_id)


def ticket_of(ticket_id: UUID) -> QueueTicket:
    """A number of today by its own unguessable id; NotFound otherwise."""
    found = QueueTicket.objects.select_related("hall").filter(pk=ticket_id, day=clock.today()).first()
    if found is None:
        raise NotFound(_("There is no such number."))
    return found
