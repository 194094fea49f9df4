"""Objecting to a value (异议, reference §6.4): raised by who is concerned or by a department, settled by the source.

The flow in which people decide is a case elsewhere; these are its doors here. From registering until it is settled the
record is under objection (``queries.objections.FLAGGED``): said wherever it is read, and it decides nothing alone (A21).
"""

from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from citybrain.hub.data.catalogue.queries.resources import resource
from citybrain.hub.data.data import ObjectionRaised, ObjectionSettled, RecordCorrected
from citybrain.hub.data.models import Objection
from citybrain.hub.data.registers.queries.objections import OPEN, may_settle, objection_row, record_mark
from citybrain.kernel import audit, clock, events
from citybrain.kernel.actor import Actor
from citybrain.kernel.errors import Conflict, FieldProblem, Invalid, NotAllowed

STEPS = {
    "raised": {"registered", "dismissed"}, "registered": {"source_check"}, "source_check": {"corrected", "kept"},
    "kept": {"review"}, "review": {"corrected", "kept"},
}  # fmt: skip


@transaction.atomic
def raise_objection(
    *,
    resource_key: str,
    record: str,
    item: str,
    claimed: str,
    reason: str,
    by: Actor,
    subject: str = "",
    stood: str = "",
) -> Objection:
    """Say that a value is wrong. ``record`` is the value of its key item, ``subject`` the mark of who is concerned,
    ``stood`` the value objected to as the engine writes it (of several rows of a record: which; default the newest's).

    NotFound: no such resource; Invalid: no such item, no reason; Conflict: this value is under objection already.
    The caller has proved that ``by`` may know of the record.
    """
    found = resource(resource_key)
    if item not in {i.name for i in found.items}:
        raise Invalid([FieldProblem("item", "unknown", _("There is no such item."))])
    if len(reason.strip()) < 2:
        raise Invalid([FieldProblem("reason", "required", _("Say in a few words what is wrong."))])
    mark = record_mark(resource_key, record)
    if (
        Objection.objects.select_for_update()
        .filter(resource=resource_key, record=mark, item=item, state__in=OPEN)
        .exists()
    ):
        raise Conflict(_("This value is being checked already."), code="objection_open")
    row = Objection.objects.create(
        resource=resource_key, record=mark, record_value=record, item=item, stood=stood, claimed=claimed[:400], reason=reason[:1000], subject=subject,
        organisation=by.organisation, owner=found.owner, by=by.as_dict(), raised_at=clock.now(),
    )  # fmt: skip
    audit.record(
        "data.raise_objection",
        by=by,
        obj=f"objection:{row.pk}",
        after={"resource": resource_key, "item": item},
    )
    events.publish(
        ObjectionRaised(
            objection_id=str(row.pk), resource=resource_key, record=mark, item=item, owner=found.owner,
            raised_by="department" if by.kind == "official" else "subject",
        ),
        aggregate=f"objection:{row.pk}", by=by,
    )  # fmt: skip
    return row


def advance(row: Objection, state: str) -> None:
    """The next state; Conflict when the order is not kept."""
    if state not in STEPS.get(row.state, set()):
        raise Conflict(_("This objection is in another state by now."), code="objection_state")
    row.state = state


@transaction.atomic
def register_objection(objection_id: UUID | str, *, by: Actor) -> Objection:
    """The platform has taken it up: the record is flagged, the source department checks. NotAllowed unless the system or the department."""
    row = locked(objection_id, by)
    advance(row, "registered")
    advance(row, "source_check")
    row.save(update_fields=["state"])
    audit.record("data.register_objection", by=by, obj=f"objection:{row.pk}", after={"state": row.state})
    return row


@transaction.atomic
def review_objection(objection_id: UUID | str, *, by: Actor, reason: str) -> Objection:
    """Who objected asks the authority to look again after the source kept the value."""
    row = Objection.objects.select_for_update().get(pk=objection_row(objection_id).pk)
    advance(row, "review")
    row.settled_at = None
    row.save(update_fields=["state", "settled_at"])
    audit.record(
        "data.review_objection",
        by=by,
        obj=f"objection:{row.pk}",
        after={"state": row.state},
        purpose=reason[:200],
    )
    return row


@transaction.atomic
def settle_objection(
    objection_id: UUID | str,
    *,
    corrected: bool,
    answer: str,
    by: Actor,
    old_hash: str = "",
    new_hash: str = "",
) -> Objection:
    """The source corrected the value (hashes of the record before and after) or keeps it, with reasons. Conflict: state."""
    if len(answer.strip()) < 2:
        raise Invalid([FieldProblem("answer", "required", _("Give the reason or the evidence."))])
    row = locked(objection_id, by)
    advance(row, "corrected" if corrected else "kept")
    row.answer, row.settled_at = answer[:400], clock.now()
    row.save(update_fields=["state", "answer", "settled_at"])
    audit.record("data.settle_objection", by=by, obj=f"objection:{row.pk}", after={"state": row.state})
    said = ObjectionSettled(
        objection_id=str(row.pk), resource=row.resource, record=row.record, corrected=corrected
    )
    events.publish(said, aggregate=f"objection:{row.pk}", by=by)
    if corrected:
        told = RecordCorrected(
            resource=row.resource,
            record=row.record_value,
            objection_id=str(row.pk),
            old_hash=old_hash,
            new_hash=new_hash,
        )
        events.publish(told, aggregate=f"dataset:{row.resource}", by=by)
    return row


@transaction.atomic
def dismiss_objection(objection_id: UUID | str, *, answer: str, by: Actor) -> Objection:
    """Not taken up, with the reason: the record does not exist, or it is no matter of data. Conflict: registered already."""
    row = locked(objection_id, by)
    advance(row, "dismissed")
    row.answer, row.settled_at = answer[:400], clock.now()
    row.save(update_fields=["state", "answer", "settled_at"])
    audit.record("data.dismiss_objection", by=by, obj=f"objection:{row.pk}", after={"state": row.state})
    return row


def locked(objection_id: UUID | str, by: Actor) -> Objection:
    """The row, held; NotAllowed for other departments."""
    row = Objection.objects.select_for_update().get(pk=objection_row(objection_id).pk)
    if not may_settle(by, row):
        refused = {
            "action": "data.refuse_objection", "by": by, "obj": f"objection:{row.pk}", "after": {"permission": "data.work"},
        }  # fmt: skip
        error = NotAllowed(_("Only the department the record comes from answers an objection."))
        error.refusal = (audit.record(**refused), refused)  # type: ignore[attr-defined, arg-type]  # see identity.keep_refusal
        raise error
    return row
