"""Making and disabling clients of the lake's door."""

import secrets
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction

from citybrain.hub.data.lake.door.actions.tokens import fingerprint
from citybrain.hub.data.lake.door.domain.grants import LakeGrant
from citybrain.hub.data.models import LakeClient
from citybrain.kernel import audit, clock
from citybrain.kernel.actor import Actor
from citybrain.kernel.errors import Conflict


@transaction.atomic
def create_client(
    *, name: str, organisation: str, purpose: str, grants: Sequence[LakeGrant], grade: str, expires_at: datetime, by: Actor
) -> tuple[LakeClient, str]:  # fmt: skip
    """A client and its secret, which is never seen again. Whether ``by`` may give these rights is the caller's question."""
    secret = secrets.token_hex(32)
    made = LakeClient.objects.create(
        name=name, organisation=organisation, purpose=purpose, secret_hash=fingerprint(secret), grade=grade,
        grants=[grant.as_dict() for grant in grants], expires_at=expires_at, created_at=clock.now(),
        created_by=by.as_dict(),
    )  # fmt: skip
    said = {"grants": [grant.says() for grant in grants], "grade": grade, "until": expires_at}
    audit.record(
        "data.create_lake_client", by=by, obj=f"lake_client:{made.pk}", organisation=organisation, after=said,
        purpose=purpose,
    )  # fmt: skip
    return made, secret


@transaction.atomic
def disable_client(client_id: UUID, *, by: Actor) -> LakeClient:
    """Shut a client out from now on, tokens it holds included. Conflict when it is out already."""
    row = LakeClient.objects.select_for_update().get(pk=client_id)
    if row.disabled_at:
        raise Conflict("the client is disabled already / 该客户端已停用", code="disabled")
    row.disabled_at = clock.now()
    row.save(update_fields=["disabled_at"])
    audit.record(
        "data.disable_lake_client", by=by, obj=f"lake_client:{row.pk}", organisation=row.organisation
    )
    return row
