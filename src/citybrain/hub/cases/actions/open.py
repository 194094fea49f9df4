"""Opening a case: the newest machine version, a subject, a form, a unit."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.db import IntegrityError, models, transaction
from django.db.models import Func, Value
from django.utils.translation import gettext as _

from citybrain.hub.cases.actions.clocks import limit_dict, limit_of
from citybrain.hub.cases.actions.materials import material_rows
from citybrain.hub.cases.data import CaseRecord, Opened
from citybrain.hub.cases.domain import search
from citybrain.hub.cases.domain.machine import Machine
from citybrain.hub.cases.domain.words import CHANNELS
from citybrain.hub.cases.models import Case, Link, MachineVersion, Material
from citybrain.hub.cases.queries.access import row_for
from citybrain.hub.cases.queries.machines import newest
from citybrain.hub.cases.queries.reading import PARTS, CaseRows
from citybrain.hub.cases.queries.records import light_cases, record
from citybrain.kernel import audit, clock
from citybrain.kernel.actor import Actor
from citybrain.kernel.errors import FieldProblem, Invalid, NotAllowed
from citybrain.kernel.masking import mask_name

if TYPE_CHECKING:
    from citybrain.hub.cases.actions.run import Run

LIMITS = ("statutory", "promised", "internal")


def open_case(
    *,
    case_type: str,
    by: Actor,
    subject: Any = None,
    data: dict[str, Any] | None = None,
    organisation: str,
    division: str = "",
    matter: str = "",
    matter_version: int = 0,
    matter_name: dict[str, str] | None = None,
    title: str = "",
    channel: str = "online",
    parent: Any = None,
    role_in_parent: str = "",
    limits: dict[str, Any] | None = None,
    context: dict[str, Any] | None = None,
    materials: list[dict[str, Any]] | None = None,
    demo: bool = False,
    agent: UUID | None = None,
    idempotency_key: str = "",
) -> CaseRecord:
    """Open a case in its machine's start state and return its record.

    ``subject`` is an identity.Subject (None for internal tasks). ``limits`` are {statutory, promised, internal} as
    Limit or {value, unit}. ``materials`` are {key, name, required, tolerable, …}. ``title`` and ``context`` must hold
    no personal names. ``agent`` is the person a clerk has identified as acting for the subject. A citizen opens cases only for the subject acted for (NotAllowed). A repeat with the same
    ``idempotency_key`` returns the first case.
    """
    require_opening(by, subject)
    if channel not in CHANNELS:
        raise Invalid([FieldProblem("channel", "choice", _("Unknown channel."))])
    key = whole_key(by, idempotency_key)
    if before := opened_before(by, idempotency_key):
        return before
    parent_row = row_for(by, parent) if parent else None
    try:
        with transaction.atomic():
            row = open_row(
                case_type=case_type, by=by, subject=subject, data=data or {}, organisation=organisation,
                division=division, matter=matter, matter_version=matter_version, matter_name=matter_name or {},
                title=title, channel=channel, parent=parent_row, role_in_parent=role_in_parent, limits=limits or {},
                context=context or {}, materials=materials or [], demo=demo, key=key, agent_id=agent, person_id=agent,
            )  # fmt: skip
            if parent_row:
                Link.objects.create(
                    case=parent_row, other=row, kind="child", role=role_in_parent[:80], at=row.opened_at
                )
            return record(row)
    except IntegrityError:
        if before := opened_before(by, idempotency_key):
            return before
        raise


def opened_before(by: Actor, idempotency_key: str) -> CaseRecord | None:
    """The case this actor opened with this key, if any."""
    key = whole_key(by, idempotency_key)
    row = light_cases().filter(idempotency_key=key).first() if key else None
    return record(row) if row else None


def require_opening(by: Actor, subject: Any) -> None:
    """NotAllowed when the actor may not open a case for this subject."""
    if by.kind == "system" or (by.kind == "official" and by.may("cases.work")):
        return
    if by.kind == "citizen" and subject is not None and by.subject_id == subject.id:
        return
    audit.record("cases.refuse", by=by, obj="case:new", after={"action": "open"})
    raise NotAllowed(_("You can only apply for yourself or for somebody who authorised you."))


def open_row(
    *,
    case_type: str,
    by: Actor,
    data: dict[str, Any],
    organisation: str,
    subject: Any = None,
    subject_of: Case | None = None,
    parent: Case | None = None,
    role_in_parent: str = "",
    materials: list[dict[str, Any]],
    limits: dict[str, Any],
    key: str | None = None,
    **values: Any,
) -> Case:
    """The row, its materials, its first task, audit and event. Inside a transaction; no right is checked here."""
    from citybrain.hub.cases.actions.act import finish

    case, rows, machine = new_row(
        case_type=case_type, by=by, data=data, organisation=organisation, subject=subject, subject_of=subject_of,
        parent=parent, role_in_parent=role_in_parent, materials=materials, limits=limits, key=key, **values,
    )  # fmt: skip
    run = opening_run(case, rows, machine, by)
    if machine.number_on == "open":
        from citybrain.hub.cases.actions.numbers import give_number

        give_number(run)
    finish(run)
    return case


def new_row(
    *,
    case_type: str,
    by: Actor,
    data: dict[str, Any],
    organisation: str,
    subject: Any,
    subject_of: Case | None = None,
    parent: Case | None = None,
    role_in_parent: str = "",
    materials: list[dict[str, Any]],
    limits: dict[str, Any],
    key: str | None = None,
    **values: Any,
) -> tuple[Case, list[Material], Machine]:
    """The row and its materials in memory, and the machine it begins under (frozen from now on)."""
    version, machine = newest(case_type)
    now = clock.now()
    rows = material_rows(materials)
    case = Case(
        machine_id=version.pk, case_type=case_type, state=machine.start, organisation=organisation, data=data,
        opened_at=now, updated_at=now, parent_id=parent.pk if parent else None, parent_role=role_in_parent[:80],
        limits={name: limit_dict(limit_of(limits.get(name))) for name in LIMITS if limits.get(name)},
        materials_total=len(rows), materials_free=sum(1 for r in rows if r.source in ("certificate", "data")),
        idempotency_key=key, **values,
    )  # fmt: skip
    case.title = case.title[:200]
    _name_subject(case, by, subject, subject_of)
    case.search = search_value(case)
    for row in rows:
        row.case = case
    if version.used_at is None:
        MachineVersion.objects.filter(pk=version.pk, used_at=None).update(used_at=now)
    return case, rows, machine


def rows_of_new(case: Case, materials: list[Material]) -> CaseRows:
    """A case that is not written yet has nothing beside it but its materials."""
    known = CaseRows(case)
    for part in PARTS:
        known.know(part, [])
    known.know("materials", materials)
    return known


def opening_run(case: Case, rows: list[Material], machine: Machine, by: Actor) -> Run:
    """The run that inserts a new case, says so in the audit log and tells the others first of all."""
    from citybrain.hub.cases.actions.run import Run

    run = Run(case, machine, by, rows=rows_of_new(case, rows))
    run.fresh, run.fresh_materials, run.first_state = True, rows, ""
    run.audit_rows.append(
        audit.Entry(
            "cases.open", by=by, obj=f"case:{case.pk}", organisation=case.organisation,
            after={"case_type": case.case_type, "matter": case.matter, "channel": case.channel},
        )
    )  # fmt: skip
    run.event_rows.append(
        Opened(
            case_id=case.pk, case_type=case.case_type, matter=case.matter, organisation=case.organisation,
            subject_id=case.subject_id, channel=case.channel, parent_id=case.parent_id, demo=case.demo,
        )
    )  # fmt: skip
    return run


def whole_key(by: Actor, key: str) -> str | None:
    """The actor's key in the column's width: a long one as its digest. Cut off, two different keys would be one."""
    whole = f"{by.account_id or by.name}:{key}" if key else ""
    return (whole if len(whole) <= 80 else hashlib.sha256(whole.encode()).hexdigest()) or None


def _name_subject(case: Case, by: Actor, subject: Any, subject_of: Case | None) -> None:
    if subject_of is not None:
        for name in ("subject_id", "subject_kind", "subject_name", "subject_number", "subject_phone", "subject_label",
                     "person_id", "agent_id"):  # fmt: skip
            setattr(case, name, getattr(subject_of, name))
        return
    for name in ("subject_name", "subject_number", "subject_phone"):
        setattr(case, name, "")
    if subject is None:
        return
    case.subject_id, case.subject_kind = subject.id, subject.kind
    case.subject_name, case.subject_number = subject.name, subject.id_number
    case.subject_phone = subject.phone or ""  # type: ignore[assignment]
    case.subject_label = (subject.name if subject.kind == "legal_person" else mask_name(subject.name))[:120]
    if by.kind == "citizen":
        case.person_id = by.person_id
        case.agent_id = by.person_id if by.authority.startswith("delegation:") else None
    elif subject.kind == "person":
        case.person_id = subject.id


def search_value(case: Case) -> Func:
    """The search column: matter, title and a legal person's name. Never a natural person's."""
    name = case.matter_name or {}
    texts = [name.get("zh", ""), name.get("en", ""), case.title]
    if case.subject_kind == "legal_person":
        texts.append(case.subject_name)
    return Func(
        Value(search.tokens(*texts), output_field=ArrayField(models.TextField())),
        function="array_to_tsvector",
    )
