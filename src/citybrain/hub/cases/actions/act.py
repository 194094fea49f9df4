"""The one way a case changes: an actor performs an action of the case's machine.

Refuses, in this order: cases the actor may not know of (404), actions outside the actor's role (403, audited),
actions used up, actions of another state, actions too late, separated duties, missing or wrong fields (422), guards
that do not hold (409). Either everything of an act is written or nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from citybrain.hub.cases.actions.links import held_by_merge, merged_refusal
from citybrain.hub.cases.actions.rights import check_separation, history, role_of
from citybrain.hub.cases.actions.run import Run, Step
from citybrain.hub.cases.data import CaseRecord, Refused
from citybrain.hub.cases.domain import fields as spoken
from citybrain.hub.cases.domain.machine import FieldSpec, Machine, Transition
from citybrain.hub.cases.models import Case
from citybrain.hub.cases.queries import reading
from citybrain.hub.cases.queries.access import no_such_case, sees
from citybrain.hub.cases.queries.machines import machine_of
from citybrain.hub.cases.queries.records import record
from citybrain.kernel import audit
from citybrain.kernel.actor import Actor
from citybrain.kernel.errors import Conflict, FieldProblem, Invalid, NotAllowed, NotFound
from citybrain.kernel.text import say

COMMENT_MAX = 2000
NEEDED = ("history", "materials", "clocks", "intervals")  # read together when an act begins

# the fields of an act: as values, or read from a form once the transition (and so its fields) is known
Said = dict[str, Any] | Callable[[list[FieldSpec]], dict[str, Any]]


def act(
    case_id: UUID,
    action: str,
    *,
    by: Actor,
    data: dict[str, Any] | None = None,
    comment: str = "",
    idempotency_key: str = "",
    revision: int | None = None,
) -> CaseRecord:
    """Perform ``action`` on a case; returns the new record.

    ``data`` are the transition's fields. A repeat with the same ``idempotency_key`` returns the case unchanged.
    ``revision``, when given, must be the case's present one (Conflict otherwise). Errors: NotFound, NotAllowed,
    Refused(code), Invalid, Conflict.
    """
    run = perform(
        case_id, action, by=by, data=data, comment=comment, idempotency_key=idempotency_key, revision=revision
    )
    return record(run.case, run.machine)


def perform(
    case_id: UUID,
    action: str,
    *,
    by: Actor,
    data: Said | None = None,
    comment: str = "",
    idempotency_key: str = "",
    revision: int | None = None,
) -> Run:
    """``act`` for callers that need no record; returns the finished run (without steps when it was a repeat)."""
    try:
        with transaction.atomic():
            run = _locked(case_id, by, action)
            if idempotency_key and _repeated(run, action, idempotency_key):
                return run
            if revision is not None and revision != run.case.revision:
                raise Conflict(
                    _("Somebody else changed this case meanwhile."), safe=_("Nothing you typed was saved yet."),
                    todo=_("Look at the case again and repeat the step."),
                )  # fmt: skip
            block = run.machine.block(run.case.state)
            if block and action == block[1].answer:
                from citybrain.hub.cases.actions.branches import answer

                said = data([]) if callable(data) else data or {}
                answer(run, block[1], by=by, data=said, comment=comment, key=idempotency_key)
            else:
                step = allowed_step(run, action, by=by, data=data or {})
                step.comment, step.key = comment.strip()[:COMMENT_MAX], idempotency_key[:80]
                run.perform(step)
            finish(run)
            return run
    except NotAllowed as refusal:
        _note_refusal(case_id, action, by, refusal.code)
        raise
    except Refused as refusal:
        if refusal.status == 403:
            _note_refusal(case_id, action, by, refusal.code)
        raise


def finish(run: Run) -> None:
    """Automatic transitions, writing, then what follows on other cases (children, the bundle)."""
    from citybrain.hub.cases.actions.children import report

    run.perform_automatic()
    run.flush()
    for more in run.aftermath:
        more()
    report(run)


def _locked(case_id: UUID, by: Actor, action: str) -> Run:
    """The case locked, then what the act will ask of it, read as it stands under the lock."""
    rows = reading.lock(case_id, fields=("subject_name",))
    if rows is None:
        raise no_such_case()
    run = Run(rows.case, machine_of(rows.case.machine_id), by, rows=rows)
    certifies = any(
        "issue_certificate" in effect
        for t in run.machine.leaving(rows.case.state)
        if t.action == action
        for effect in t.effects
    )
    rows.read(*NEEDED, fields=reading.PERSONAL if certifies else ())
    return run


def _repeated(run: Run, action: str, key: str) -> bool:
    before = next((t.action for t in run.rows.rows("history") if t.idempotency_key == key[:80]), None)
    if before is not None and before != action:
        raise Conflict(_("This request was used for another step already."), code="key_reused")
    return before is not None


def _note_refusal(case_id: UUID, action: str, by: Actor, code: str) -> None:
    """The refusal outlives the rolled-back act."""
    audit.record("cases.refuse", by=by, obj=f"case:{case_id}", after={"action": action, "code": code})


def allowed_step(run: Run, action: str, *, by: Actor, data: Said) -> Step:
    """The step to perform, or the refusal. See the module for the order of checks."""
    case, machine = run.case, run.machine
    named = [t for t in machine.transitions if t.action == action]
    here = [t for t in named if case.state in t.from_]
    role = role_of(by, case, machine, _roles(here or named))
    if not role:
        if not sees(by, case):
            raise no_such_case()
        if not named:
            raise NotFound(_("This kind of case knows no such step."), code="no_such_action")
        raise NotAllowed(
            _("Your post does not include this step."), safe=_("Nothing was changed."),
            todo=_("Ask somebody whose post includes it, or your unit leader."),
        )  # fmt: skip
    if by.kind == "official" and held_by_merge(case, here or named, machine):
        raise merged_refusal(case)
    needs_history = any(t.once or t.separate_from for t in named)
    done = history(run.rows) if needs_history else []
    _check_once(named, done)
    if not here:
        raise _wrong_state(machine, case, named[0])
    return _chosen(run, here, by=by, data=data, done=done)


def _chosen(run: Run, here: list[Transition], *, by: Actor, data: Said, done: list) -> Step:
    """The first transition the actor may perform and whose guard holds."""
    refused: Refused | None = None
    for transition in here:
        role = role_of(by, run.case, run.machine, transition.by)
        if not role:
            continue
        if transition.before and run.clocks.passed(transition.before.clock):
            raise Refused(
                _("The time limit for this step has run out."), code="too_late", safe=_("Nothing was changed."),
                todo=_("The step had to be taken before the limit ended."),
            )  # fmt: skip
        check_separation(by, transition, done)
        cleaned = checked(transition, data(transition.fields) if callable(data) else data)
        if run.holds(transition.guard, transition, cleaned):
            return Step(transition, by, role, cleaned)
        refused = refused or guard_refusal(transition)
    raise refused or NotAllowed(_("Your post does not include this step."))


def _roles(transitions: list[Transition]) -> list[str]:
    return list(dict.fromkeys(role for t in transitions for role in t.by))


def _check_once(named: list[Transition], done: list[tuple[str, object]]) -> None:
    if any(t.once for t in named) and any(action == named[0].action for action, _who in done):
        raise Refused(
            _("“%(name)s” may be done only once in a case, and it has been done.") % {"name": say(named[0].name)},
            code="once_only", safe=_("Nothing was changed."),
        )  # fmt: skip


def _wrong_state(machine: Machine, case: Case, transition: Transition) -> Refused:
    state = machine.states.get(case.state)
    return Refused(
        _("“%(action)s” is not possible while the case is “%(state)s”.")
        % {"action": say(transition.name), "state": say(state.name) if state else case.state},
        code="wrong_state", safe=_("Nothing was changed."), todo=_("Look at the case again: it may have moved on."),
    )  # fmt: skip


def guard_refusal(transition: Transition) -> Refused:
    """The machine's own words for a guard that does not hold."""
    refusal = transition.refusal
    if refusal is None:
        return Refused(
            _("The conditions for this step are not met."), code="guard", safe=_("Nothing was changed.")
        )
    return Refused(
        say({"zh": refusal.zh, "en": refusal.en}), code=refusal.code, safe=_("Nothing was changed.")
    )


