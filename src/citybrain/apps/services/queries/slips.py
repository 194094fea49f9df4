"""The slip of a received application: everything the applicant needs to ask for it again, nothing more."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import segno
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from citybrain.apps.services.models import QueueTicket
from citybrain.hub.cases import api as cases
from citybrain.hub.certificates import api as certificates
from citybrain.hub.identity import api as identity
from citybrain.kernel import audit, clock
from citybrain.kernel.actor import Actor
from citybrain.kernel.errors import Conflict
from citybrain.kernel.masking import mask_id_number


@dataclass(frozen=True)
class Slip:
    """What is printed. The identity number is masked, the query code is the applicant's."""

    case: cases.CaseRecord
    applicant: str
    number: str
    agent: str
    unit: dict[str, str]
    received: tuple[tuple[dict[str, str], str, int], ...]  # name, how it came, number of files
    missing: tuple[dict[str, str], ...]
    clocks: tuple[cases.ClockRecord, ...]
    code: str
    address: str
    square: SafeString
    received_by: str
    window: str
    at: datetime


def slip(actor: Actor, case_id: UUID) -> Slip:
    """The slip of a submitted case, for its applicant or an official who handles it. Printing is audited.

    NotFound for somebody else's case, Conflict while it is a draft.
    """
    view = cases.case_for(actor, case_id, purpose="print")
    record = view.record
    if record.submitted_at is None:
        raise Conflict(_("This application has not been submitted yet."), code="not_submitted")
    audit.record("services.print_slip", by=actor, obj=f"case:{record.id}", organisation=record.organisation,
                 purpose="print")  # fmt: skip
    firm = record.subject_kind == "legal_person"
    address = certificates.public_origin() + reverse("services:progress") + f"?number={record.case_no}"
    step = next((t for t in cases.timeline(actor, case_id) if t.action == "receive"), None)
    ticket = QueueTicket.objects.filter(case_id=record.id).order_by("-drawn_at").first()
    return Slip(
        case=record,
        applicant=view.subject_name,
        number=view.subject_number if firm else mask_id_number(view.subject_number),
        agent=agent_name(record),
        unit=unit_name(record.organisation),
        received=tuple((m.name, m.source, len(m.attachments)) for m in view.materials if m.state == "given"),
        missing=tuple(m.name for m in view.materials if m.state in ("missing", "wanted") and m.required),
        clocks=view.clocks,
        code=cases.query_code(record.id),
        address=address,
        square=square(address),
        received_by=step.who if step and actor.kind == "official" else "",
        window=ticket.window if ticket else "",
        at=record.received_at or record.submitted_at or clock.now(),
    )


def agent_name(record: Any) -> str:
    """Who handed it in for the applicant, when that was somebody else."""
    if record.person_id is None or record.person_id == record.subject_id:
        return ""
    return identity.person_subject(record.person_id).name


def unit_name(code: str) -> dict[str, str]:
    """The unit's full name."""
    return identity.organisation(code).name


def square(text: str) -> SafeString:
    """A square code as inline SVG."""
    return mark_safe(segno.make(text, error="m").svg_inline(scale=3, dark="#000", light="#fff"))  # noqa: S308 - our own address
