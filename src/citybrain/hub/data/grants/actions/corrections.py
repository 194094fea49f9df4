"""A corrected record is told to every past reader, who confirms what was done with it; silence is reminded."""

import logging
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection, transaction
from django.utils.translation import gettext as _

from citybrain.hub.data.data import RecordCorrected
from citybrain.hub.data.grants.actions.notify import notify
from citybrain.hub.data.models import CorrectionNotice
from citybrain.hub.data.registers.queries.objections import record_mark
from citybrain.kernel import audit, clock, workdays
from citybrain.kernel.actor import Actor
from citybrain.kernel.errors import Conflict, FieldProblem, Invalid, NotFound

CONFIRM = workdays.Limit(10, "workday")  # 校核纠错 (reference §6.3 [K?]); a receipt is part of correcting
REMIND_DAYS = 3
log = logging.getLogger(__name__)
OUTCOMES = ("corrected", "not_kept", "reviewed")

# Past readers: who was given this record by name, or so many rows that it may have been among them.
_READERS = """
SELECT consumer, (array_agg(grant_id ORDER BY at DESC))[1] FROM data_sharelog
 WHERE resource = %(resource)s
   AND (records @> ARRAY[%(record)s]::varchar(32)[] OR (rows > 0 AND records = '{}'))
 GROUP BY consumer ORDER BY consumer
"""


@transaction.atomic
def broadcast_correction(event: RecordCorrected, *, by: Actor) -> int:
    """A notice to every past reader, once each however often the event comes; returns how many are new."""
    hashed = record_mark(event.resource, event.record)
    made = [
        notice(event, hashed, consumer, grant_id) for consumer, grant_id in readers(event.resource, hashed)
    ]
    fresh = [row for row, created in made if created]
    for row in fresh:
        notify(row.consumer, "correction", row.pk, by=by)
    return len(fresh)


def readers(resource: str, hashed: str) -> list[tuple[str, UUID]]:
    """Consumers in the access log with their newest grant."""
    with connection.cursor() as cursor:
        cursor.execute(_READERS, {"resource": resource, "record": hashed})
        return cursor.fetchall()


def notice(
    event: RecordCorrected, hashed: str, consumer: str, grant_id: UUID
) -> tuple[CorrectionNotice, bool]:
    """One reader's notice, and whether it is new."""
    return CorrectionNotice.objects.get_or_create(
        objection_id=event.objection_id, resource=event.resource, record_hash=hashed, consumer=consumer,
        defaults={
            "record": event.record, "old_hash": event.old_hash, "new_hash": event.new_hash, "grant_id": grant_id, "made_at": clock.now(),
            "due_at": confirm_by(clock.now()),
        },
    )  # fmt: skip


def confirm_by(made_at: datetime) -> datetime | None:
    """Until when a receipt is due; None while the holiday table of that year is missing, never a guess (A38)."""
    try:
        return workdays.due(made_at, CONFIRM)
    except workdays.MissingYear:
        log.warning("the holiday table does not reach far enough to say when receipts are due")
        return None


@transaction.atomic
def confirm_correction(id: UUID, *, consumer: str, outcome: str, by: Actor) -> CorrectionNotice:
    """The receipt of a reader: ``corrected``, ``not_kept`` or ``reviewed``. The same again changes nothing.

    NotFound for another consumer's notice, Invalid for another outcome, Conflict when another outcome was confirmed.
    """
    row = CorrectionNotice.objects.select_for_update().filter(pk=id, consumer=consumer).first()
    if row is None:
        raise NotFound(_("There is no such notice."), code="no_notice")
    if outcome not in OUTCOMES:
        raise Invalid([FieldProblem("outcome", "unknown", _("Say corrected, not_kept or reviewed."))])
    if row.confirmed_at is not None:
        if row.outcome == outcome:
            return row
        raise Conflict(_("The notice was confirmed already."), code="confirmed")
    row.confirmed_at, row.outcome, row.confirmed_by = clock.now(), outcome, by.as_dict()
    row.save(update_fields=["confirmed_at", "outcome", "confirmed_by"])
    audit.record(
        "data.confirm_correction",
        by=by,
        obj=f"correction:{id}",
        organisation=consumer,
        after={"outcome": outcome},
    )
    return row


@transaction.atomic
def remind_of_corrections(*, by: Actor) -> int:
    """Remind readers whose receipt is overdue, every three days; days that could not be reckoned are, once they can."""
    now = clock.now()
    for row in CorrectionNotice.objects.filter(confirmed_at=None, due_at=None)[:500]:
        if (due := confirm_by(row.made_at)) is not None:
            CorrectionNotice.objects.filter(pk=row.pk).update(due_at=due)
    rows = CorrectionNotice.objects.select_for_update().filter(confirmed_at=None, due_at__lt=now)
    late = [
        r for r in rows[:500] if r.reminded_at is None or r.reminded_at < now - timedelta(days=REMIND_DAYS)
    ]
    for row in late:
        row.reminded_at, row.reminders = now, row.reminders + 1
        row.save(update_fields=["reminded_at", "reminders"])
        notify(row.consumer, "correction_due", row.pk, number=row.reminders, by=by)
    return len(late)
