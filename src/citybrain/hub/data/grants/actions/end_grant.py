"""Suspending, resuming and revoking grants, and their end by time."""

from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from citybrain.hub.data.data import GrantEnded, GrantIssued
from citybrain.hub.data.grants.data import GrantRecord
from citybrain.hub.data.models import Grant
from citybrain.kernel import audit, clock, events
from citybrain.kernel.actor import Actor
from citybrain.kernel.errors import Conflict, FieldProblem, Invalid, NotFound

STEPS = {
    ("suspend", "active"): "suspended",
    ("resume", "suspended"): "active",
    ("revoke", "active"): "revoked",
    ("revoke", "suspended"): "revoked",
    ("expire", "active"): "expired",
    ("expire", "suspended"): "expired",
}


def suspend_grant(id: UUID, *, reason: str, by: Actor) -> GrantRecord:
    """No row leaves under it until it is resumed. Conflict when it is not active, Invalid without a reason."""
    return move(id, "suspend", reason, by)


def resume_grant(id: UUID, *, reason: str, by: Actor) -> GrantRecord:
    """A suspended grant is good again. Conflict when it is not suspended or its time is over."""
    return move(id, "resume", reason, by)


def revoke_grant(id: UUID, *, reason: str, by: Actor) -> GrantRecord:
    """The grant ends for good. Conflict when it has ended already."""
    return move(id, "revoke", reason, by)


@transaction.atomic
def move(id: UUID, verb: str, reason: str, by: Actor) -> GrantRecord:
    """One step of a grant's life; waits for a delivery that is just being released."""
    row = Grant.objects.select_for_update(of=("self",)).filter(pk=id).first()
    if row is None:
        raise NotFound(_("There is no such grant."), code="no_grant")
    if len(reason.strip()) < 2:
        raise Invalid([FieldProblem("reason", "required", _("Say why."))])
    state = STEPS.get((verb, row.state))
    if state is None or (verb == "resume" and row.expires_on < clock.today()):
        raise Conflict(_("The grant is not in a state for that."), code="grant_state")
    before, row.state, row.reason = row.state, state, reason.strip()[:400]
    row.ended_at = clock.now() if state in ("revoked", "expired") else None
    row.save(update_fields=["state", "reason", "ended_at"])
    told(row, verb, before, by)
    return row.record()


def told(row: Grant, verb: str, before: str, by: Actor) -> None:
    """The audit row, and the rooms hear of it."""
    audit.record(
        f"data.{verb}_grant", by=by, obj=f"grant:{row.pk}", organisation=row.consumer,
        before={"state": before}, after={"state": row.state, "reason": row.reason},
    )  # fmt: skip
    named = {"grant_id": str(row.pk), "resource": row.resource_id, "consumer": row.consumer}
    event = GrantIssued(**named) if verb == "resume" else GrantEnded(**named, how=row.state)
    events.publish(event, aggregate=f"grant:{row.pk}", by=by)
