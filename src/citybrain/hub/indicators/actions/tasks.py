"""The tasks that warnings open: acknowledge, close with a comment. Refuses closing without saying what was done."""

from decimal import Decimal
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from citybrain.hub.identity import api as identity
from citybrain.hub.indicators.models import Headline, Task
from citybrain.hub.indicators.schema import IndicatorDocument
from citybrain.kernel import audit, clock
from citybrain.kernel.actor import Actor
from citybrain.kernel.errors import Conflict, FieldProblem, Invalid, NotFound

SYSTEM = Actor.system("indicators.watch")
SHORTEST_COMMENT = 4


def open_task(row: Headline, definition: IndicatorDocument, line: Decimal) -> Task:
    """The open task of an indicator, raised to the new severity; a new one when there is none."""
    values = {"severity": row.severity, "value": row.value, "threshold": line, "version": row.version}
    task = (
        Task.objects.select_for_update()
        .filter(indicator_id=row.indicator_id)
        .exclude(state=Task.CLOSED)
        .first()
    )
    if task is None:
        task = Task(indicator_id=row.indicator_id, owner=definition.owner, opened_at=row.as_of)
    before = task.severity
    task.recovered_at = None
    for name, value in values.items():
        setattr(task, name, value)
    task.save()
    audit.record(
        "indicators.open_task", by=SYSTEM, obj=f"indicator_task:{task.id}", organisation=task.owner,
        before={"severity": before} if before else None, after=values,
    )  # fmt: skip
    return task


def note_recovery(code: str) -> None:
    """The figure is well again; the task stays until a person has said why it fell."""
    Task.objects.filter(indicator_id=code).exclude(state=Task.CLOSED).update(recovered_at=clock.now())


@transaction.atomic
def acknowledge_task(task_id: UUID, *, by: Actor) -> None:
    """Somebody of the owner has seen it. NotAllowed outside the owner's scope; Conflict when it is not open."""
    task = locked(task_id, by)
    if task.state != Task.OPEN:
        raise Conflict(_("This task has been taken up already."))
    task.state, task.acknowledged_at, task.acknowledged_by = Task.ACKNOWLEDGED, clock.now(), by.name
    task.save(update_fields=["state", "acknowledged_at", "acknowledged_by"])
    note("indicators.acknowledge_task", task, by, Task.OPEN)


@transaction.atomic
def close_task(task_id: UUID, *, comment: str, by: Actor) -> None:
    """Close with a comment on cause and measure. Invalid without one; Conflict when it is closed already."""
    task = locked(task_id, by)
    if task.state == Task.CLOSED:
        raise Conflict(_("This task is closed already."))
    if len(comment.strip()) < SHORTEST_COMMENT:
        raise Invalid([FieldProblem("comment", "required", _("Say what caused it and what was done."))])
    before, task.state = task.state, Task.CLOSED
    task.closed_at, task.closed_by, task.comment = clock.now(), by.name, comment.strip()[:2000]
    task.save(update_fields=["state", "closed_at", "closed_by", "comment"])
    note("indicators.close_task", task, by, before)


def locked(task_id: UUID, by: Actor) -> Task:
    """The task, locked, if the actor may work on its owner's tasks; NotFound / NotAllowed otherwise."""
    task = Task.objects.select_for_update().filter(pk=task_id).first()
    if task is None:
        raise NotFound(_("There is no such task."))
    identity.require(by, "indicators.work", organisation=task.owner, obj=f"indicator_task:{task_id}")
    return task


def note(action: str, task: Task, by: Actor, before: str) -> None:
    """The audit row of a change of state."""
    audit.record(
        action, by=by, obj=f"indicator_task:{task.id}", organisation=task.owner,
        before={"state": before}, after={"state": task.state, "comment": task.comment},
    )  # fmt: skip
