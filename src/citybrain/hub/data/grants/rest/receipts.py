"""Corrections a consumer has to know of: the open ones, and the receipt for each."""

from uuid import UUID

from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt

from citybrain.hub.data.grants.actions.corrections import confirm_correction
from citybrain.hub.data.grants.rest.machine import Answer, Signed, machine
from citybrain.hub.data.models import CorrectionNotice, Grant
from citybrain.kernel.actor import Actor
from citybrain.kernel.errors import FieldProblem, Invalid
from citybrain.kernel.guard import public

WHY = "signed by a consumer's key; shows and confirms its own notices only"
MOST = 200


@csrf_exempt
@public(WHY)
@machine("GET")
def receipts(call: Signed) -> Answer:
    """The consumer's open notices, oldest first; ``X-Share-Grant`` and ``X-Share-Purpose`` may be empty here."""
    rows = CorrectionNotice.objects.filter(consumer=call.caller.consumer, confirmed_at=None).order_by(
        "made_at"
    )
    return {"receipts": [told(row) for row in rows[:MOST]]}


@csrf_exempt
@public(WHY)
@machine("POST")
def receipt(call: Signed, notice: UUID) -> Answer:
    """Confirm one: ``{"outcome": "corrected" | "not_kept" | "reviewed"}``."""
    outcome = call.body.get("outcome")
    if not isinstance(outcome, str) or set(call.body) != {"outcome"}:
        raise Invalid([FieldProblem("outcome", "shape", _("Say corrected, not_kept or reviewed."))])
    by = Actor.system(f"share key {call.caller.key_id}")
    return told(confirm_correction(notice, consumer=call.caller.consumer, outcome=outcome, by=by))


def knows_key(row: CorrectionNotice) -> bool:
    """Whether the consumer's grant gave it the record key in full, or let it ask by key."""
    grant = Grant.objects.select_related("resource").filter(pk=row.grant_id).first()
    if grant is None:
        return False
    key_item = grant.resource.key_item
    return bool({"verify", "batch"} & set(grant.ways)) or (
        key_item in grant.items and key_item not in grant.masked
    )


def told(row: CorrectionNotice) -> dict[str, object]:
    """A notice: the record where the consumer knows its key, hashes of its old and new state, no values."""
    return {
        "id": str(row.pk), "resource": row.resource, "record": row.record if knows_key(row) else None,
        "old_hash": row.old_hash,
        "new_hash": row.new_hash, "grant": str(row.grant_id), "made_at": row.made_at, "due_at": row.due_at,
        "outcome": row.outcome or None, "confirmed_at": row.confirmed_at,
    }  # fmt: skip
