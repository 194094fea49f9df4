"""What people and rooms do with long work: begin, pause, go on, cancel, try again."""

from typing import Any
from uuid import UUID

from django.db import transaction

from citybrain.hub.data.jobs.kinds import kind
from citybrain.hub.data.models import Job
from citybrain.kernel import audit, clock
from citybrain.kernel.actor import Actor
from citybrain.kernel.errors import Conflict
from citybrain.kernel.text import Text

OPEN = ("queued", "running", "paused")


@transaction.atomic
def begin_job(
    name: str,
    *,
    by: Actor,
    subject: str = "",
    arguments: dict[str, Any] | None = None,
    title: Text | None = None,
    organisation: str = "",
    alone: bool = False,
) -> Job:
    """Queue long work; it starts after this transaction commits. KeyError: unknown kind.

    ``alone``: the open job of the same kind and subject is returned instead of a second one.
    """
    chosen = kind(name)
    if alone:
        waiting = Job.objects.filter(kind=name, subject=subject, state__in=OPEN).first()
        if waiting is not None:
            return waiting
    made = Job.objects.create(
        kind=name, subject=subject, arguments=arguments or {}, title=(title or chosen.title).as_dict(),
        organisation=organisation or by.organisation, by=by.as_dict(), created_at=clock.now(),
    )  # fmt: skip
    audit.record("data.begin_job", by=by, obj=f"job:{made.pk}", after={"kind": name, "subject": subject})
    return made


@transaction.atomic
def wish_of_job(job_id: UUID, wish: str, *, by: Actor) -> Job:
    """Ask a job to ``pause``, ``cancel``, ``resume`` or ``retry``; Conflict when it is not in a state for that.

    What is queued or paused obeys at once; what runs obeys at its next step, and what it committed stays.
    """
    row = Job.objects.select_for_update().get(pk=job_id)
    step = {
        ("pause", "queued"): "paused", ("cancel", "queued"): "cancelled", ("cancel", "paused"): "cancelled",
        ("resume", "paused"): "queued", ("retry", "failed"): "queued", ("retry", "cancelled"): "queued",
    }.get((wish, row.state))  # fmt: skip
    if step is None and (row.state != "running" or wish not in ("pause", "cancel")):
        raise Conflict(f"this work is {row.state} / 该任务当前状态不能这样操作", code="job_state")
    if step is None:
        row.wish = wish
    else:
        row.state, row.wish = step, ""
        row.ended_at = clock.now() if step == "cancelled" else None
        row.attempts = 0
    row.save()
    audit.record(f"data.{wish}_job", by=by, obj=f"job:{row.pk}", after={"state": row.state, "wish": row.wish})
    return row
