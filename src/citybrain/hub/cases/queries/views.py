"""The guarded accessor and what hangs on it: the case, its actions, history, documents, comments.

Every function asks the one access rule first; what the actor may not know of is not found.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import UUID

from citybrain.hub.cases import data as records
from citybrain.hub.cases.actions.links import held_by_merge, merged_into
from citybrain.hub.cases.domain import fields as spoken
from citybrain.hub.cases.domain import papers
from citybrain.hub.cases.domain.machine import Machine, Transition
from citybrain.hub.cases.models import Case, Document, Link
from citybrain.hub.cases.models import Transition as TransitionRow
from citybrain.hub.cases.queries.access import no_such_case, row_for, rows_for, visible
from citybrain.hub.cases.queries.machines import machine_of
from citybrain.hub.cases.queries.reading import CaseRows
from citybrain.hub.cases.queries.records import attachment, clock_records, light_cases, record
from citybrain.kernel import audit, clock
from citybrain.kernel.actor import Actor
from citybrain.kernel.masking import mask_id_number, mask_name, mask_phone

UNMASKING = {"handle", "print", "own"}  # purposes for which whoever handles a case sees who applied
VIEW_PARTS = ("data", "subject", "materials", "clocks", "children")
# what a part of the view needs to be read: columns of the case, tables beside it
_COLUMNS = {"data": ("data",), "subject": ("subject_name", "subject_number", "subject_phone")}
_TABLES = {"materials": ("materials", "files"), "clocks": ("clocks", "intervals")}
# what an official's case page shows, read with the case
PAGE_PARTS = (
    "ties",
    "materials",
    "files",
    "clocks",
    "intervals",
    "tasks",
    "timeline",
    "documents",
    "comments",
)


def case_for(
    actor: Actor, case_id: UUID, *, purpose: str = "handle", parts: tuple[str, ...] = VIEW_PARTS,
    rows: CaseRows | None = None,
) -> records.CaseView:  # fmt: skip
    """The case for this actor, else NotFound. Applicants and those who handle it see names; readers see masked ones.

    ``parts`` (of ``VIEW_PARTS``) are read in one statement; those not named stay empty in the view. Reading by an
    official is audited with the purpose. ``rows`` are those ``rows_for`` has just cleared for the actor.
    """
    if rows is None:
        columns = tuple(name for part in parts for name in _COLUMNS.get(part, ()))
        tables = tuple(name for part in parts for name in _TABLES.get(part, ()))
        rows = rows_for(actor, case_id, fields=columns, parts=tables)
    case = rows.case
    machine = machine_of(case.machine_id)
    masked = _masked(actor, case, purpose)
    if actor.kind == "official":
        audit.record(
            "cases.read", by=actor, obj=f"case:{case.pk}", organisation=case.organisation, purpose=purpose,
            after={"masked": masked},
        )  # fmt: skip
    return view_of(rows, machine, masked=masked, parts=parts)


def _masked(actor: Actor, case: Case, purpose: str) -> bool:
    if actor.kind in ("citizen", "system"):
        return False
    return purpose not in UNMASKING or not actor.may("cases.work")


def view_of(
    rows: CaseRows, machine: Machine, *, masked: bool, parts: tuple[str, ...] = VIEW_PARTS
) -> records.CaseView:
    """The view of rows the caller has cleared."""
    case = rows.case
    now, state = clock.now(), machine.states[case.state]
    name, number, phone = _subject(case, masked) if "subject" in parts else ("", "", "")
    return records.CaseView(
        record=record(case, machine, now), data=case.data if "data" in parts and not masked else {},
        subject_name=name, subject_number=number, subject_phone=phone, masked=masked,
        state_public=(state.public or state.name).as_dict(), step=state.step,
        steps=tuple((step.key, step.name.as_dict()) for step in machine.steps), machine_name=machine.name.as_dict(),
        materials=materials_of(rows) if "materials" in parts else (),
        clocks=clock_records(rows, machine, now) if "clocks" in parts else (),
        children=children_of(case) if machine.kind == "bundle" and "children" in parts else (),
    )  # fmt: skip


def _subject(case: Case, masked: bool) -> tuple[str, str, str]:
    """Name, number and phone as this reader may see them: a legal person's name and number are public."""
    firm = case.subject_kind == "legal_person"
    name = case.subject_name if not masked or firm else mask_name(case.subject_name)
    number = mask_id_number(case.subject_number) if masked and not firm else case.subject_number
    return name, number, mask_phone(case.subject_phone) if masked else case.subject_phone


def materials_of(rows: CaseRows) -> tuple[records.MaterialRecord, ...]:
    """Materials in the matter's order, with their files."""
    files: dict[str, list[records.AttachmentRecord]] = {}
    for row in rows.rows("files"):
        files.setdefault(row.material, []).append(attachment(row))
    return tuple(
        records.MaterialRecord(
            m.key, m.name, m.required, m.tolerable, m.state, m.source, m.reference, m.note, m.extra,
            tuple(files.get(m.key, ())),
        )
        for m in rows.rows("materials")
    )  # fmt: skip


