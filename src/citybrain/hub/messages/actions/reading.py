"""Marking as read, preferences, retrying a delivery."""

from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from citybrain.hub.messages.data import Preferences
from citybrain.hub.messages.models import Delivery, Preference
from citybrain.hub.messages.permissions import MANAGE
from citybrain.hub.messages.queries.inbox import holders, own_messages
from citybrain.kernel import audit, clock
from citybrain.kernel.actor import Actor
from citybrain.kernel.errors import Conflict, NotAllowed, NotFound

State = Delivery.State


def mark_read(actor: Actor, message_id: UUID | None = None) -> int:
    """Mark one of the actor's messages, or all of them, as read; returns how many were unread."""
    rows = own_messages(actor).filter(read_at=None)
    if message_id is not None:
        rows = rows.filter(pk=message_id)
    return rows.update(read_at=clock.now())


@transaction.atomic
def set_preferences(actor: Actor, wanted: Preferences) -> None:
    """Store the actor's channels, for every holder it reads for. NotAllowed without an account."""
    ids = holders(actor)
    if not ids:
        raise NotAllowed(_("Sign in to choose how you are told."))
    values = {"inbox": wanted.inbox, "sms": wanted.sms, "mail": wanted.mail, "at": clock.now()}
    for holder in ids:
        Preference.objects.update_or_create(holder_id=holder, defaults=values)
    audit.record("messages.set_preferences", by=actor, after={k: v for k, v in values.items() if k != "at"})


@transaction.atomic
def retry_delivery(delivery_id: UUID, *, by: Actor) -> None:
    """Put a failed or dead delivery back in the queue; audited. NotAllowed, NotFound, Conflict if it is under way."""
    if not by.may(MANAGE):
        raise NotAllowed(_("Your post does not include this function."))
    row = Delivery.objects.select_for_update().filter(pk=delivery_id).first()
    if row is None:
        raise NotFound(_("There is no such delivery."))
    if row.state not in (State.FAILED, State.DEAD, State.SKIPPED):
        raise Conflict(_("This delivery is already under way."))
    audit.record(
        "messages.retry_delivery",
        by=by,
        obj=f"delivery:{row.pk}",
        before={"state": row.state, "error": row.error},
    )
    row.state, row.attempts, row.next_at = State.QUEUED, 0, clock.now()
    row.save(update_fields=["state", "attempts", "next_at"])
