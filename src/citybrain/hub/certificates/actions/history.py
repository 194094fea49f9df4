"""Locking a certificate, moving its state, remembering what happened."""

from __future__ import annotations

from uuid import UUID

from django.utils.translation import gettext as _

from citybrain.hub.certificates.data import STATES, NotUsable
from citybrain.hub.certificates.domain import states
from citybrain.hub.certificates.models import Certificate, CertificateHistory
from citybrain.kernel import clock
from citybrain.kernel.actor import Actor
from citybrain.kernel.errors import NotFound
from citybrain.kernel.text import say


def locked(certificate_id: UUID) -> Certificate:
    """The row, locked until the transaction ends; NotFound."""
    row = Certificate.objects.select_for_update().filter(pk=certificate_id).first()
    if row is None:
        raise NotFound(_("There is no such certificate."), code="certificate_unknown")
    return row


def moved(row: Certificate, act: str) -> str:
    """Move the state as ``act`` demands and save it; the operation code. NotUsable when impossible."""
    found = states.move(act, row.state)
    if found is None:
        raise NotUsable(
            _("This certificate is in the state “%(state)s”; that is not possible now.")
            % {"state": say({"zh": STATES[row.state]["zh"], "en": STATES[row.state]["en"]})},
            safe=_("Nothing was changed."),
        )
    row.state, operation = found
    row.save(update_fields=["state"])
    return operation


def remember(
    row: Certificate, operation: str, before: str, *, by: Actor, to: str = "", reason: str = "", basis: str = "",
    case_id: UUID | None = None,
) -> None:  # fmt: skip
    """Append to the history."""
    CertificateHistory.objects.create(
        certificate=row, operation=operation, from_state=before, to_state=to or row.state, at=clock.now(),
        by=by.as_dict(), reason=reason, basis=basis, case_id=case_id,
    )  # fmt: skip
