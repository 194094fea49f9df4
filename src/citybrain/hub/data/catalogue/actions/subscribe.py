"""Watching a resource: who subscribes hears of every change and of its withdrawal."""

from django.db import transaction

from citybrain.hub.data.catalogue.queries.resources import resource_row
from citybrain.hub.data.models import Subscription
from citybrain.kernel import audit, clock
from citybrain.kernel.actor import Actor
from citybrain.kernel.errors import Conflict


@transaction.atomic
def subscribe(key: str, *, by: Actor) -> Subscription:
    """The acting official watches the resource; once is enough."""
    row = resource_row(key)
    if by.account_id is None:
        raise Conflict("only an account can subscribe / 只有账号可以订阅", code="no_account")
    made, new = Subscription.objects.get_or_create(
        resource=row, account_id=by.account_id, defaults={"organisation": by.organisation, "at": clock.now()}
    )
    if new:
        audit.record("data.subscribe", by=by, obj=f"dataset:{key}")
    return made


@transaction.atomic
def unsubscribe(key: str, *, by: Actor) -> None:
    """No longer watch it."""
    gone, _each = Subscription.objects.filter(resource=key, account_id=by.account_id).delete()
    if gone:
        audit.record("data.unsubscribe", by=by, obj=f"dataset:{key}")
