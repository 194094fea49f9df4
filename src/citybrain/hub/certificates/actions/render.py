"""Make the sealed PDF of a certificate, once, whoever comes first: the holder or the printer.

A certificate without its file is its own place in the queue (``file_due``), so issuing one costs no job and a file
can neither be forgotten nor made twice: both ways hold the certificate's row while they print.
"""

from __future__ import annotations

import logging
from datetime import timedelta
from uuid import UUID

from django.db import transaction

from citybrain.hub.certificates.models import Certificate
from citybrain.hub.certificates.queries.types import type_of
from citybrain.hub.certificates.rendering import store
from citybrain.kernel import clock

log = logging.getLogger("citybrain.certificates.render")
SOONEST, LATEST = timedelta(minutes=1), timedelta(hours=1)


def render(certificate_id: UUID) -> bytes:
    """The sealed PDF; made and stored when it is not there yet. Certificate.DoesNotExist for an unknown id."""
    row = Certificate.objects.get(pk=certificate_id)
    if (content := _stored(row)) is not None:
        return content
    with transaction.atomic():
        row = Certificate.objects.select_for_update(no_key=True).get(pk=certificate_id)
        return _stored(row) or _printed(row)


def render_next() -> bool:
    """Print the certificate that has waited longest and nobody else is printing; False when none waits.

    One that cannot be printed is tried again later, each time after a longer pause, and holds up no other.
    """
    waiting = Certificate.objects.filter(file_due__lte=clock.now()).order_by("file_due")
    with transaction.atomic():
        row = waiting.select_for_update(no_key=True, skip_locked=True).first()
        if row is None:
            return False
        try:
            with transaction.atomic():
                if _stored(row) is None:
                    _printed(row)
        except Exception:
            log.exception("certificate %s cannot be printed now", row.pk)
            pause = min(max((clock.now() - row.issued_at) / 2, SOONEST), LATEST)
            Certificate.objects.filter(pk=row.pk).update(file_due=clock.now() + pause)
    return True


def _stored(row: Certificate) -> bytes | None:
    return store.fetch(row.file_hash) if row.file_hash else None


def _printed(row: Certificate) -> bytes:
    from citybrain.hub.certificates.rendering.compose import compose
    from citybrain.hub.certificates.rendering.seal import seal

    kind = type_of(row.type_key, row.type_version)
    sealed = seal().sign(compose(row, kind), reason=row.identifier, issuer=row.issuer_name.get("zh", ""))
    digest = store.keep(sealed)
    Certificate.objects.filter(pk=row.pk).update(
        file_hash=digest, file_size=len(sealed), file_at=clock.now(), file_due=None
    )
    return sealed
