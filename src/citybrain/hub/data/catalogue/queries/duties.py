"""The duty list as officials look at it: what is fulfilled, in part, or not at all."""

from dataclasses import dataclass

from django.db.models import Q, QuerySet

from citybrain.hub.data.catalogue.queries.known import unit_name
from citybrain.hub.data.models import Duty, Item, Resource
from citybrain.kernel.text import say


@dataclass(frozen=True)
class DutyLine:
    """One line with the resources bound to it; ``missing`` are elements no bound resource holds."""

    duty: Duty
    unit: str
    resources: tuple[Resource, ...]
    missing: tuple[str, ...]

    @property
    def state(self) -> str:
        """``none`` without a resource, ``part`` while something is missing or unpublished, else ``done``."""
        if not self.resources:
            return "none"
        return "part" if self.missing or any(r.state != "published" for r in self.resources) else "done"


def duties(*, organisation: str = "", q: str = "", unbound: bool = False) -> QuerySet[Duty]:
    """Lines of the list by unit, words in title, function, basis or elements; ``unbound``: those without a resource."""
    rows = Duty.objects.filter(hidden=False)
    if organisation:
        rows = rows.filter(organisation=organisation)
    if q:
        rows = rows.filter(
            Q(title__zh__icontains=q) | Q(title__en__icontains=q) | Q(function__icontains=q) | Q(basis__icontains=q)
            | Q(key__icontains=q) | Q(elements__icontains=q) | Q(organisation__icontains=q)
        )  # fmt: skip
    return rows.filter(bindings=None) if unbound else rows


def lines(rows: list[Duty]) -> list[DutyLine]:
    """The lines with what fulfils them; three statements for any number."""
    bound = Resource.objects.filter(duties__in=rows).exclude(state="withdrawn").distinct()
    by_key = {row.pk: row for row in bound}
    held: dict[str, set[str]] = {}
    for key, element in (
        Item.objects.filter(resource__in=by_key).exclude(element="").values_list("resource_id", "element")
    ):
        held.setdefault(key, set()).add(element)
    through = Duty.resources.through.objects.filter(duty__in=rows).values_list("duty_id", "resource_id")
    keys: dict[str, list[str]] = {}
    for duty, key in through:
        keys.setdefault(duty, []).append(key)
    return [line(duty, [by_key[k] for k in keys.get(duty.pk, []) if k in by_key], held) for duty in rows]


def line(duty: Duty, bound: list[Resource], held: dict[str, set[str]]) -> DutyLine:
    """One line."""
    have = {element for row in bound for element in held.get(row.pk, set())}
    missing = [say(e.get("title")) or e["name"] for e in duty.elements if e["name"] not in have]
    return DutyLine(duty, unit_name(duty.organisation), tuple(bound), tuple(missing))