def children_of(case: Case) -> tuple[records.ChildRecord, ...]:
    """Children of a bundle in the order they were opened."""
    links = list(Link.objects.filter(case=case, kind="child").order_by("at", "id"))
    rows = {row.pk: row for row in light_cases().filter(pk__in=[link.other_id for link in links])}
    return tuple(
        records.ChildRecord(record(rows[link.other_id]), link.role, tuple(link.prerequisites), link.held)
        for link in links
    )


ACTION_PARTS = ("history", "materials", "clocks", "intervals", "tasks")

# actions -----------------------------------------------------------------------------------------------------------


def actions_for(actor: Actor, case_id: UUID) -> list[records.ActionView]:
    """What this actor can do with the case now, primary first. Acts whose guard fails say why not."""
    return actions_of(actor, rows_for(actor, case_id, parts=ACTION_PARTS))


def actions_of(actor: Actor, rows: CaseRows) -> list[records.ActionView]:
    """The same for rows the caller has cleared."""
    from citybrain.hub.cases.actions.rights import history, role_of
    from citybrain.hub.cases.actions.run import Run

    case, machine = rows.case, machine_of(rows.case.machine_id)
    run = Run(case, machine, actor, rows=rows)
    cleared: dict[str, str] = {}

    def role(transition: Transition) -> str:
        key = "|".join(transition.by)
        if key not in cleared:
            cleared[key] = role_of(actor, case, machine, [r for r in transition.by if r != "system"])
        return cleared[key]

    found: dict[str, records.ActionView] = {}
    done: list | None = None
    for transition in machine.leaving(case.state):
        held = role(transition)
        if not held:
            continue
        if done is None and (transition.once or transition.separate_from):
            done = history(rows)
        view = _action_view(run, transition, held, done or [])
        if view and (transition.action not in found or not found[transition.action].possible):
            found[transition.action] = view
    views = _answers(actor, rows, machine) + list(found.values())
    return sorted(views, key=lambda v: (not v.possible, not v.primary, v.danger))


def ties_of(actor: Actor, rows: CaseRows) -> list[records.TieRecord]:
    """Earlier and later cases, lead and duplicates, as far as the actor may know of them. A query only when there are any."""
    links = rows.rows("ties")
    if not links:
        return []
    others = {link.other_id if link.case_id == rows.case.pk else link.case_id for link in links}
    known = {row.pk: record(row) for row in light_cases().filter(visible(actor), pk__in=others)}
    found = []
    for link in links:
        leads = link.case_id == rows.case.pk
        other = known.get(link.other_id if leads else link.case_id)
        if other is not None:
            found.append(records.TieRecord(kind=link.kind, leads=leads, at=link.at, case=other))
    return found


def _action_view(run: Any, transition: Transition, role: str, done: list) -> records.ActionView | None:
    why: dict[str, str] = {}
    if transition.once and any(action == transition.action for action, _who in done):
        return None
    if run.by.kind == "official" and held_by_merge(run.case, [transition], run.machine):
        number = merged_into(run.case)["case_no"]
        why = {"zh": f"本件已并入{number}，在主件中办理。", "en": f"Merged into {number} and handled there."}
    elif transition.before and run.clocks.passed(transition.before.clock):
        why = {"zh": "已超过可以办理这一步的期限。", "en": "The time limit for this step has run out."}
    elif any(a in transition.separate_from and who == run.by.account_id for a, who in done):
        why = {
            "zh": "您办过前面的环节，这一步须由他人办理。",
            "en": "You handled an earlier step; somebody else does this.",
        }
    elif not _mentions_fields(transition) and not run.holds(transition.guard, transition):
        refusal = transition.refusal
        why = (
            {"zh": refusal.zh, "en": refusal.en}
            if refusal
            else {"zh": "条件不满足。", "en": "Conditions not met."}
        )
    return records.ActionView(
        action=transition.action, name=transition.name.as_dict(), fields=spoken.schema(transition.fields),
        danger=transition.danger, primary=transition.primary, basis=transition.basis, role=role,
        possible=not why, why_not=why, signed=transition.signed,
    )  # fmt: skip


def _mentions_fields(transition: Transition) -> bool:
    return any(spec.name in transition.guard for spec in transition.fields)