def checked(transition: Transition, data: dict[str, Any]) -> dict[str, Any]:
    """The cleaned fields of a transition; Invalid names every problem."""
    cleaned, wrong = spoken.check(transition.fields, data)
    if wrong:
        raise Invalid([FieldProblem(w.path, w.code, field_message(w)) for w in wrong])
    return cleaned


def field_message(wrong: spoken.Wrong) -> str:
    """One problem in plain words."""
    messages: dict[str, Callable[[], str]] = {
        "unknown": lambda: _("“%(label)s” was not asked for."),
        "required": lambda: _("“%(label)s” is needed."),
        "too_long": lambda: _("“%(label)s” is too long: at most %(limit)s characters."),
        "too_many": lambda: _("“%(label)s” has too many lines: at most %(limit)s."),
        "too_small": lambda: _("“%(label)s” must be at least %(limit)s."),
        "too_large": lambda: _("“%(label)s” must be at most %(limit)s."),
        "number": lambda: _("“%(label)s” must be a number."),
        "date": lambda: _("“%(label)s” must be a date such as 2026-11-23."),
        "choice": lambda: _("“%(label)s”: choose one of the offered answers."),
        "type": lambda: _("“%(label)s” has the wrong form."),
    }
    return messages[wrong.code]() % {"label": wrong.label, "limit": wrong.limit}
