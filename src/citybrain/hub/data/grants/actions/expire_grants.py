"""Grants whose time is over end by themselves; thirty and seven days before, the consumer is told."""

from datetime import timedelta

from django.db import transaction

from citybrain.hub.data.grants.actions.end_grant import move
from citybrain.hub.data.grants.actions.notify import notify
from citybrain.hub.data.models import Grant
from citybrain.kernel import clock
from citybrain.kernel.actor import Actor
from citybrain.kernel.errors import Conflict
from citybrain.kernel.text import Text

WARNINGS = (7, 30)
AT_ONCE = 200
BY = Actor.system("expiry of grants")
WHY = Text(zh="授权期限届满", en="the time of the grant is over")


def expire_grants() -> int:
    """End what is over (at most 200 a turn); how many ended."""
    over = Grant.objects.filter(state__in=("active", "suspended"), expires_on__lt=clock.today())
    ids = list(over.order_by("expires_on").values_list("pk", flat=True)[:AT_ONCE])
    return sum(expire(id) for id in ids)


def expire(id) -> int:
    """One grant; 0 when somebody ended it meanwhile."""
    try:
        with transaction.atomic():
            record = move(id, "expire", WHY.zh, BY)
            notify(
                record.consumer,
                "ended",
                record.id,
                by=BY,
                resource=record.resource,
                until=record.expires_on.isoformat(),
            )
    except Conflict:
        return 0
    return 1


@transaction.atomic
def warn_of_expiry() -> int:
    """Tell consumers that a grant is about to end, once at each distance; how many were told."""
    today, told = clock.today(), 0
    soon = Grant.objects.select_for_update(of=("self",)).filter(
        state="active", expires_on__gte=today, expires_on__lte=today + timedelta(days=max(WARNINGS))
    )
    for row in soon.order_by("expires_on")[:AT_ONCE]:
        distance = next(days for days in WARNINGS if row.expires_on <= today + timedelta(days=days))
        if row.warned_days is not None and row.warned_days <= distance:
            continue
        row.warned_days = distance
        row.save(update_fields=["warned_days"])
        notify(
            row.consumer, "expiring", row.pk, number=distance, by=BY,
            resource=row.resource_id, until=row.expires_on.isoformat(),
        )  # fmt: skip
        told += 1
    return told