def _answers(actor: Actor, known: CaseRows, machine: Machine) -> list[records.ActionView]:
    """One action per open branch the actor may answer for."""
    from citybrain.hub.identity import api as identity

    block = machine.block(known.case.state)
    if block is None:
        return []
    rows = [task for task in known.rows("tasks") if task.branch and task.state == known.case.state]
    fields = {
        "type": "object", "required": ["answer"], "additionalProperties": False,
        "properties": {
            "answer": {
                "type": "string", "enum": [c.value for c in block[1].answers], "x-kind": "choice",
                "x-label": {"zh": "意见", "en": "Answer"},
                "x-choices": [{"value": c.value, "name": c.name.as_dict()} for c in block[1].answers],
            },
            "opinion": {"type": "string", "x-kind": "longtext", "x-label": {"zh": "说明", "en": "Opinion"}},
            "branch": {"type": "string", "x-kind": "hidden"},
        },
    }  # fmt: skip
    return [
        records.ActionView(
            action=block[1].answer, name=row.branch_name or block[1].name.as_dict(), fields=fields, danger=False,
            primary=True, basis="", role=row.role, branch=row.branch,
        )
        for row in rows
        if actor.may(row.role) and identity.may(actor, row.role, organisation=row.organisation, matter=row.matter)
    ]  # fmt: skip


# history -----------------------------------------------------------------------------------------------------------


def timeline(actor: Actor, case_id: UUID) -> list[records.TransitionRecord]:
    """What happened, oldest first. The public sees public steps, without names and internal words."""
    return timeline_of(actor, rows_for(actor, case_id, parts=("timeline",)))


def timeline_of(actor: Actor, known: CaseRows) -> list[records.TransitionRecord]:
    """The same for rows the caller has cleared."""
    case, rows = known.case, known.rows("timeline")
    machine = machine_of(case.machine_id)
    inside = actor.kind in ("official", "system")
    named = actor.kind == "system" or actor.may("cases.work")
    lines = [_line(line, machine, inside, named) for line in rows if inside or line.public]
    return _signed(lines, case, machine, rows, inside)


def _signed(
    lines: list[records.TransitionRecord],
    case: Case,
    machine: Machine,
    rows: list[TransitionRow],
    inside: bool,
) -> list[records.TransitionRecord]:
    """Decisions with their officer's signature, checked now; the public reads the unit and the post, not the name."""
    from citybrain.hub.cases.actions.signing import signatures_of

    found = signatures_of(case, machine, rows)
    if not found:
        return lines
    shown = {seq: each if inside else replace(each, who="") for seq, each in found.items()}
    return [replace(line, signature=shown.get(line.seq)) for line in lines]


def _line(row: TransitionRow, machine: Machine, inside: bool, full_names: bool) -> records.TransitionRecord:
    state = machine.states.get(row.to_state)
    named = state.name.as_dict() if state else {"zh": row.to_state}
    public = (state.public or state.name).as_dict() if state else named
    who = str(row.actor.get("name", "")) if inside else ""
    who = mask_name(who) if row.role == "applicant" and not full_names else who
    shown = inside or row.role in ("applicant", "system") or _told_to_applicant(machine, row.action)
    return records.TransitionRecord(
        seq=row.seq, at=row.at, action=row.action, name=row.name, from_state=row.from_state, to_state=row.to_state,
        state_name=named, public_text=public, who=who,
        organisation=row.organisation, role=row.role, comment=row.comment if inside else "",
        data=row.data if shown and (full_names or not inside) else {}, effects=tuple(row.effects), public=row.public,
    )  # fmt: skip


def _told_to_applicant(machine: Machine, action: str) -> bool:
    """Acts with a notice or a document tell the applicant what was said."""
    return any(
        t.action == action and any({"notice", "document"} & set(effect) for effect in t.effects)
        for t in machine.transitions
    )


def documents(actor: Actor, case_id: UUID) -> list[records.DocumentRecord]:
    """Documents given out in a case, oldest first, without their content (``document_for`` gives it).

    The applicant sees those addressed to the applicant.
    """
    return documents_of(actor, rows_for(actor, case_id, parts=("documents",)))


def documents_of(actor: Actor, known: CaseRows) -> list[records.DocumentRecord]:
    """The same for rows the caller has cleared."""
    rows = known.rows("documents")
    return [_document(paper, {}) for paper in rows if actor.kind != "citizen" or paper.code in papers.PUBLIC]


def document_for(actor: Actor, document_id: UUID) -> records.DocumentRecord:
    """One document, if the actor may know of its case; NotFound otherwise."""
    row = Document.objects.filter(pk=document_id).first()
    if row is None or (actor.kind == "citizen" and row.code not in papers.PUBLIC):
        raise no_such_case()
    row_for(actor, row.case_id)
    return _document(row, row.content)


def _document(row: Document, content: dict[str, Any]) -> records.DocumentRecord:
    return records.DocumentRecord(
        id=row.pk, case_id=row.case_id, code=row.code, number=row.number, name=row.name, content=content,
        issued_at=row.issued_at, organisation=row.organisation,
    )  # fmt: skip


def comments(actor: Actor, case_id: UUID) -> list[records.CommentRecord]:
    """Remarks between officials; an applicant gets none."""
    return comments_of(actor, rows_for(actor, case_id, parts=("comments",)))


def comments_of(actor: Actor, known: CaseRows) -> list[records.CommentRecord]:
    """The same for rows the caller has cleared."""
    if actor.kind == "citizen":
        return []
    return [records.CommentRecord(r.at, r.author, r.organisation, r.text) for r in known.rows("comments")]
