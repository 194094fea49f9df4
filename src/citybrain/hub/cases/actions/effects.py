"""Effects: what a transition does beside changing the state. Each is database work inside the act's transaction.

Rooms plug in their own with ``register_effect``; an effect is ``fn(case, transition, args, by)`` and may return a
note (a dict) for the history. Effects outside the database happen later, through the outbox.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any

from citybrain.hub.cases.actions.clocks import limit_of
from citybrain.hub.cases.domain import papers
from citybrain.hub.cases.models import Document, Material

if TYPE_CHECKING:
    from citybrain.hub.cases.actions.run import Run, Step

Inner = Callable[["Run", "Step", Any], dict[str, Any] | None]
Outer = Callable[..., dict[str, Any] | None]
DATES = {
    "submitted_at", "received_at", "accepted_at", "decided_at", "delivered_at", "closed_at",
}  # fmt: skip

_inner: dict[str, Inner] = {}
_outer: dict[str, Outer] = {}


def register_effect(name: str, fn: Outer) -> None:
    """Announce an effect of another room: ``fn(case_record, transition, args, by)``; database work only."""
    if name in _inner:
        raise ValueError(f"effect {name!r} is built in")
    _outer[name] = fn


def effect_names() -> set[str]:
    """Every effect a machine may name."""
    return set(_inner) | set(_outer)


def built_in(name: str) -> Callable[[Inner], Inner]:
    """Declare an effect of the engine itself."""

    def declare(fn: Inner) -> Inner:
        _inner[name] = fn
        return fn

    return declare


def apply_effects(run: Run, step: Step) -> None:
    """All effects of a step, in written order; their notes go into the history."""
    for effect in step.transition.effects:
        name, args = next(iter(effect.items()))
        if name in _inner:
            note = _inner[name](run, step, args)
        elif name in _outer:
            from citybrain.hub.cases.queries.records import record

            note = _outer[name](record(run.case, run.machine), step.transition, args, step.by)
        else:
            raise LookupError(f"no effect {name!r}")
        if note:
            step.notes.append({"effect": name, **note})


def told(step: Step, value: Any) -> Any:
    """``field:<name>`` is what was said in that field; anything else is itself."""
    if isinstance(value, str) and value.startswith("field:"):
        return step.data.get(value[6:])
    return value


def _clock_args(args: Any) -> tuple[str, dict[str, Any]]:
    return (
        (args, {})
        if isinstance(args, str)
        else (args["clock"], {k: v for k, v in args.items() if k != "clock"})
    )


@built_in("start_clock")
def start_clock(run: Run, step: Step, args: Any) -> dict[str, Any]:
    """``main`` or ``{clock: main, from: received_at, cap: children}``."""
    name, more = _clock_args(args)
    since = more.get("from")
    start: datetime | None = getattr(run.case, since) if since in DATES else None
    cap = None
    if more.get("cap") == "children":
        from citybrain.hub.cases.actions.children import longest_way

        cap = longest_way(run.case.context.get("children") or [])
    row = run.clocks.start(name, since=start, cap=cap)
    return {"clock": name, "due_at": row.due_at.isoformat() if row.due_at else None}


@built_in("stop_clock")
def stop_clock(run: Run, step: Step, args: Any) -> dict[str, Any] | None:
    """``main`` or ``all``. Stopping the clock of the decision records how long it took and whether it was late."""
    name, _more = _clock_args(args)
    spec = run.machine.clocks.get(name)
    row = run.clocks.running(name)
    if row and spec and spec.limit == "from matter" and run.case.decided_late is None:
        unit_days = {"workday": 1.0, "day": 1.0, "workhour": 8.0, "hour": 24.0}[row.unit]
        run.put(
            worked_days=round(run.clocks.worked(row) / unit_days, 2),
            decided_late=row.state == "running" and row.due_at is not None and run.at > row.due_at,
        )
    run.clocks.stop(name)
    return {"clock": name} if row else None


@built_in("pause_clock")
def pause_clock(run: Run, step: Step, args: Any) -> dict[str, Any] | None:
    """``{clock, kind, reason, expected_days, basis}``; values may be ``field:<name>``."""
    name, more = _clock_args(args)
    details = {
        key: told(step, more.get(key)) for key in ("kind", "reason", "expected_days", "basis", "document")
    }
    row = run.clocks.pause(
        name, kind=str(details["kind"] or step.transition.action)[:40], reason=str(details["reason"] or "")[:2000],
        expected_days=details["expected_days"], document=str(details["document"] or "")[:80],
        basis=str(details["basis"] or step.transition.basis)[:200],
    )  # fmt: skip
    return {"clock": name, "kind": details["kind"]} if row else None


@built_in("resume_clock")
def resume_clock(run: Run, step: Step, args: Any) -> dict[str, Any] | None:
    """``main`` or ``{clock: main, result: field:result}``."""
    name, more = _clock_args(args)
    row = run.clocks.resume(name, str(told(step, more.get("result")) or "")[:2000])
    return {"clock": name, "due_at": row.due_at.isoformat() if row.due_at else None} if row else None


@built_in("extend_clock")
def extend_clock(run: Run, step: Step, args: Any) -> dict[str, Any] | None:
    """``{clock: main, by: {value: 10, unit: workday}}``."""
    name, more = _clock_args(args)
    limit = limit_of(more["by"])
    row = run.clocks.extend(name, limit) if limit else None
    return {"clock": name, "due_at": row.due_at.isoformat() if row.due_at else None} if row else None


@built_in("set")
def set_values(run: Run, step: Step, args: Any) -> dict[str, Any] | None:
    """``{accepted_at: now | <date column>, <fact>: value | field:<name>}``."""
    for name, value in args.items():
        if name in DATES:
            run.put(**{name: run.at if value == "now" else getattr(run.case, value)})
        else:
            run.put(context={**run.case.context, name: told(step, value)})
    return None


@built_in("notice")
def notice(run: Run, step: Step, args: Any) -> dict[str, Any]:
    """``key`` (to the applicant) or ``{template: key, to: <case role>}``. Sent after commit, once."""
    found = {"template": args, "to": "applicant"} if isinstance(args, str) else dict(args)
    found.setdefault("to", "applicant")
    role = run.machine.roles.get(found["to"])
    said = {"template": found["template"], "to": found["to"], "role": role or found["to"]}
    if found["to"] in run.machine.parties:
        said["organisation"] = run.machine.unit(found["to"], run.case.organisation, run.case.context)
    step.notices.append(said)
    return {"template": found["template"], "to": found["to"]}


@built_in("document")
def document(run: Run, step: Step, args: Any) -> dict[str, Any]:
    """``B20`` or ``{code: B99, name: {zh, en}}``: a document with what was said, numbered within the case."""
    wanted = {"code": args} if isinstance(args, str) else args
    case, code = run.case, wanted["code"]
    content = {
        "rows": _named(papers.rows(step.transition.fields, step.data), run),
        "action": step.transition.name.as_dict(), "basis": step.transition.basis,
        "subject": case.subject_name, "matter": case.matter_name, "case_no": case.case_no or "",
        "organisation": case.organisation, "comment": step.comment if step.transition.public else "",
        "due_at": (due := run.clocks.colour()[0]) and due.isoformat(), "at": run.at.isoformat(),
        "materials": _material_names(run) if code in {"B1", "B9"} else [],
    }  # fmt: skip
    paper = Document(
        case=case, code=code, number=run.document_no(code), name=wanted.get("name") or papers.NAMES.get(code, {}),
        content=content, issued_at=run.at, organisation=case.organisation, action=step.transition.action,
    )  # fmt: skip
    run.papers.append(paper)
    return {"code": code, "document": str(paper.pk)}


def _named(rows: list[dict[str, Any]], run: Run) -> list[dict[str, Any]]:
    """Lines that are keys of the case's materials, by the materials' names."""
    if not any(isinstance(row["value"], list) for row in rows):
        return rows
    names = {m.key: m.name for m in run.rows.rows("materials")}
    return [
        {**row, "value": [names.get(str(line), line) for line in row["value"]]}
        if isinstance(row["value"], list)
        else row
        for row in rows
    ]


def _material_names(run: Run) -> list[dict[str, Any]]:
    return [{"name": m.name, "state": m.state, "source": m.source} for m in run.rows.rows("materials")]


@built_in("want_materials")
def want_materials(run: Run, step: Step, args: Any) -> dict[str, Any] | None:
    """Materials named (by key) in a list field are asked for again."""
    named = [item.get("key") if isinstance(item, dict) else item for item in step.data.get(args) or []]
    keys = [str(key) for key in named if key]
    count = Material.objects.filter(case=run.case, key__in=keys).update(state="wanted") if keys else 0
    run.forget("materials")
    return {"materials": count}


@built_in("hand_to")
def hand_to(run: Run, step: Step, args: Any) -> dict[str, Any]:
    """The open task goes to another case role of the same state."""
    run.hand_to = str(args)
    return {"role": run.hand_to}


@built_in("create_task")
def create_task(run: Run, step: Step, args: Any) -> dict[str, Any]:
    """``{role: leader, organisation: field:unit}``: one more place on a work list."""
    from citybrain.hub.cases.actions.tasks import new_task

    organisation = str(told(step, args.get("organisation")) or run.case.organisation)
    run.extra_tasks.append(
        new_task(run, args["role"], organisation=organisation, branch=str(args.get("key", "")))
    )
    return {"role": args["role"]}


@built_in("issue_certificate")
def issue_certificate(run: Run, step: Step, args: Any) -> dict[str, Any] | None:
    """Issue what the matter names in ``context.certificate``; a matter without one goes on without."""
    from citybrain.hub.cases.actions.certificates import issue_for

    return issue_for(run, step, args or {})


@built_in("open_children")
def open_children(run: Run, step: Step, args: Any) -> dict[str, Any]:
    """Open the children listed in the case's context; those with prerequisites wait."""
    from citybrain.hub.cases.actions.children import open_children as do_open

    run.aftermath.append(
        lambda: do_open(run.case, (args or {}).get("from", "children"), by=run.by, at=run.at)
    )
    return {"children": len(run.case.context.get((args or {}).get("from", "children")) or [])}


