"""Tasks of a case: who can act now. Opened and closed by the engine, never by a view."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from citybrain.hub.cases.actions.clocks import limit_of
from citybrain.hub.cases.domain.machine import Parallel
from citybrain.hub.cases.models import Task
from citybrain.kernel import workdays

if TYPE_CHECKING:
    from citybrain.hub.cases.actions.run import Run, Step

FAR = datetime(9999, 1, 1, tzinfo=UTC)  # work without a due date sorts last


@dataclass
class TaskChanges:
    """What is to be written: ``close`` is "" (nothing), ``all`` open tasks, or ``unit`` (all but branches)."""

    new: list[Task] = field(default_factory=list)
    close: str = ""
    times: dict[str, Any] = field(default_factory=dict)


def settle(run: Run) -> TaskChanges:
    """What brings the open tasks in line with the state the case rests in."""
    case, found = run.case, TaskChanges(new=list(run.extra_tasks))
    there_may_be_some = bool(run.first_state) and "tasks" not in run.nothing_yet  # not in a case just opened
    if case.state != run.first_state:
        found.close = "all" if there_may_be_some else ""
        owner = run.machine.states[case.state].owner
        if owner and owner not in ("applicant", "system") and run.machine.block(case.state) is None:
            found.new.append(new_task(run, run.hand_to or owner))
    elif run.hand_to:
        found.close = "unit"
        found.new.append(new_task(run, run.hand_to))
    elif run.changed & {"due_at", "paused"} and there_may_be_some:
        found.times = _times(run)
    return found


def _times(run: Run) -> dict[str, Any]:
    due_at, yellow_at, paused, _statutory = run.clocks.colour()
    return {"due_at": due_at, "yellow_at": yellow_at, "paused": paused, "sort_at": due_at or FAR}


def new_task(run: Run, role: str, **values: Any) -> Task:
    """A task of a case role in the case's present state."""
    case = run.case
    task = Task(
        case=case, role=run.machine.permission(role), matter=case.matter,
        organisation=run.machine.unit(role, case.organisation, case.context),
        case_type=case.case_type, state=case.state, division=case.division, channel=case.channel,
        opened_at=run.at, **_times(run),
    )  # fmt: skip
    for name, value in values.items():
        setattr(task, name, value)
    return task


def open_block(run: Run, step: Step, key: str, block: Parallel) -> None:
    """A task for every branch of a parallel block."""
    run.put(context={**run.case.context, "_block_at": run.at.isoformat(), "_block": key})
    limit = limit_of(block.limit)
    due = workdays.due(run.at, limit) if limit else None
    for branch in _branches(step, block):
        values: dict[str, Any] = {
            "branch": branch["key"], "branch_name": branch["name"], "lead": branch.get("lead", False),
            "organisation": branch["organisation"] or run.case.organisation,
        }  # fmt: skip
        if due and limit:
            values |= {
                "due_at": due,
                "yellow_at": workdays.yellow_from(due, limit),
                "sort_at": due,
                "paused": False,
            }
        run.extra_tasks.append(new_task(run, branch.get("role") or block.role, **values))
    run.forget("answers")


def _branches(step: Step, block: Parallel) -> list[dict[str, Any]]:
    if block.branches:
        return [
            {
                "key": b.key,
                "name": b.name.as_dict(),
                "role": b.role,
                "organisation": b.organisation,
                "lead": b.lead,
            }
            for b in block.branches
        ]
    found = []
    for index, item in enumerate(step.data.get(block.branches_from) or []):
        item = {"organisation": item} if isinstance(item, str) else dict(item)
        name = item.get("name") or item.get("organisation", "")
        found.append({
            "key": str(item.get("key") or item.get("organisation") or index)[:40],
            "name": name if isinstance(name, dict) else {"zh": str(name)},
            "role": item.get("role", ""), "organisation": str(item.get("organisation", ""))[:60],
            "lead": bool(item.get("lead")) or (index == 0 and block.join == "lead"),
        })  # fmt: skip
    return found
