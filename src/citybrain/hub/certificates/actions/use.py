"""Using a certificate: presenting it in a case instead of a paper, showing it by a one-time code. Always logged."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from citybrain.hub.certificates.data import CertificateRecord, NotUsable, Presented
from citybrain.hub.certificates.models import Certificate, CertificateUse, ShowCode
from citybrain.hub.certificates.queries.records import certificate_row, own, record_of, state_of
from citybrain.kernel import audit, clock, ratelimit
from citybrain.kernel.actor import Actor
from citybrain.kernel.errors import FieldProblem, Invalid, NotAllowed, NotFound
from citybrain.kernel.masking import mask_name

SHOW_LIFE = timedelta(minutes=3)
SHOW_PER_ADDRESS = (20, 60.0)


def present(
    actor: Actor, certificate_id: UUID | str, *, purpose: str, case_id: UUID | None = None, matter: str = "",
    organisation: str = "", holder: UUID | None = None, consent: str = "",
) -> Presented:  # fmt: skip
    """Draw a valid certificate of the holder into a case (免提交); logged with purpose, matter and case.

    Only the holder (or who acts for the holder) presents, or the system on the holder's recorded consent, or an
    official who has identified the ``holder`` at a window and says how the holder agreed (``consent``, logged).
    NotUsable when it is not valid today; NotFound for another's.
    """
    if not purpose.strip():
        raise Invalid([FieldProblem("purpose", "missing", _("Say what the certificate is used for."))])
    at_window = actor.kind == "official" and holder is not None and bool(consent.strip())
    if actor.kind not in ("citizen", "system") and not at_window:
        raise NotAllowed(_("Only the holder presents a certificate."))
    with transaction.atomic():
        row = _held_by(holder, certificate_id) if at_window else certificate_row(actor, certificate_id)
        _need_valid(row)
        use = log_use(
            row,
            CertificateUse.Kind.PRESENT,
            by=actor,
            purpose=f"{purpose}（{consent}）" if at_window else purpose,
            case_id=case_id,
            matter=matter,
            organisation=organisation,
        )
        return Presented(
            certificate_id=row.id, type_key=row.type_key, name=row.name, number=row.number,  # type: ignore[arg-type]
            identifier=row.identifier, version=row.version, holder=mask_name(row.holder_name), valid_to=row.valid_to,
            use_id=use.id, data=row.data,
        )  # fmt: skip


def _held_by(holder: UUID | None, certificate_id: UUID | str) -> Certificate:
    """The certificate, when it is this holder's; NotFound whether it is missing or another's."""
    row = Certificate.objects.filter(pk=_uuid(certificate_id), holder_id=holder).first()
    if row is None:
        raise NotFound(_("There is no such certificate."), code="certificate_unknown")
    return row


def log_use(
    row: Certificate, kind: str, *, by: Actor, purpose: str = "", case_id: UUID | None = None, matter: str = "",
    organisation: str = "",
) -> CertificateUse:  # fmt: skip
    """Write the use log; uses by others than the holder are audited too."""
    if by.kind == "official":
        audit.record(
            f"certificates.{kind}",
            by=by,
            obj=f"certificate:{row.id}",
            organisation=row.issuer_org,
            purpose=purpose,
        )
    return CertificateUse.objects.create(
        certificate=row, kind=kind, purpose=purpose[:200], case_id=case_id, matter=matter,
        organisation=organisation or by.organisation, by=by.as_dict(), at=clock.now(),
    )  # fmt: skip


def make_show_code(actor: Actor, certificate_id: UUID | str) -> tuple[str, datetime]:
    """A fresh one-time code (亮证) of an own, valid certificate, and when it dies. Older unused codes die now."""
    with transaction.atomic():
        row = own(actor).select_for_update().filter(pk=_uuid(certificate_id)).first()
        if row is None:
            raise NotFound(_("There is no such certificate."), code="certificate_unknown")
        _need_valid(row)
        row.show_codes.filter(used_at=None).delete()
        code = secrets.token_urlsafe(18)
        until = clock.now() + SHOW_LIFE
        ShowCode.objects.create(certificate=row, code_hash=_hash(code), made_at=clock.now(), expires_at=until)
    return code, until


def redeem_show_code(code: str, *, by: Actor) -> CertificateRecord:
    """What the holder shows to whoever scans the code: once, within its life, while the certificate is valid."""
    ratelimit.allow(f"certificates.show:{by.ip}", *SHOW_PER_ADDRESS)
    with transaction.atomic():
        held = (
            ShowCode.objects.select_for_update()
            .filter(code_hash=_hash(code))
            .select_related("certificate")
            .first()
        )
        if held is None or held.used_at or held.expires_at < clock.now():
            raise NotFound(
                _("This code has been used or has run out."), code="show_code_dead",
                todo=_("Ask the holder to show a new one."),
            )  # fmt: skip
        _need_valid(held.certificate)
        held.used_at = clock.now()
        held.save(update_fields=["used_at"])
        log_use(held.certificate, CertificateUse.Kind.SHOW, by=by, purpose="show")
        return record_of(held.certificate)


def _need_valid(row: Certificate) -> None:
    if state_of(row) != "valid":
        raise NotUsable(
            _("Only a valid certificate can be used."), safe=_("Nothing was changed."),
            todo=_("Ask the issuing unit if you think this is wrong."),
        )  # fmt: skip


def _hash(code: str) -> str:
    return hashlib.sha256(code.encode()).hexdigest()


def _uuid(value: UUID | str) -> UUID | None:
    try:
        return UUID(str(value))
    except ValueError:
        return None
