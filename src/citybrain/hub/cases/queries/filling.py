"""The case as its forms need it: the record, the answers, the materials with their files. One statement.

No clocks and no children: a draft has none, and no form shows them. Who may not know of the case finds none.
"""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from citybrain.hub.cases import data as records
from citybrain.hub.cases.domain.machine import Machine
from citybrain.hub.cases.models import Attachment, Case, Material
from citybrain.hub.cases.queries import reading
from citybrain.hub.cases.queries.access import no_such_case, sees
from citybrain.hub.cases.queries.machines import machine_of
from citybrain.hub.cases.queries.records import attachment, record
from citybrain.kernel import audit
from citybrain.kernel.actor import Actor

SHOWN = ("data", "subject_name", "subject_number", "subject_phone")


def draft_for(actor: Actor, case_id: UUID, *, fill: bool = False) -> records.CaseView:
    """The case for whoever fills it in: the applicant, or an official who handles it (audited). NotFound otherwise.

    With ``fill`` also NotAllowed when it may not be filled in now.
    """
    from citybrain.hub.cases.actions.materials import require_fill

    found = reading.read(case_id, fields=SHOWN, parts=("materials", "files"))
    if found is None or not sees(actor, found.case):
        raise no_such_case()
    case, machine = found.case, machine_of(found.case.machine_id)
    masked = actor.kind == "official" and not actor.may("cases.work")
    if actor.kind == "official":
        audit.record(
            "cases.read", by=actor, obj=f"case:{case.pk}", organisation=case.organisation, purpose="handle",
            after={"masked": masked},
        )  # fmt: skip
    if fill:
        require_fill(actor, case)
    return filled_view(case, machine, found.rows("materials"), found.rows("files"), masked=masked)


def filled_view(
    case: Case, machine: Machine, materials: Iterable[Material], files: Iterable[Attachment], *, masked: bool
) -> records.CaseView:
    """The view of rows at hand. Masked, it holds neither answers nor who applied."""
    state = machine.states[case.state]
    return records.CaseView(
        record=record(case, machine), data={} if masked else case.data,
        subject_name=case.subject_label if masked else case.subject_name,
        subject_number="" if masked else case.subject_number,
        subject_phone="" if masked else case.subject_phone, masked=masked,
        state_public=(state.public or state.name).as_dict(), step=state.step,
        steps=tuple((step.key, step.name.as_dict()) for step in machine.steps), machine_name=machine.name.as_dict(),
        materials=material_records(materials, files), clocks=(),
    )  # fmt: skip


def material_records(
    materials: Iterable[Material], files: Iterable[Attachment]
) -> tuple[records.MaterialRecord, ...]:
    """Materials in the matter's order, each with its files."""
    held: dict[str, list[records.AttachmentRecord]] = {}
    for row in files:
        held.setdefault(row.material, []).append(attachment(row))
    return tuple(
        records.MaterialRecord(
            m.key, m.name, m.required, m.tolerable, m.state, m.source, m.reference, m.note, m.extra,
            tuple(held.get(m.key, ())),
        )
        for m in materials
    )  # fmt: skip
