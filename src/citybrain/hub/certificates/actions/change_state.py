"""Suspend, give back, revoke, withdraw, cancel, expire. Each is final but suspension; each is audited and told."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from citybrain.hub.certificates.actions.history import locked, moved, remember
from citybrain.hub.certificates.actions.issue import facts_for_event
from citybrain.hub.certificates.data import Cancelled, CertificateRecord, Expired, Resumed, Revoked, Suspended
from citybrain.hub.certificates.models import Certificate
from citybrain.hub.certificates.queries.records import record_of
from citybrain.kernel import audit, clock, events
from citybrain.kernel.actor import Actor
from citybrain.kernel.errors import FieldProblem, Invalid

EVENTS = {
    "suspend": Suspended, "resume": Resumed, "revoke": Revoked, "withdraw": Revoked, "cancel": Cancelled,
    "expire": Expired,
}  # fmt: skip
BATCH = 200


def suspend(
    certificate_id: UUID, *, by: Actor, reason: str, basis: str = "", case_id: UUID | None = None
) -> CertificateRecord:
    """暂扣: not usable until given back."""
    return _act("suspend", certificate_id, by=by, reason=reason, basis=basis, case_id=case_id)


def resume(
    certificate_id: UUID, *, by: Actor, reason: str, basis: str = "", case_id: UUID | None = None
) -> CertificateRecord:
    """暂扣发还: usable again."""
    return _act("resume", certificate_id, by=by, reason=reason, basis=basis, case_id=case_id)


def revoke(
    certificate_id: UUID,
    *,
    by: Actor,
    reason: str,
    basis: str = "",
    case_id: UUID | None = None,
    withdrawn: bool = False,
) -> CertificateRecord:
    """吊销 (a penalty), or with ``withdrawn`` 撤销 (it should not have been issued). Final."""
    act = "withdraw" if withdrawn else "revoke"
    return _act(act, certificate_id, by=by, reason=reason, basis=basis, case_id=case_id)


def cancel(
    certificate_id: UUID, *, by: Actor, reason: str, basis: str = "", case_id: UUID | None = None
) -> CertificateRecord:
    """注销: ended on request or because its ground fell away. Final."""
    return _act("cancel", certificate_id, by=by, reason=reason, basis=basis, case_id=case_id)


def expire_due(limit: int = BATCH) -> int:
    """Expire certificates whose last valid day is past; how many. Called by a loop until it returns 0."""
    with transaction.atomic():
        due = Certificate.objects.select_for_update(skip_locked=True).filter(
            state__in=("valid", "suspended"), valid_to__lt=clock.today()
        )
        rows = list(due.order_by("valid_to")[:limit])
        for row in rows:
            _moved(row, "expire", by=Actor.system("certificates.expire"), reason="", basis="", case_id=None)
    return len(rows)


def _act(
    act: str, certificate_id: UUID, *, by: Actor, reason: str, basis: str, case_id: UUID | None
) -> CertificateRecord:
    if not reason.strip():
        raise Invalid([FieldProblem("reason", "missing", _("Say why."))])
    with transaction.atomic():
        row = locked(certificate_id)
        _moved(row, act, by=by, reason=reason.strip(), basis=basis, case_id=case_id)
        return record_of(row)


def _moved(row: Certificate, act: str, *, by: Actor, reason: str, basis: str, case_id: UUID | None) -> None:
    before = row.state
    operation = moved(row, act)
    remember(row, operation, before, by=by, reason=reason, basis=basis, case_id=case_id)
    audit.record(
        f"certificates.{act}",
        by=by,
        obj=f"certificate:{row.id}",
        organisation=row.issuer_org,
        before={"state": before},
        after={"state": row.state, "reason": reason, "basis": basis},
    )
    facts = facts_for_event(row) | ({"case_id": case_id} if case_id else {})
    events.publish(EVENTS[act](**facts), aggregate=f"certificate:{row.id}", by=by)
