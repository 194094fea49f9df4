"""The PDF of a certificate, through the guarded accessor, logged."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from citybrain.hub.certificates.actions.render import render
from citybrain.hub.certificates.actions.use import log_use
from citybrain.hub.certificates.models import CertificateUse
from citybrain.hub.certificates.queries.records import certificate_row
from citybrain.kernel.actor import Actor


@dataclass(frozen=True)
class PdfFile:
    """A file to send: its name carries the certificate's number, its bytes are signed."""

    name: str
    content: bytes


def pdf_for(actor: Actor, certificate_id: UUID | str) -> PdfFile:
    """The sealed PDF for its holder or an official in scope; rendered now when the job has not come to it."""
    row = certificate_row(actor, certificate_id)
    content = render(row.pk)
    log_use(row, CertificateUse.Kind.FILE, by=actor, purpose="download")
    return PdfFile(f"{row.type_key}-{row.number}.pdf", content)
