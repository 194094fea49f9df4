"""A department's own data at a glance: what it provides, what is late, what it may use, how well it does."""

from dataclasses import dataclass, field

from django.db.models import Count, Q

from citybrain.apps.sharing.domain.cycles import past_cycle
from citybrain.apps.sharing.models import DataRequest, QualityWork
from citybrain.hub.data import api as data
from citybrain.kernel import clock


@dataclass(frozen=True)
class Department:
    """Figures of one unit; ``late`` are resources past their cycle."""

    code: str
    resources: list[data.ResourceRecord] = field(default_factory=list)
    late: list[data.ResourceRecord] = field(default_factory=list)
    grants: list[data.GrantRecord] = field(default_factory=list)
    answered: int = 0
    answered_late: int = 0
    open_work: int = 0
    rows: int = 0

    @property
    def on_time_share(self) -> int | None:
        """Percent of requests the unit answered within the limit; None before the first."""
        return round(100 * (self.answered - self.answered_late) / self.answered) if self.answered else None


def department(code: str) -> Department:
    """Everything on the page of one unit, in a bounded number of questions."""
    resources = data.resources_of(code)
    now = clock.now()
    asked = DataRequest.objects.filter(provider=code).aggregate(
        answered=Count("id", filter=Q(decided_at__isnull=False) | Q(answered_late=True)),
        late=Count("id", filter=Q(answered_late=True)),
    )
    return Department(
        code=code, resources=resources, grants=list(data.grants_of(code)), answered=asked["answered"],
        late=[r for r in resources if r.kind == "lake" and past_cycle(r.cycle, r.received_at, now)],
        answered_late=asked["late"], rows=sum(r.rows for r in resources),
        open_work=QualityWork.objects.filter(provider=code, closed_at=None).count(),
    )  # fmt: skip
