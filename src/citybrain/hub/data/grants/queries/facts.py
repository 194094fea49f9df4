"""Facts for the rooms of this system (form prefill, 免提交): the same grants, purposes, quotas and log as any consumer.

Call these outside a transaction that may be rolled back: the line in the access log would go with it.
"""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _

from citybrain.hub.data.grants.data import Caller, FactAnswer, Facts, Wanted
from citybrain.hub.data.grants.queries.shared import shared_read
from citybrain.hub.data.grants.queries.verify import under_objection, verify_record
from citybrain.hub.data.models import Grant
from citybrain.kernel import clock
from citybrain.kernel.actor import Actor
from citybrain.kernel.errors import NotAllowed

APPLICATION = "citybrain"


def verify_fact(
    *, purpose: str, resource: str, record: str, item: str, value: Any, by: Actor, consumer: str = "",
    adverse: bool = False,
) -> FactAnswer:  # fmt: skip
    """Whether an item of a record is what somebody says, under a grant for this purpose (``matter:…``, ``duty:…``).

    ``consumer`` is the unit that needs it (default the actor's own). NotAllowed ``no_grant`` without a living grant; else
    errors as ``verify_record``. The answer says whether the record is under objection; ``adverse`` refuses one that is.
    """
    found = grant_for(purpose, resource, [item], "verify", consumer or by.organisation)
    return verify_record(
        found.pk,
        caller=inside(found, by),
        purpose=purpose,
        record=record,
        said={item: value},
        resource=resource,
        adverse=adverse,
    )


def fetch_facts(
    *, purpose: str, resource: str, record: str, items: Sequence[str], by: Actor, consumer: str = "",
    adverse: bool = False,
) -> Facts | None:  # fmt: skip
    """Items of a record, under a grant for this purpose; None when there is no such record.

    ``consumer`` empty and an actor of no unit (a citizen filling in a form): any unit's grant for the purpose. Several
    rows of one record: None, for a form must not pick one. ``adverse``: Conflict for a record under objection. Errors as ``shared_read``, NotAllowed ``no_grant``.
    """
    found = grant_for(purpose, resource, items, "api", consumer or by.organisation)
    wanted = Wanted(tuple(items), records=(record,), limit=2)
    page = shared_read(
        found.pk, caller=inside(found, by), purpose=purpose, way="api", wanted=wanted, resource=resource
    )
    if adverse and any(page.disputed):
        raise under_objection()
    if len(page.rows) != 1:
        return None
    return Facts(resource, page.dicts()[0], page.disputed[0], found.pk)


def grant_for(purpose: str, resource: str, items: Sequence[str], way: str, consumer: str) -> Grant:
    """The living grant that allows it; NotAllowed otherwise."""
    kind, _sep, code = purpose.partition(":")
    rows = Grant.objects.filter(
        resource_id=resource,
        purpose_kind=kind,
        purpose_code=code,
        state="active",
        expires_on__gte=clock.today(),
    )
    rows = rows.filter(consumer=consumer) if consumer else rows
    for row in rows.order_by("issued_at"):
        if way in row.ways and set(items) <= set(row.items) - masked(row, way):
            return row
    raise NotAllowed(_("No grant covers this."), code="no_grant")


def masked(row: Grant, way: str) -> set[str]:
    """Items of no use here: a masked value is no fact, but it can be verified."""
    return set() if way == "verify" else set(row.masked)


def inside(found: Grant, by: Actor) -> Caller:
    """The caller inside this system: the consumer, and who caused it."""
    return Caller(found.consumer, application=APPLICATION, address=by.ip, actor=tuple(by.as_dict().items()))
