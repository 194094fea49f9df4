"""The grant a call rests on, with everything a statement needs. Refuses before any row is read."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.utils.translation import gettext as _

from citybrain.hub.data.catalogue.queries.resources import dataset_of
from citybrain.hub.data.data import Dataset, ItemRecord
from citybrain.hub.data.grants.data import Caller
from citybrain.hub.data.models import Grant
from citybrain.hub.data.queries.contracts import refuse_outside
from citybrain.kernel import clock
from citybrain.kernel.errors import CityError, Conflict, FieldProblem, Invalid, NotAllowed, NotFound


@dataclass(frozen=True)
class Living:
    """A good grant, its dataset and the granted items that still exist."""

    grant: Grant
    dataset: Dataset
    items: dict[str, ItemRecord]
    key_item: str
    version: int

    def chosen(self, names: Sequence[str]) -> tuple[str, ...]:
        """The items asked for, all granted when none; Invalid for any other."""
        unknown = [name for name in names if name not in self.items]
        if unknown or len(names) > len(self.items):
            message = _("The grant does not include this item.")
            raise Invalid([FieldProblem("items", "item_not_granted", message)])
        return tuple(dict.fromkeys(names)) or tuple(self.items)

    def grade_of(self, names: Sequence[str]) -> str:
        """The highest grade among items."""
        return max(self.items[name].grade for name in names)

    def with_key(self) -> str:
        """The record key's item; Conflict when the resource has none."""
        if not self.key_item:
            raise Conflict(_("The resource has no record key."), code="no_key")
        return self.key_item


def living_grant(grant_id: UUID, *, caller: Caller, purpose: str, way: str, resource: str = "") -> Living:
    """The grant if it is good for this caller, purpose, way and resource.

    NotFound ``no_grant``: not there, or another consumer's. NotAllowed: ``purpose``, ``way``, or its state
    (``suspended``, ``revoked``, ``expired``), ``not_shared`` when the resource was withdrawn meanwhile, or
    ``contract``, ``contract_ended`` when it was bought and its contract does not let the consumer use it.
    """
    row = Grant.objects.select_related("resource").filter(pk=grant_id, consumer=caller.consumer).first()
    if row is None or (resource and row.resource_id != resource):
        raise NotFound(_("There is no such grant."), code="no_grant")
    if purpose != row.purpose_word:
        raise NotAllowed(_("The purpose is not the grant's."), code="purpose")
    refuse_ended(row)
    if way not in row.ways:
        raise NotAllowed(_("The grant does not allow this way of sharing."), code="way")
    return with_items(row)


def refuse_ended(row: Grant) -> None:
    """Only an active grant within its time."""
    if row.state == "active" and row.expires_on < clock.today():
        raise NotAllowed(_("The grant has expired."), code="expired")
    if row.state != "active":
        raise ended(row.state)


def ended(state: str) -> CityError:
    """Why a grant is not good."""
    said = {
        "suspended": _("The grant is suspended."),
        "revoked": _("The grant was revoked."),
        "expired": _("The grant has expired."),
    }
    return NotAllowed(said[state], code=state)


def with_items(row: Grant) -> Living:
    """Dataset and items as the catalogue has them now; what was withdrawn or graded up since is not shared."""
    found = row.resource
    if found.state != "published" or not found.alive or found.sharing == "none":
        raise NotAllowed(_("The resource is not shared any more."), code="not_shared")
    refuse_outside(found.pk, row.consumer)
    known = {item.name: item.record() for item in found.items.all()}
    items = {
        name: known[name]
        for name in row.items
        if name in known and known[name].sharing != "none" and (known[name].grade != "L4" or row.special)
    }
    if not items:
        raise NotAllowed(_("The resource is not shared any more."), code="not_shared")
    dataset = dataset_of(found.pk)
    key_item = found.key_item or ("id" if dataset.store == "database" and dataset.has("id") else "")
    return Living(row, dataset, items, key_item, found.version)
