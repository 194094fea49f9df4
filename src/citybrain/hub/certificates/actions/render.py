"""Make the sealed PDF of a certificate, once, whoever asks first: the job or the holder."""

from __future__ import annotations

from uuid import UUID

from citybrain.hub.certificates.models import Certificate
from citybrain.hub.certificates.queries.types import type_of
from citybrain.hub.certificates.rendering import store
from citybrain.kernel import clock


def render(certificate_id: UUID) -> bytes:
    """The sealed PDF; made and stored when it is not there yet. Certificate.DoesNotExist for an unknown id.

    Idempotent: two at once both make one, the first to write wins, the other's file is dropped.
    """
    from citybrain.hub.certificates.rendering.compose import compose
    from citybrain.hub.certificates.rendering.seal import seal

    row = Certificate.objects.get(pk=certificate_id)
    if row.file_hash and (content := store.fetch(row.file_hash)) is not None:
        return content
    kind = type_of(row.type_key, row.type_version)
    sealed = seal().sign(compose(row, kind), reason=row.identifier, issuer=row.issuer_name.get("zh", ""))
    digest = store.keep(sealed)
    rows = Certificate.objects.filter(pk=row.pk, file_hash=row.file_hash)
    if rows.update(file_hash=digest, file_size=len(sealed), file_at=clock.now()):
        return sealed
    row.refresh_from_db(fields=["file_hash"])
    if row.file_hash != digest:
        store.drop(digest)
    return store.fetch(row.file_hash) or sealed
