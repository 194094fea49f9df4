"""Jobs and loops of certificates: rendering after issue, expiry."""

from __future__ import annotations

from uuid import UUID

from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from citybrain.hub.certificates.actions.change_state import expire_due
from citybrain.hub.certificates.actions.render import render
from citybrain.hub.certificates.models import Certificate
from citybrain.kernel.loops import every


@app.task(
    name="certificates.render", queue="certificates", retry=RetryStrategy(max_attempts=8, exponential_wait=4)
)
def render_certificate(certificate_id: str) -> None:
    """Render one certificate; a certificate that was rolled back is nobody's business."""
    if Certificate.objects.filter(pk=UUID(certificate_id)).exists():
        render(UUID(certificate_id))


def enqueue_rendering(certificate_id: UUID) -> None:
    """Ask for the PDF, in the caller's transaction."""
    render_certificate.defer(certificate_id=str(certificate_id))


@every(seconds=600, name="certificates.expire")
def expire() -> int:
    """Expire certificates past their last valid day."""
    return expire_due()
