"""How much of a grant is used: day by day, and what is left today."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from citybrain.hub.data.models import GrantUse
from citybrain.kernel import clock

DAYS = 30


@dataclass(frozen=True)
class Day:
    """Calls and records of one day."""

    day: date
    calls: int
    used: int


def usage(grant_id: UUID, *, days: int = DAYS) -> list[Day]:
    """The last days up to today, oldest first; days without calls are there with nothing."""
    today = clock.today()
    first = today - timedelta(days=days - 1)
    rows = GrantUse.objects.filter(grant_id=grant_id, day__gte=first).values_list("day", "calls", "used")
    known = {day: (calls, used) for day, calls, used in rows}
    every = (first + timedelta(days=n) for n in range(days))
    return [Day(day, *known.get(day, (0, 0))) for day in every]


def used_today(ids: Sequence[UUID]) -> dict[UUID, int]:
    """Records used today, by grant."""
    rows = GrantUse.objects.filter(grant_id__in=list(ids), day=clock.today())
    return dict(rows.values_list("grant_id", "used"))
