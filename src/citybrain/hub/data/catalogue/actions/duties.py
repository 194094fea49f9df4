"""The duty list: keeping its lines, binding resources to them."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction

from citybrain.hub.data.catalogue.queries.known import duties_of
from citybrain.hub.data.models import Duty, DutyBinding, Resource
from citybrain.kernel import audit, clock
from citybrain.kernel.actor import Actor
from citybrain.kernel.errors import FieldProblem, Invalid

FIELDS = ("organisation", "title", "elements", "basis", "basis_tag", "matter", "function", "cycle", "sharing")


@transaction.atomic
def keep_duty(key: str, *, by: Actor, pack: str = "", **values: Any) -> Duty:
    """Write a line of the list. Invalid when an element is another unit's already (A18) or the line names no basis."""
    refuse_second_source(key, values["organisation"], values.get("elements", []))
    if not str(values.get("basis", "")).strip():
        raise Invalid([FieldProblem("basis", "required", "请写明依据 / the basis is missing")])
    before = Duty.objects.filter(pk=key).values(*FIELDS).first()
    made, _new = Duty.objects.update_or_create(
        pk=key, defaults={**values, "pack": pack, "hidden": False, "changed_at": clock.now()}
    )
    after = {name: getattr(made, name) for name in FIELDS}
    if before != after:
        audit.record("data.keep_duty", by=by, obj=f"duty:{key}", organisation=made.organisation, before=before, after=after)  # fmt: skip
    return made


def refuse_second_source(key: str, organisation: str, elements: Sequence[Mapping[str, str]]) -> None:
    """一数一源: an element stands in the list of one unit only."""
    names = [element["name"] for element in elements]
    others = Duty.objects.filter(hidden=False).exclude(pk=key).exclude(organisation=organisation)
    if not names or not others.exists():
        return
    taken = {name: unit for name, unit in duties_of(names).items() if unit[0] != organisation}
    own = set(Duty.objects.filter(pk=key).values_list("organisation", flat=True))
    found = [
        FieldProblem(
            "elements", "two_sources", f"一数一源:{name} 已由{unit[1]}负责 / {name} is {unit[1]}'s already"
        )
        for name, unit in taken.items()
        if unit[0] not in own
    ]
    if found:
        raise Invalid(found)


@transaction.atomic
def hide_duty(key: str, *, by: Actor) -> None:
    """Take a line off the list; what was bound to it stays described."""
    if Duty.objects.filter(pk=key, hidden=False).update(hidden=True, changed_at=clock.now()):
        audit.record("data.hide_duty", by=by, obj=f"duty:{key}")


@transaction.atomic
def bind_duty(key: str, resource: str, *, by: Actor) -> None:
    """This resource fulfils this duty. Invalid when another unit provides it."""
    duty, row = Duty.objects.get(pk=key), Resource.objects.get(pk=resource)
    if row.owner != duty.organisation:
        raise Invalid([FieldProblem("resource", "owner", "该资源不是责任单位提供的 / another unit provides this resource")])  # fmt: skip
    _row, made = DutyBinding.objects.get_or_create(duty=duty, resource=row, defaults={"at": clock.now()})
    if made:
        audit.record("data.bind_duty", by=by, obj=f"duty:{key}", organisation=duty.organisation, after={"resource": resource})  # fmt: skip


@transaction.atomic
def unbind_duty(key: str, resource: str, *, by: Actor) -> None:
    """This resource no longer stands for this duty."""
    gone, _each = DutyBinding.objects.filter(duty=key, resource=resource).delete()
    if gone:
        audit.record("data.unbind_duty", by=by, obj=f"duty:{key}", before={"resource": resource})
