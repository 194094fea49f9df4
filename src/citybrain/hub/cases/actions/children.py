"""Bundles: opening children, releasing those that waited, telling the parent, stopping what is left.

One refused child does not stop its siblings unless they named it as a prerequisite (check A39).
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from citybrain.hub.cases.actions.clocks import limit_of
from citybrain.hub.cases.models import Case, Link
from citybrain.hub.cases.queries.machines import machine_of
from citybrain.kernel.actor import Actor
from citybrain.kernel.workdays import Limit

if TYPE_CHECKING:
    from citybrain.hub.cases.actions.run import Run

SETTLED_BADLY = {"refused", "not_accepted", "withdrawn", "returned", "no_need"}


def longest_way(children: list[dict[str, Any]]) -> Limit | None:
    """The longest chain of promised limits through the prerequisites: a joint clock may not be longer."""
    days: dict[str, int] = {}
    unit = "workday"
    by_key = {child["key"]: child for child in children}

    def length(key: str, seen: tuple[str, ...] = ()) -> int:
        if key in days or key in seen or key not in by_key:
            return days.get(key, 0)
        limits = by_key[key].get("limits") or {}
        own = limit_of(limits.get("promised")) or limit_of(limits.get("statutory")) or Limit(20, "workday")
        before = [length(k, (*seen, key)) for k in by_key[key].get("prerequisites") or []]
        days[key] = own.value + max(before, default=0)
        return days[key]

    longest = max((length(key) for key in by_key), default=0)
    return Limit(longest, unit) if longest else None  # type: ignore[arg-type]


def on_behalf(by: Actor, name: str) -> Actor:
    """The system acting because a person acted: the person's account stays on record for separation of duties."""
    return replace(Actor.system(name), account_id=by.account_id, organisation=by.organisation)


def open_children(parent: Case, source: str, *, by: Actor, at: datetime) -> None:
    """Open every listed child; start those without prerequisites."""
    for child in parent.context.get(source) or []:
        open_one(parent, child, by=by, at=at)


def open_one(parent: Case, child: dict[str, Any], *, by: Actor, at: datetime) -> Case:
    """Open one child with the parent's subject and form, and start it unless it has to wait."""
    from citybrain.hub.cases.actions.open import open_row

    full = Case.objects.get(pk=parent.pk)
    own = (full.data.get("_children") or {}).get(child.get("key", ""))
    data = own or child.get("data") or full.data
    held = bool(child.get("prerequisites"))
    system = on_behalf(by, "cases.bundle")
    row = open_row(
        case_type=child.get("case_type") or "permit", by=system, subject_of=full, data=data,
        organisation=child.get("organisation") or parent.organisation,
        division=child.get("division") or parent.division, matter=child.get("matter", ""),
        matter_version=int(child.get("matter_version") or 0), matter_name=child.get("matter_name") or {},
        title=child.get("title") or parent.title, channel=parent.channel, limits=child.get("limits") or {},
        context=child.get("context") or {}, materials=child.get("materials") or [], demo=parent.demo,
        parent=parent, role_in_parent=str(child.get("key") or child.get("matter") or "")[:80],
    )  # fmt: skip
    Link.objects.create(
        case=parent, other=row, kind="child", role=row.parent_role, held=held, at=at,
        prerequisites=list(child.get("prerequisites") or []),
    )  # fmt: skip
    if not held:
        start(row, by=by)
    return row


def start(child: Case, *, by: Actor) -> None:
    """Submit and receive a child: the bundle was received once for all."""
    for action in ("submit", "receive"):
        _as_system(child, action, by=on_behalf(by, "cases.bundle"))


def _as_system(child: Case, action: str, *, by: Actor, data: dict[str, Any] | None = None) -> bool:
    """Perform an action on a child whatever its ``by`` says; False when its machine has none here."""
    from citybrain.hub.cases.actions.act import finish
    from citybrain.hub.cases.actions.run import Run, Step

    row = Case.objects.select_for_update().get(pk=child.pk)
    machine = machine_of(row.machine_id)
    chosen = next((t for t in machine.leaving(row.state) if t.action == action), None)
    if chosen is None:
        return False
    run = Run(row, machine, by)
    run.perform(Step(chosen, by, "system", dict(data or {})))
    finish(run)
    return True


