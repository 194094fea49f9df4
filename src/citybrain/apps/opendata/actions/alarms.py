"""Update alarms (A23): a public dataset past its cycle is noted once, and its provider's people are told."""

from __future__ import annotations

import logging

from django.db import transaction
from django.db.models import F

from citybrain.apps.opendata.models import OpenDataset
from citybrain.hub.identity import api as identity
from citybrain.hub.messages import api as messages
from citybrain.kernel import audit, clock
from citybrain.kernel.actor import Actor
from citybrain.kernel.errors import NotFound

log = logging.getLogger(__name__)
ROLE = "open_proposer"
TEMPLATE = "open_dataset_late"
MOST = 200


@transaction.atomic
def alarm_late(*, by: Actor) -> int:
    """Note datasets whose cycle is over since the last look; how many. A new version takes the alarm away."""
    late = OpenDataset.objects.select_for_update(skip_locked=True).filter(
        state="published", kind="own", due_at__lte=clock.now(), alarmed_at=None
    )
    found = list(late.order_by("due_at")[:MOST])
    OpenDataset.objects.filter(pk__in=[row.pk for row in found]).update(alarmed_at=F("due_at"))
    for row in found:
        audit.record(
            "opendata.alarm", by=by, obj=f"opendata:{row.slug}", after={"due_at": row.due_at.isoformat() if row.due_at else ""}
        )  # fmt: skip
        tell(row, by)
    return len(found)


def tell(row: OpenDataset, by: Actor) -> None:
    """The people of the providing unit who propose its data; the same lateness is told once."""
    try:
        for account in identity.persons_holding(ROLE, row.provider):
            messages.send(
                template=TEMPLATE, to=messages.Recipient(account_id=account), by=by,
                context={"title": row.title.get("zh", row.slug)}, key=f"opendata:late:{row.pk}:{row.due_at:%Y%m%d%H%M}",
            )  # fmt: skip
    except NotFound as error:  # the pack with this notice is not installed: bench and portal show the same
        log.warning("nobody was told that %s is late: %s", row.slug, error)
