"""Grants as they stand."""

from collections.abc import Sequence
from uuid import UUID

from django.utils.translation import gettext as _

from citybrain.hub.data.grants.data import GrantRecord, Purpose
from citybrain.hub.data.models import Grant
from citybrain.kernel import clock
from citybrain.kernel.errors import NotFound


def grant(id: UUID) -> GrantRecord:
    """One grant; NotFound otherwise."""
    row = Grant.objects.filter(pk=id).first()
    if row is None:
        raise NotFound(_("There is no such grant."), code="no_grant")
    return row.record()


def grants_of(consumer: str) -> list[GrantRecord]:
    """Grants a unit holds or held, newest first."""
    return [row.record() for row in Grant.objects.filter(consumer=consumer)]


def grants_on(resource: str) -> list[GrantRecord]:
    """Grants on a resource, newest first."""
    return [row.record() for row in Grant.objects.filter(resource_id=resource)]


def existing_grant(
    resource: str, items: Sequence[str], consumer: str, purpose: Purpose
) -> GrantRecord | None:
    """The living grant that covers a request already: same consumer and purpose, at least these items."""
    rows = Grant.objects.filter(
        resource_id=resource, consumer=consumer, purpose_kind=purpose.kind, purpose_code=purpose.code,
        state__in=("active", "suspended"), expires_on__gte=clock.today(),
    )  # fmt: skip
    return next((row.record() for row in rows if set(items) <= set(row.items)), None)
