"""Who may use bought data (统采共用, S75): asked wherever rows of a dataset are read.

A dataset that stands under contracts is read from the first day of one of them to its last, by the units it names (all,
when it names none) and by the unit that keeps it; afterwards by nobody, until it is bought on. Others are free of it.
"""

from datetime import date

from django.db.models import Max, Q
from django.utils.translation import gettext as _

from citybrain.hub.data.models import Contract
from citybrain.kernel import clock
from citybrain.kernel.errors import NotAllowed


def allowing(organisation: str) -> Q:
    """Contracts that let a unit use their data today."""
    today = clock.today()
    named = Q(users=[]) | Q(users__contains=[organisation]) | Q(organisation=organisation)
    return Q(begins__lte=today, expires__gte=today) & named


def closed_to(organisation: str) -> frozenset[str]:
    """Keys of bought datasets that a unit may not use today."""
    bought = Contract.objects.filter(resource__isnull=False)
    open_ = bought.filter(allowing(organisation)).values("resource")
    return frozenset(bought.exclude(resource__in=open_).values_list("resource_id", flat=True).distinct())


def refuse_outside(resource: str, organisation: str) -> None:
    """NotAllowed when the dataset was bought and no contract lets the unit use it today (``contract_ended`` when only the
    time is over, else ``contract``)."""
    found = Contract.objects.filter(resource=resource)
    if not found.exists() or found.filter(allowing(organisation)).exists():
        return
    today = clock.today()
    if not found.filter(begins__lte=today, expires__gte=today).exists():
        raise NotAllowed(
            _("The contract under which these data were bought is not in force."), code="contract_ended"
        )
    raise NotAllowed(_("The contract of these data does not name your unit."), code="contract")


def bought(resource: str) -> bool:
    """Whether a dataset was ever bought under a contract: its use is bounded by what was agreed, not by the city alone."""
    return Contract.objects.filter(resource=resource).exists()


def last_day(resource: str, organisation: str) -> date | None:
    """The last day a unit may use a bought dataset by the contracts in force; None when it is free of contracts.

    NotAllowed as ``refuse_outside``.
    """
    refuse_outside(resource, organisation)
    found = Contract.objects.filter(allowing(organisation), resource=resource)
    return found.aggregate(last=Max("expires"))["last"]
