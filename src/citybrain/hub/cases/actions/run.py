"""One run: everything an act does to one locked case, gathered and written together at its end.

The case row is locked by the caller. A run performs one transition and the automatic ones that follow, applies
their effects, and flushes three statements: the rows (``writing``), the audit entries, the events.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Count, Q

from citybrain.hub.cases import data as records
from citybrain.hub.cases.actions import tasks, writing
from citybrain.hub.cases.actions.clocks import Clocks
from citybrain.hub.cases.domain import guards
from citybrain.hub.cases.domain.machine import Machine, Transition
from citybrain.hub.cases.models import Case, Document, Material, Task
from citybrain.hub.cases.models import Transition as TransitionRow
from citybrain.hub.cases.queries.reading import CaseRows
from citybrain.hub.packs import api as packs
from citybrain.kernel import audit, clock, events
from citybrain.kernel.actor import Actor
from citybrain.kernel.text import say

MOST_AUTOMATIC = 20
DECISIONS = {"granted", "partial", "refused"}


@dataclass
class Step:
    """A transition being performed, and what its effects noted."""

    transition: Transition
    by: Actor
    role: str
    data: dict[str, Any]
    comment: str = ""
    from_state: str = ""
    notes: list[dict[str, Any]] = field(default_factory=list)
    notices: list[dict[str, str]] = field(default_factory=list)
    branch: str = ""
    key: str = ""
    signed: dict[str, Any] = field(default_factory=dict)  # key and digest of the officer's signature


class Run:
    """See the module. ``aftermath`` collects work on other cases, done after this one is flushed.

    ``rows`` are parts of the case read already; others are read when first needed. With ``fresh`` the case is not in
    the database yet: the flush inserts it with ``fresh_materials``. ``audit_rows`` are the caller's, written first.
    """

    def __init__(
        self,
        case: Case,
        machine: Machine,
        by: Actor,
        at: datetime | None = None,
        rows: CaseRows | None = None,
    ) -> None:
        self.case, self.machine, self.by = case, machine, by
        self.at = at or clock.now()
        self.rows = rows or CaseRows(case)
        self.fresh = False
        self.fresh_materials: list[Material] = []
        self.audit_rows: list[audit.Entry] = []
        self.tasks = tasks.TaskChanges()
        self.nothing_yet = _nothing_yet(case, machine)
        for part in self.nothing_yet:
            self.rows.know(part, [])
        self.clocks = Clocks(self.rows, machine, self.at)
        self.changed: set[str] = set()
        self.steps: list[Step] = []
        self.papers: list[Document] = []
        self.transition_rows: list[TransitionRow] = []
        self.event_rows: list[events.Event] = []
        self.aftermath: list[Any] = []
        self.hand_to = ""
        self.extra_tasks: list[Task] = []
        self.first_state = case.state
        self._numbers: dict[str, Any] = {}

    # facts for guards ------------------------------------------------------------------------------------------

    def holds(
        self, text: str, transition: Transition | None = None, data: dict[str, Any] | None = None
    ) -> bool:
        """Whether a guard is surely true. An empty guard is true."""
        if not text or text == "true":
            return True
        expression = guards.compiled(self.machine, text, transition)
        return expression.holds(self._environment(expression.used, data or {}))

    def _environment(self, used: frozenset[str], data: dict[str, Any]) -> dict[str, Any]:
        env: dict[str, Any] = {}
        for name in used:
            if name in data:
                env[name] = data[name]
            elif name in self.machine.facts:
                env[name] = self.case.context.get(name, self.machine.facts[name].default)
            elif name in guards.CASE_NAMES:
                env[name] = self.fact(name)
        return env

    def fact(self, name: str) -> Any:
        """One of ``guards.CASE_NAMES``; counts are read when first asked for."""
        if name.startswith("missing_"):
            return self._counted("materials", self._materials)[name]
        if name.startswith("children_"):
            return self._counted("children", self._children)[name]
        if name.startswith("answers_"):
            return self._counted("answers", self._answers)[name]
        if name == "documents":
            return len(self.papers) + len(self.rows.rows("documents"))
        return getattr(self.case, name)

    def forget(self, *groups: str) -> None:
        """Counts to be read again."""
        for group in groups:
            self._numbers.pop(group, None)
            if group == "materials":
                self.rows.forget("materials")

    def _counted(self, group: str, count: Any) -> dict[str, Any]:
        if group not in self._numbers:
            self._numbers[group] = count()
        return self._numbers[group]

    def _materials(self) -> dict[str, int]:
        missing = [
            m for m in self.rows.rows("materials") if m.required and m.state not in ("given", "waived")
        ]
        tolerable = sum(1 for m in missing if m.tolerable)
        return {
            "missing_required": len(missing),
            "missing_tolerable": tolerable,
            "missing_strict": len(missing) - tolerable,
        }

    def know_materials(self, rows: list[Material]) -> None:
        """The case's materials as the caller holds them, so that guards need not read them."""
        self.rows.know("materials", rows)
        self._numbers.pop("materials", None)

    def _children(self) -> dict[str, int]:
        from citybrain.hub.cases.actions.children import counted

        return counted(self.case)

    def _answers(self) -> dict[str, int]:
        rows = Task.objects.filter(case=self.case, state=self.case.state).exclude(branch="")
        return rows.filter(opened_at__gte=self._entered()).aggregate(
            answers_total=Count("id"),
            answers_given=Count("id", filter=~Q(answer="")),
            answers_agree=Count("id", filter=Q(answer="agree")),
            answers_object=Count("id", filter=Q(answer="object")),
        )

    def _entered(self) -> datetime:
        """When the running parallel block began."""
        return datetime.fromisoformat(self.case.context.get("_block_at", "1970-01-01T00:00:00+00:00"))

    # performing ------------------------------------------------------------------------------------------------

    def put(self, **values: Any) -> None:
        """Set columns of the case; written at the flush."""
        for name, value in values.items():
            setattr(self.case, name, value)
            self.changed.add(name)

    def perform(self, step: Step) -> None:
        """One transition, its effects, then the automatic transitions of the new state."""
        from citybrain.hub.cases.actions.effects import apply_effects

        case, state = self.case, self.machine.states[step.transition.to]
        step.from_state = case.state
        entering = step.transition.to != case.state
        if step.from_state == self.machine.start and state.kind != "end" and case.submitted_at is None:
            self.put(submitted_at=self.at)  # from here on it is the government's business too
        self.put(state=step.transition.to)
        if entering:
            self.hand_to = ""
            self.put(outcome=state.outcome or case.outcome)
        if state.kind == "end":
            self.put(finished=True, closed_at=case.closed_at or self.at)
        apply_effects(self, step)
        if step.transition.action == self.machine.number_on and not case.case_no:
            from citybrain.hub.cases.actions.numbers import give_number

            give_number(self)
        self._note(step)
        self._announce(step, state)
        if entering and (block := self.machine.block(case.state)):
            tasks.open_block(self, step, *block)

    def perform_automatic(self) -> None:
        """Automatic transitions of the state the case is in, one after another."""
        for _turn in range(MOST_AUTOMATIC):
            chosen = next(
                (t for t in self.machine.leaving(self.case.state) if t.auto and self.holds(t.guard, t)),
                None,
            )
            if chosen is None:
                return
            by = Actor.system("cases.auto")
            self.perform(Step(chosen, by, "system", {}))
        raise RuntimeError(f"machine {self.machine.key}: automatic transitions do not come to rest")

    def _note(self, step: Step) -> None:
        case = self.case
        self.put(revision=case.revision + 1, updated_at=self.at)
        self.steps.append(step)
        packs.visit(
            f"machines/{self.machine.key}: {step.from_state} > {case.state} ({step.transition.action})"
        )
        row = TransitionRow(
            case_id=case.pk,
            seq=case.revision,
            at=self.at,
            action=step.transition.action,
            name=step.transition.name.as_dict(),
            from_state=step.from_state,
            to_state=case.state,
            role=step.role,
            actor=step.by.as_dict(),
            account_id=step.by.account_id,
            organisation=step.by.organisation,
            comment=step.comment,
            data=step.data,
            effects=step.notes,
            public=step.transition.public,
            branch=step.branch,
            idempotency_key=step.key,
        )
        if step.transition.signed and step.by.kind == "official":
            from citybrain.hub.cases.actions.signing import sign_row

            sign_row(self, row, step.by)
            step.signed = {"signing_key": row.signing_key, "digest": bytes(row.digest or b"").hex()}
        self.transition_rows.append(row)

    def _announce(self, step: Step, state: Any) -> None:
        case, personal = self.case, {f.name for f in step.transition.fields if f.personal}
        self.event_rows.append(
            records.Transitioned(
                case_id=case.pk,
                case_no=case.case_no or "",
                case_type=case.case_type,
                matter=case.matter,
                matter_name=case.matter_name or {},
                from_state=step.from_state,
                to_state=case.state,
                state_name=state.name.as_dict(),
                action=step.transition.action,
                action_name=step.transition.name.as_dict(),
                organisation=case.organisation,
                division=case.division,
                subject_id=case.subject_id,
                subject_kind=case.subject_kind,
                person_id=case.person_id,
                parent_id=case.parent_id,
                seq=case.revision,
                at=self.at,
                due_at=self.clocks.colour()[0],
                outcome=case.outcome,
                channel=case.channel,
                demo=case.demo,
                notices=step.notices,
                details={k: v for k, v in step.data.items() if k not in personal},
            )
        )
        same = {
            "case_id": case.pk, "case_no": case.case_no or "", "case_type": case.case_type, "matter": case.matter,
            "organisation": case.organisation, "at": self.at, "demo": case.demo,
        }  # fmt: skip
        if state.outcome and step.from_state != case.state and state.outcome in DECISIONS:
            self.event_rows.append(
                records.Decided(
                    **same, subject_id=case.subject_id, outcome=case.outcome, late=case.decided_late
                )
            )
        if case.closed_at == self.at and not any(isinstance(e, records.Closed) for e in self.event_rows):
            self.event_rows.append(
                records.Closed(
                    **same,
                    subject_id=case.subject_id,
                    person_id=case.person_id,
                    outcome=case.outcome,
                    channel=case.channel,
                )
            )

    # writing ---------------------------------------------------------------------------------------------------

    def flush(self) -> None:
        """Write everything: the rows in one statement, then an audit entry per step, then the events."""
        case = self.case
        due_at, yellow_at, paused, statutory = self.clocks.colour()
        if (case.due_at, case.yellow_at, case.paused, case.statutory_due_at) != (
            due_at,
            yellow_at,
            paused,
            statutory,
        ):
            if case.due_at != due_at:
                self.put(overdue_told=False)
            self.put(due_at=due_at, yellow_at=yellow_at, paused=paused, statutory_due_at=statutory)
        self.tasks = tasks.settle(self)
        if self.fresh:
            writing.insert_case(case, self.fresh_materials)
        writing.write(self)
        audit.record_many([*self.audit_rows, *map(self._entry, self.steps)])
        line = f"case:{case.pk}"
        events.publish_many(
            [events.Publication(event, aggregate=line, by=self.by) for event in self.event_rows]
        )

    def _entry(self, step: Step) -> audit.Entry:
        return audit.Entry(
            f"cases.{step.transition.action}", by=step.by, obj=f"case:{self.case.pk}",
            organisation=self.case.organisation, before={"state": step.from_state},
            after={"state": step.transition.to, "case_no": self.case.case_no, "role": step.role, **step.signed},
        )  # fmt: skip

    def document_no(self, code: str) -> str:
        """Number of a document: the case's number, the code, and a serial within the case when repeated."""
        return f"{self.case.case_no or str(self.case.pk)[-12:]}-{code}"

    def name_of(self, action: str) -> str:
        """How an action is called in the language of the reader."""
        names = {block.answer: block.name for block in self.machine.parallel.values()}
        names |= {t.action: t.name for t in reversed(self.machine.transitions)}
        return say(names[action]) if action in names else action


def _nothing_yet(case: Case, machine: Machine) -> frozenset[str]:
    """Parts a case surely has none of: in the start state, never submitted, no clock has run, and while it is the
    applicant's there was no task."""
    if case.submitted_at is not None or case.state != machine.start:
        return frozenset()
    inside = [t for t in machine.leaving(case.state) if t.to == case.state]
    owned = machine.states[case.state].owner == "applicant" and not any(
        {"create_task", "hand_to"} & set(effect) for t in inside for effect in t.effects
    )
    return frozenset({"clocks", "intervals", "tasks"} if owned else {"clocks", "intervals"})