@built_in("open_child")
def open_child(run: Run, step: Step, args: Any) -> dict[str, Any]:
    """``{case_type, key, organisation, matter}``: one child case with the same subject and form."""
    from citybrain.hub.cases.actions.children import open_one

    run.aftermath.append(
        lambda: open_one(run.case, {k: told(step, v) for k, v in args.items()}, by=run.by, at=run.at)
    )
    return {"case_type": args["case_type"]}


@built_in("withdraw_children")
def withdraw_children(run: Run, step: Step, args: Any) -> dict[str, Any] | None:
    """Every child that has no decision yet is withdrawn too."""
    from citybrain.hub.cases.actions.children import stop_children

    run.aftermath.append(lambda: stop_children(run.case, by=run.by))
    return None


@built_in("deliver_children")
def deliver_children(run: Run, step: Step, args: Any) -> dict[str, Any] | None:
    """Children whose result is ready go out with this delivery."""
    from citybrain.hub.cases.actions.children import deliver_children as do_deliver

    run.aftermath.append(lambda: do_deliver(run.case, step.data, by=run.by))
    return None


@built_in("merge_into")
def merge_into(run: Run, step: Step, args: Any) -> dict[str, Any] | None:
    """``field:<name>`` gives the case number this case is merged into (并单)."""
    from citybrain.hub.cases.actions.links import tie

    return tie(run.case, str(told(step, args) or ""), kind="merged", at=run.at)
