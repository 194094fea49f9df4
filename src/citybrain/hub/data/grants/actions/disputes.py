"""Records under objection: the flag that travels with them, put up and taken down by whoever runs the objection."""

from django.db import transaction

from citybrain.hub.data.grants.queries.disputed import record_hash
from citybrain.hub.data.models import DisputedRecord
from citybrain.kernel import audit, clock
from citybrain.kernel.actor import Actor


@transaction.atomic
def dispute_record(*, resource: str, record: str, objection_id: str, by: Actor) -> None:
    """The record is under objection from now on, until ``settle_record``; a review raises the flag again."""
    row, fresh = DisputedRecord.objects.get_or_create(
        resource=resource,
        record_hash=record_hash(resource, record),
        objection_id=objection_id,
        defaults={"since": clock.now()},
    )
    if row.until is not None:
        row.since, row.until, fresh = clock.now(), None, True
        row.save(update_fields=["since", "until"])
    if fresh:
        audit.record(
            "data.dispute_record", by=by, obj=f"dataset:{resource}", after={"objection": objection_id}
        )


@transaction.atomic
def settle_record(*, resource: str, record: str, objection_id: str, by: Actor) -> None:
    """This objection is over (corrected or upheld); the flag stays while another one is open."""
    rows = DisputedRecord.objects.filter(
        resource=resource, record_hash=record_hash(resource, record), objection_id=objection_id, until=None
    )
    if rows.update(until=clock.now()):
        audit.record(
            "data.settle_record", by=by, obj=f"dataset:{resource}", after={"objection": objection_id}
        )
