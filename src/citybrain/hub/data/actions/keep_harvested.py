"""Resources described on another portal, in our catalogue: known, searchable, never readable here."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import transaction

from citybrain.hub.data.models import Resource
from citybrain.kernel import audit, clock
from citybrain.kernel.actor import Actor
from citybrain.kernel.errors import Conflict


@transaction.atomic
def keep_harvested(
    key: str,
    *,
    title: Mapping[str, str],
    description: Mapping[str, str],
    source: str,
    by: Actor,
    alive: bool = True,
) -> None:
    """Write or renew one harvested resource; ``alive`` False marks that it is gone at its source. Conflict: key in use."""
    row = Resource.objects.select_for_update().filter(pk=key).first()
    if row is not None and row.kind != "harvested":
        raise Conflict(f"{key} is not a harvested resource / 不是采集来的资源", code="not_harvested")
    shape = {
        "title": dict(title),
        "description": dict(description),
        "source_system": source[:80],
        "alive": alive,
    }
    if row is not None and all(getattr(row, name) == value for name, value in shape.items()):
        return
    row = row or Resource(key=key, kind="harvested", layer="product", format="link", sharing="unconditional")
    for name, value in {**shape, "state": "published", "changed_at": clock.now()}.items():
        setattr(row, name, value)
    row.save()
    audit.record("data.keep_harvested", by=by, obj=f"dataset:{key}", after={"alive": alive})
