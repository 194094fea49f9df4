"""Answers of parallel branches (会签、联审) and the join: the engine goes on when enough have answered."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from citybrain.hub.cases.actions.run import Step
from citybrain.hub.cases.data import Refused
from citybrain.hub.cases.domain.machine import Parallel, Transition
from citybrain.hub.cases.models import Task
from citybrain.hub.cases.queries.access import no_such_case, sees
from citybrain.hub.identity import api as identity
from citybrain.kernel.actor import Actor
from citybrain.kernel.errors import FieldProblem, Invalid, NotAllowed

if TYPE_CHECKING:
    from citybrain.hub.cases.actions.run import Run


def answer(run: Run, block: Parallel, *, by: Actor, data: dict[str, Any], comment: str, key: str) -> None:
    """One branch answers: ``data`` = ``{branch?, answer, opinion}``. Refused when it answered already or waits for others."""
    task = _task(run, by, str(data.get("branch") or ""))
    chosen, opinion = _said(block, data)
    if block.join == "lead" and task.lead and _open(run).exclude(pk=task.pk).exists():
        raise Refused(_("The lead unit answers last, after the other units."), code="others_first")
    task.answer, task.opinion, task.closed_at, task.closed_by = chosen, opinion, run.at, by.account_id
    task.save(update_fields=["answer", "opinion", "closed_at", "closed_by"])
    run.forget("answers")
    shown = Transition(
        from_=[run.case.state],
        to=run.case.state,
        action=block.answer,
        name=block.name,
        by=[_role_key(run, task)],
    )  # type: ignore[call-arg]
    step = Step(
        shown,
        by,
        _role_key(run, task),
        {"answer": chosen, "opinion": opinion},
        comment,
        branch=task.branch,
        key=key,
    )
    run.perform(step)
    _join(run, block)


def _role_key(run: Run, task: Task) -> str:
    return next((role for role in run.machine.roles if run.machine.permission(role) == task.role), "system")


def _open(run: Run) -> Any:
    return Task.objects.filter(case=run.case, state=run.case.state, closed_at=None).exclude(branch="")


def _task(run: Run, by: Actor, branch: str) -> Task:
    rows = _open(run).order_by("opened_at", "id")
    mine = [
        t
        for t in rows
        if by.may(t.role) and identity.may(by, t.role, organisation=t.organisation, matter=t.matter)
    ]
    chosen = next((t for t in mine if not branch or t.branch == branch), None)
    if chosen:
        return chosen
    if not sees(by, run.case):
        raise no_such_case()
    if any(t.branch == branch for t in rows) or not branch:
        raise NotAllowed(_("This answer belongs to another unit."))
    raise Refused(_("This unit has answered already, or was not asked."), code="answered")


def _said(block: Parallel, data: dict[str, Any]) -> tuple[str, str]:
    chosen, opinion = str(data.get("answer") or ""), str(data.get("opinion") or "").strip()[:4000]
    problems = []
    if chosen not in {choice.value for choice in block.answers}:
        problems.append(FieldProblem("answer", "choice", _("Choose one of the offered answers.")))
    if chosen == "object" and not opinion:
        problems.append(FieldProblem("opinion", "required", _("Say why the unit objects.")))
    if problems:
        raise Invalid(problems)
    return chosen, opinion


def _join(run: Run, block: Parallel) -> None:
    left = _open(run)
    if block.join in ("all", "lead") and left.exists():
        return
    if block.join == "majority":
        total, given = run.fact("answers_total"), run.fact("answers_given")
        most = max(run.fact("answers_agree"), run.fact("answers_object"))
        if most * 2 <= total and given < total:
            return
    for outcome in block.outcomes:
        if run.holds(outcome.when):
            chosen = next(t for t in run.machine.leaving(run.case.state) if t.action == outcome.action)
            run.perform(Step(chosen, Actor.system("cases.join"), "system", {}))
            return
