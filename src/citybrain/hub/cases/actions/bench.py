"""What officials do on the bench beside acting: take, release, assign, hand over, comment, act on many."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from citybrain.hub.cases.actions.act import act
from citybrain.hub.cases.data import CommentRecord
from citybrain.hub.cases.models import Comment, Task
from citybrain.hub.cases.queries.access import row_for
from citybrain.hub.cases.queries.scope import tasks_in_scope
from citybrain.hub.identity import api as identity
from citybrain.kernel import audit, clock
from citybrain.kernel.actor import Actor
from citybrain.kernel.errors import CityError, Conflict, FieldProblem, Invalid, NotAllowed, NotFound

MOST_AT_ONCE = 200


@transaction.atomic
def take(task_id: UUID, *, by: Actor) -> None:
    """Take a task for oneself. Conflict when a colleague has it; NotFound outside one's scope."""
    task = _task(by, task_id)
    if task.taken_by and task.taken_by != by.account_id:
        raise Conflict(_("A colleague has taken this task."), code="taken", todo=_("Choose another one."))
    _give(task, by.account_id, by.post_id, by, "cases.take")


@transaction.atomic
def release(task_id: UUID, *, by: Actor) -> None:
    """Give a task back to the list. Only who holds it, or an assigner."""
    task = _task(by, task_id)
    if task.taken_by not in (None, by.account_id) and not _may_assign(by, task):
        raise NotAllowed(_("A colleague has taken this task."))
    _give(task, None, None, by, "cases.release")


@transaction.atomic
def assign(task_ids: Iterable[UUID], *, to_account: UUID, by: Actor) -> int:
    """Give tasks to a colleague who holds the task's role there. NotAllowed without ``cases.assign`` in scope."""
    given = 0
    for task in _locked(by, list(task_ids)[:MOST_AT_ONCE]):
        if not _may_assign(by, task):
            raise NotAllowed(_("Your post does not include assigning work."))
        role = task.role.split(".", 1)[1]
        if to_account not in identity.persons_holding(role, task.organisation):
            raise Invalid(
                [FieldProblem("to_account", "no_role", _("This colleague does not hold the role needed."))]
            )
        _give(task, to_account, None, by, "cases.assign")
        given += 1
    return given


@transaction.atomic
def hand_over(*, from_account: UUID, to_account: UUID, by: Actor) -> int:
    """Hand every open task of an absent colleague to another who holds the roles; returns how many moved."""
    if by.account_id != from_account and not by.may("cases.assign"):
        audit.record("cases.refuse", by=by, obj=f"account:{from_account}", after={"action": "hand_over"})
        raise NotAllowed(_("Your post does not include assigning work."))
    moved = 0
    for task in Task.objects.select_for_update().filter(closed_at=None, taken_by=from_account).order_by("id"):
        allowed = by.account_id == from_account or _may_assign(by, task)
        if allowed and to_account in identity.persons_holding(task.role.split(".", 1)[1], task.organisation):
            _give(task, to_account, None, by, "cases.hand_over")
            moved += 1
    return moved


def _task(by: Actor, task_id: UUID) -> Task:
    found = _locked(by, [task_id])
    if not found:
        raise NotFound(_("This task is not on your list any more."), todo=_("Look at your list again."))
    return found[0]


def _locked(by: Actor, ids: list[UUID]) -> list[Task]:
    rows = Task.objects.select_for_update().filter(pk__in=ids, closed_at=None).order_by("id")
    visible = set(tasks_in_scope(by).filter(pk__in=ids).values_list("pk", flat=True))
    return [t for t in rows if t.pk in visible or _may_assign(by, t)]


def _may_assign(by: Actor, task: Task) -> bool:
    return by.may("cases.assign") and identity.may(
        by, "cases.assign", organisation=task.organisation, matter=task.matter
    )


def _give(task: Task, account: UUID | None, post: UUID | None, by: Actor, action: str) -> None:
    before = task.taken_by
    task.taken_by, task.taken_post, task.taken_at = account, post, clock.now() if account else None
    task.save(update_fields=["taken_by", "taken_post", "taken_at"])
    audit.record(
        action, by=by, obj=f"case:{task.case_id}", organisation=task.organisation,
        before={"taken_by": before}, after={"taken_by": account, "task": task.pk},
    )  # fmt: skip


def bulk_act(
    case_ids: Iterable[UUID], action: str, *, by: Actor, data: dict[str, Any] | None = None, comment: str = ""
) -> dict[UUID, CityError | None]:
    """The same action on many cases, each in its own transaction. Returns what went wrong per case (None = done)."""
    results: dict[UUID, CityError | None] = {}
    for case_id in list(dict.fromkeys(case_ids))[:MOST_AT_ONCE]:
        try:
            act(case_id, action, by=by, data=dict(data or {}), comment=comment)
            results[case_id] = None
        except CityError as error:
            results[case_id] = error
    return results


@transaction.atomic
def comment(case_id: UUID, text: str, *, by: Actor) -> CommentRecord:
    """Leave a remark for colleagues. Citizens cannot; Invalid when empty or longer than 2000 characters."""
    case = row_for(by, case_id)
    if by.kind == "citizen":
        raise NotAllowed(_("Remarks are for officials."))
    text = text.replace("\x00", "").strip()
    if not text or len(text) > 2000:
        raise Invalid([FieldProblem("text", "required", _("Write 1 to 2000 characters."))])
    row = Comment.objects.create(
        case=case,
        at=clock.now(),
        account_id=by.account_id,
        author=by.name[:120],
        organisation=by.organisation,
        text=text,
    )
    audit.record("cases.comment", by=by, obj=f"case:{case.pk}", organisation=case.organisation)
    return CommentRecord(row.at, row.author, row.organisation, row.text)
