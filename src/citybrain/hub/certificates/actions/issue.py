"""Issue a certificate, and issue its next version when something changes."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.utils.translation import gettext as _

from citybrain.hub.certificates.actions.history import locked, moved, remember
from citybrain.hub.certificates.data import CertificateId, CertificateRecord, Changed, Issued
from citybrain.hub.certificates.domain import numbers, rows
from citybrain.hub.certificates.domain.certificate_type import CertificateType
from citybrain.hub.certificates.models import Certificate
from citybrain.hub.certificates.queries.records import facts_of, record_of
from citybrain.hub.certificates.queries.types import current_type
from citybrain.hub.identity import api as identity
from citybrain.kernel import audit, clock, events
from citybrain.kernel.actor import Actor
from citybrain.kernel.errors import FieldProblem, Invalid

CODE_LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # without 0 O 1 I: read aloud and copied by hand
CODE_LENGTH = 8
HOLDERS = {"person": ("natural", "either", "thing"), "legal_person": ("legal", "either", "thing")}

_NEXT = """
INSERT INTO certificates_serial (type_code, issuer, year, last) VALUES (%s, %s, %s, 1)
ON CONFLICT (type_code, issuer, year) DO UPDATE SET last = certificates_serial.last + 1 RETURNING last
"""


def issue(
    *, type_key: str, holder: identity.Subject, issuer_org: str, data: Mapping[str, Any], by: Actor,
    case_id: UUID | None = None, valid_from: date | None = None, valid_to: date | None = None, matter: str = "",
    demo: bool = False,
) -> CertificateRecord:  # fmt: skip
    """Issue a certificate of an installed type to a subject, as its first version.

    Runs in the caller's transaction: number, audit, event and the place in the printer's line stand or fall with it.
    The PDF is made afterwards by the printer (or on first demand). Validity follows the type unless given. Invalid names missing
    fields; NotFound an unknown type or organisation.
    """
    kind = current_type(type_key)
    _judge(kind, holder, data)
    issuer = identity.organisation(issuer_org)
    with transaction.atomic(
        savepoint=False
    ):  # what follows is refused by nothing: no savepoint within an act
        start = valid_from or clock.today()
        end = valid_to or end_of(kind, start)
        code = issuer_code(issuer)
        sequence = next_serial(kind.code, code, start.year)
        row = Certificate(
            type_key=kind.key, type_version=kind.version, type_code=kind.code, name=kind.name.as_dict(),
            number=numbers.printed_number(kind.number, serial=sequence, on=start, division=issuer.division),
            serial=f"{start.year}{sequence:08d}", version=1, holder_kind=holder.kind, holder_id=holder.id,
            holder_name=holder.name, holder_id_type=holder.id_type, holder_id_number=holder.id_number,
            issuer_org=issuer_org, issuer_code=code, issuer_name=dict(issuer.name), data=dict(data), case_id=case_id,
            matter=matter, trust=kind.trust, issued_at=clock.now(), valid_from=start, valid_to=end, demo=demo,
        )  # fmt: skip
        _save(row, kind)
        remember(row, "01", "", by=by, case_id=case_id)
        audit.record(
            "certificates.issue",
            by=by,
            obj=f"certificate:{row.id}",
            organisation=issuer_org,
            after={"type": kind.key, "number": row.number, "identifier": row.identifier, "case": case_id},
        )
        events.publish(Issued(**facts_for_event(row)), aggregate=f"certificate:{row.id}", by=by)
        return record_of(row, kind)


def change(
    certificate_id: CertificateId | UUID, *, by: Actor, data: Mapping[str, Any] | None = None, reason: str = "",
    case_id: UUID | None = None, holder: identity.Subject | None = None, valid_to: date | None = None,
    renew: bool = False,
) -> CertificateRecord:  # fmt: skip
    """Issue the next version; the old one ends as ``changed``. ``renew`` starts a new validity (延续, operation 02).

    ``data`` replaces only the members it names. NotUsable when the certificate cannot be changed in its state.
    """
    with transaction.atomic():
        old = locked(certificate_id)
        operation = moved(old, "renew" if renew else "change")
        kind = current_type(old.type_key)
        merged = {**old.data, **(data or {})}
        start = clock.today() if renew else old.valid_from
        if renew and old.valid_to and old.valid_to >= clock.today():
            start = old.valid_from
        end = valid_to or (end_of(kind, clock.today()) if renew else old.valid_to)
        row = Certificate(
            type_key=kind.key, type_version=kind.version, type_code=old.type_code, name=kind.name.as_dict(),
            number=old.number, serial=old.serial, version=old.version + 1, previous=old,
            holder_kind=holder.kind if holder else old.holder_kind, holder_id=holder.id if holder else old.holder_id,
            holder_name=holder.name if holder else old.holder_name,
            holder_id_type=holder.id_type if holder else old.holder_id_type,
            holder_id_number=holder.id_number if holder else old.holder_id_number, issuer_org=old.issuer_org,
            issuer_code=old.issuer_code, issuer_name=old.issuer_name, data=merged, case_id=case_id or old.case_id,
            matter=old.matter, trust=kind.trust, issued_at=clock.now(), valid_from=start, valid_to=end, demo=old.demo,
        )  # fmt: skip
        _save(row, kind)
        remember(old, operation, old.state, to="changed", by=by, reason=reason, case_id=case_id)
        remember(row, operation, "", by=by, reason=reason, case_id=case_id)
        audit.record(
            "certificates.change",
            by=by,
            obj=f"certificate:{row.id}",
            organisation=row.issuer_org,
            before={"identifier": old.identifier},
            after={"identifier": row.identifier, "renewed": renew},
        )
        facts = facts_for_event(row)
        events.publish(Changed(**facts, previous_id=old.id), aggregate=f"certificate:{row.id}", by=by)
        return record_of(row)


def _judge(kind: CertificateType, holder: identity.Subject, data: Mapping[str, Any]) -> None:
    problems = [
        FieldProblem(
            f.key, "missing", _("%(field)s is needed on the certificate.") % {"field": f.label.say()}
        )
        for f in rows.missing(kind, data)
    ]
    if kind.holder not in HOLDERS.get(holder.kind, ()):
        problems.append(
            FieldProblem("holder", "holder_kind", _("This certificate is for another kind of holder."))
        )
    if problems:
        raise Invalid(problems)


def _save(row: Certificate, kind: CertificateType) -> None:
    made = numbers.make_identifier(
        type_code=row.type_code, issuer=row.issuer_code, serial=row.serial, version=row.version
    )
    row.identifier = str(made)
    row.verify_code = "".join(secrets.choice(CODE_LETTERS) for _n in range(CODE_LENGTH))
    row.public_data = rows.rows(kind, facts_of(row), row.data, public=True)
    row.file_due = row.issued_at
    row.save(force_insert=True)


def next_serial(type_code: str, issuer: str, year: int) -> int:
    """The next serial of a type, issuer and year; the row lock makes it unique until commit."""
    with connection.cursor() as cursor:
        cursor.execute(_NEXT, [type_code, issuer, year])
        return cursor.fetchone()[0]


def issuer_code(issuer: identity.OrganisationRecord) -> str:
    """USCC of the issuer; a unit without one is named by its division, as real data does (reference §7.2)."""
    return issuer.uscc or (issuer.division or "350900")[:6]


def end_of(kind: CertificateType, start: date) -> date | None:
    """Last valid day by the type's rule; None is without end."""
    validity = kind.validity
    if validity.kind not in ("years", "months"):
        return None
    months = validity.value * (12 if validity.kind == "years" else 1)
    total = start.year * 12 + start.month - 1 + months
    year, month = divmod(total, 12)
    for last in range(start.day, 27, -1):
        try:
            return _day_before(date(year, month + 1, last))
        except ValueError:
            continue
    return _day_before(date(year, month + 1, start.day))


def _day_before(day: date) -> date:
    return date.fromordinal(day.toordinal() - 1)


def facts_for_event(row: Certificate) -> dict[str, Any]:
    """What every certificate event says."""
    return {
        "certificate_id": row.id,
        "type_key": row.type_key,
        "number": row.number,
        "issuer_org": row.issuer_org,
        "holder_kind": row.holder_kind,
        "holder_id": row.holder_id,
        "case_id": row.case_id,
    }