def report(run: Run) -> None:
    """After a child's run: release or stop siblings that waited for it, then let the parent draw its conclusion."""
    case = run.case
    if case.parent_id is None or run.first_state == case.state:
        return
    if not case.outcome and not case.finished and not case.decided_at:
        return
    parent = Case.objects.select_for_update().filter(pk=case.parent_id).first()
    if parent is None or parent.finished:
        return
    _release(parent, by=run.by)
    _conclude(parent, by=run.by)


def _release(parent: Case, *, by: Actor) -> None:
    links = list(Link.objects.filter(case=parent, kind="child").select_related("other"))
    outcomes = {link.role: link.other.outcome for link in links}
    for link in links:
        if not link.held:
            continue
        needed = [outcomes.get(role, "") for role in link.prerequisites]
        if any(outcome in SETTLED_BADLY for outcome in needed):
            Link.objects.filter(pk=link.pk).update(held=False)
            _as_system(link.other, "block", by=on_behalf(by, "cases.bundle"))
        elif all(outcome in ("granted", "partial") for outcome in needed):
            Link.objects.filter(pk=link.pk).update(held=False)
            # the officer who granted the part before did not receive this one: the bundle's receipt counts
            start(link.other, by=Actor.system("cases.bundle"))


def _conclude(parent: Case, *, by: Actor) -> None:
    from citybrain.hub.cases.actions.act import finish
    from citybrain.hub.cases.actions.run import Run

    fresh = Case.objects.select_for_update().get(pk=parent.pk)
    if fresh.finished:
        return
    run = Run(fresh, machine_of(fresh.machine_id), on_behalf(by, "cases.bundle"))
    before = fresh.state
    run.perform_automatic()
    if fresh.state != before or run.steps:
        finish(run)


def stop_children(parent: Case, *, by: Actor) -> None:
    """Withdraw every child without a decision."""
    links = Link.objects.filter(case=parent, kind="child", other__finished=False, other__decided_at=None)
    for link in links.select_related("other"):
        done = _as_system(link.other, "withdraw", by=on_behalf(by, "cases.bundle"))
        if not done:
            _as_system(link.other, "block", by=on_behalf(by, "cases.bundle"))


def deliver_children(parent: Case, step_data: dict[str, Any], *, by: Actor) -> None:
    """One delivery (统一出件): children whose result is ready are delivered with the bundle."""
    for link in Link.objects.filter(case=parent, kind="child", other__finished=False).select_related("other"):
        child = link.other
        machine = machine_of(child.machine_id)
        if any(t.action == "deliver" for t in machine.leaving(child.state)):
            data = step_data if step_data.get("method") else {"method": "electronic"}
            _as_system(child, "deliver", by=on_behalf(by, "cases.bundle"), data=data)


def counted(parent: Case) -> dict[str, int]:
    """How the children stand. A granted child is open until its result is made: one delivery waits for all results."""
    found = {
        "children_total": 0,
        "children_open": 0,
        "children_granted": 0,
        "children_refused": 0,
        "children_withdrawn": 0,
    }
    rows = Case.objects.filter(links_in__case=parent, links_in__kind="child").only(
        "state", "outcome", "finished", "closed_at", "decided_at", "machine_id"
    )
    for child in rows:
        found["children_total"] += 1
        found["children_open"] += _is_open(child)
        if child.outcome in ("granted", "partial"):
            found["children_granted"] += 1
        elif child.outcome in ("refused", "not_accepted"):
            found["children_refused"] += 1
        elif child.outcome:
            found["children_withdrawn"] += 1
    return found


def _is_open(child: Case) -> bool:
    if child.finished or child.closed_at:
        return False
    state = machine_of(child.machine_id).states[child.state]
    return child.decided_at is None or (state.outcome == "granted" and state.kind != "end")
