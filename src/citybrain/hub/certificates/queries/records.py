"""Rows into records, and the one guarded way to a certificate."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from citybrain.hub.certificates.data import CertificateId, CertificateRecord
from citybrain.hub.certificates.domain import rows
from citybrain.hub.certificates.domain.certificate_type import CertificateType
from citybrain.hub.certificates.models import Certificate
from citybrain.hub.certificates.permissions import VIEW
from citybrain.hub.certificates.queries.types import type_of
from citybrain.hub.identity import api as identity
from citybrain.kernel import clock
from citybrain.kernel.actor import Actor
from citybrain.kernel.errors import NotFound
from citybrain.kernel.masking import mask_id_number, mask_name


def facts_of(row: Certificate) -> dict[str, Any]:
    """What fields may draw from the certificate itself."""
    return {
        "number": row.number, "holder_name": row.holder_name, "holder_id_type": row.holder_id_type,
        "holder_id_number": row.holder_id_number, "issuer": row.issuer_name.get("zh", ""),
        "issued_on": clock.local(row.issued_at).date(), "valid_from": row.valid_from,
        "valid_to": row.valid_to or rows.LONG_TERM, "validity": rows.validity_text(row.valid_from, row.valid_to),
    }  # fmt: skip


def state_of(row: Certificate) -> str:
    """The state today: past its last day a certificate is expired even before the loop wrote it down."""
    if row.state in ("valid", "suspended") and row.valid_to and row.valid_to < clock.today():
        return "expired"
    return row.state


def record_of(
    row: Certificate, kind: CertificateType | None = None, *, masked: bool = False
) -> CertificateRecord:
    """The record; ``masked`` for eyes that only need to recognise it."""
    kind = kind or type_of(row.type_key, row.type_version)
    lines = rows.rows(kind, facts_of(row), row.data, public=masked)
    return CertificateRecord(
        id=CertificateId(row.id), type_key=row.type_key, name=row.name, number=row.number, identifier=row.identifier,
        version=row.version, state=state_of(row), holder_kind=row.holder_kind, holder_id=row.holder_id,
        holder_name=mask_name(row.holder_name) if masked else row.holder_name, holder_id_type=row.holder_id_type,
        holder_id_number=mask_id_number(row.holder_id_number), issuer_org=row.issuer_org,
        issuer_name=row.issuer_name, issued_at=row.issued_at, valid_from=row.valid_from, valid_to=row.valid_to,
        trust=row.trust, case_id=row.case_id, matter=row.matter, data={} if masked else row.data,
        rows=tuple((line["label"], line["text"]) for line in lines), ready=bool(row.file_hash), demo=row.demo,
        weak=kind.evidence.weak,
    )  # fmt: skip


def own(actor: Actor) -> QuerySet[Certificate]:
    """Certificates of the subject the actor acts for: oneself, or the legal person or principal, never both."""
    holder = actor.subject_id or actor.person_id
    if actor.kind != "citizen" or holder is None:
        return Certificate.objects.none()
    return Certificate.objects.filter(holder_id=holder)


def reachable(actor: Actor) -> QuerySet[Certificate]:
    """Every certificate the actor may open: own ones; an official's unit's ones; all for the system."""
    if actor.kind == "system":
        return Certificate.objects.all()
    if actor.kind == "official":
        scope = identity.scope(actor, VIEW)
        return Certificate.objects.filter(identity.scope_q(scope, "issuer_org", "matter"))
    return own(actor)


def certificate_row(actor: Actor, certificate_id: UUID | str) -> Certificate:
    """The row, when the actor may open it; NotFound whether it is missing or another's."""
    try:
        row = reachable(actor).filter(pk=UUID(str(certificate_id))).first()
    except ValueError:
        row = None
    if row is None:
        raise NotFound(_("There is no such certificate."), code="certificate_unknown")
    return row


def certificate_for(actor: Actor, certificate_id: UUID | str) -> CertificateRecord:
    """THE guarded accessor: its holder, an official in scope of the issuer, or NotFound."""
    return record_of(certificate_row(actor, certificate_id))


def wallet(actor: Actor, *, all_versions: bool = False) -> list[CertificateRecord]:
    """The certificates of whom the actor acts for, usable ones first, newest first."""
    found = own(actor).order_by("-issued_at")
    if not all_versions:
        found = found.exclude(state="changed")
    records = [record_of(row) for row in found[:200]]
    return sorted(records, key=lambda r: not r.usable)


def usable(subject: identity.Subject | UUID, type_key: str) -> list[CertificateRecord]:
    """Valid certificates of one type that a subject holds (for 免提交); the caller has the right to the subject."""
    holder = subject if isinstance(subject, UUID) else subject.id
    found = Certificate.objects.filter(holder_id=holder, type_key=type_key, state="valid").order_by(
        "-issued_at"
    )
    return [r for r in map(record_of, found[:20]) if r.usable]


def issued_for_case(case_id: UUID) -> list[CertificateRecord]:
    """Certificates a case produced, newest version of each; the caller has the right to the case."""
    found = Certificate.objects.filter(case_id=case_id).exclude(state="changed").order_by("issued_at")
    return [record_of(row) for row in found]


def of_case(actor: Actor, case_id: UUID) -> list[CertificateRecord]:
    """Certificates a case produced, as far as the actor may open them."""
    found = reachable(actor).filter(case_id=case_id).exclude(state="changed").order_by("issued_at")
    return [record_of(row) for row in found]
