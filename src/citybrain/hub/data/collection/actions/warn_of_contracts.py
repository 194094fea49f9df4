"""Contracts of bought data end on a day: ninety, thirty and seven days before, and when it has come, those are told who keep
them and who use them, so that they are bought on or given up in time."""

from datetime import date, timedelta

from django.db import transaction

from citybrain.hub.data.grants.actions.notify import notify
from citybrain.hub.data.models import Contract, Grant
from citybrain.kernel import clock
from citybrain.kernel.actor import Actor

WARNINGS = (7, 30, 90)
ENDED = 0
AT_ONCE = 200
MOST_UNITS = 500
LATE = timedelta(days=30)  # an older end is no news
BY = Actor.system("end of contracts")


@transaction.atomic
def warn_of_contracts() -> int:
    """Tell of every contract that is at one of the distances, once; how many contracts were told of."""
    today, told = clock.today(), 0
    near = Contract.objects.select_for_update(of=("self",), skip_locked=True).filter(
        expires__gte=today - LATE, expires__lte=today + timedelta(days=max(WARNINGS))
    )
    for row in near.exclude(warned_days=ENDED).order_by("expires")[:AT_ONCE]:
        distance = distance_of(row.expires, today)
        if row.warned_days is not None and row.warned_days <= distance:
            continue
        row.warned_days = distance
        row.save(update_fields=["warned_days"])
        tell(row, distance)
        told += 1
    return told


def distance_of(expires: date, today: date) -> int:
    """The smallest distance that is reached; ``ENDED`` after the last day."""
    if expires < today:
        return ENDED
    return next(days for days in WARNINGS if expires <= today + timedelta(days=days))


def tell(row: Contract, distance: int) -> None:
    """To each unit that keeps or uses the data; the same end at the same distance once."""
    what = "contract_ended" if distance == ENDED else "contract_expiring"
    mark = row.expires.toordinal() * 100 + distance
    for unit in units_of(row):
        notify(
            unit,
            what,
            row.pk,
            number=mark,
            by=BY,
            contract=row.number,
            title=row.title,
            until=row.expires.isoformat(),
        )


def units_of(row: Contract) -> list[str]:
    """The keeper and the users: those named, and those who hold a grant on the data."""
    found = dict.fromkeys([row.organisation, *row.users])
    if row.resource_id:
        living = Grant.objects.filter(resource=row.resource_id, state__in=("active", "suspended"))
        found |= dict.fromkeys(
            living.order_by("consumer").values_list("consumer", flat=True).distinct()[:MOST_UNITS]
        )
    return list(found)
