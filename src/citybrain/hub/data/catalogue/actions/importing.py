"""A filled-in form: read and judged first, applied by a person, all or nothing."""

from typing import Any
from uuid import UUID

from django.db import transaction

from citybrain.hub.data.catalogue.actions.declare import declare_resource
from citybrain.hub.data.catalogue.actions.describe import describe_resource, new_resource, refuse_foreign_key
from citybrain.hub.data.catalogue.domain.checks import problems_of
from citybrain.hub.data.catalogue.domain.description import DERIVED, FIELDS
from citybrain.hub.data.catalogue.domain.form import ITEMS, RESOURCES, Fault
from citybrain.hub.data.catalogue.domain.grading import highest
from citybrain.hub.data.catalogue.permissions import CATALOGUE
from citybrain.hub.data.catalogue.queries.described import described
from citybrain.hub.data.catalogue.queries.forms import read_form
from citybrain.hub.data.catalogue.queries.known import known_of, unit_known
from citybrain.hub.data.models import CatalogueImport, Resource
from citybrain.hub.identity import api as identity
from citybrain.kernel import audit, clock
from citybrain.kernel.actor import Actor
from citybrain.kernel.errors import Conflict, FieldProblem, Invalid


@transaction.atomic
def prepare_import(name: str, content: bytes, *, by: Actor) -> CatalogueImport:
    """Read a form and say what is wrong with it; nothing in the catalogue changes. Invalid when it is no workbook."""
    found, faults = read_form(content)
    known = {row.pk: row for row in Resource.objects.filter(pk__in=[body["key"] for body in found])}
    for body in found:
        faults += faults_of(body, known.get(body["key"]), by)
    listed = [{**body, "change": "renew" if body["key"] in known else "add"} for body in found]
    made = CatalogueImport.objects.create(
        file_name=name[:200], organisation=by.organisation, account_id=by.account_id, by=by.as_dict(), at=clock.now(),
        resources=listed, problems=[fault.as_dict() for fault in faults],
    )  # fmt: skip
    audit.record("data.prepare_import", by=by, obj=f"import:{made.pk}", after={"file": name[:200], "resources": len(found), "problems": len(faults)})  # fmt: skip
    return made


def faults_of(body: dict[str, Any], row: Resource | None, by: Actor) -> list[Fault]:
    """Whose it is, whether it may be, and what the publish rules say against it."""
    at, key = body["row"], body["key"]
    owner = body.get("owner", "")
    if not owner:
        return []
    if not unit_known(owner):
        return [
            Fault(RESOURCES.say(), at, "", f"机构目录中没有“{owner}”", f"the directory has no unit {owner}")
        ]
    foreign = row is not None and row.owner and not identity.may(by, CATALOGUE, organisation=row.owner)
    if foreign or not identity.may(by, CATALOGUE, organisation=owner):
        return [Fault(RESOURCES.say(), at, "", f"“{key}”不是本单位的数据", f"{key} is not your unit's")]
    faults = []
    if row is None:
        try:
            refuse_foreign_key(key, owner, by)
        except Invalid as error:
            zh, _, en = error.problems[0].message.partition(" / ")
            faults.append(Fault(RESOURCES.say(), at, "", zh, en or zh))
        if not body["items"]:
            faults.append(Fault(RESOURCES.say(), at, "", f"“{key}”没有信息项", f"{key} has no items"))
    elif row.kind == "lake":
        types = dict(row.items.values_list("name", "type"))
        for name, item in body["items"].items():
            if item.get("type") and types.get(name, item["type"]) != item["type"]:
                faults.append(Fault(ITEMS.say(), item["row"], "", f"信息项“{name}”的类型不能改变", f"item {name} keeps its type"))  # fmt: skip
    return faults + rule_faults(body, row)


def rule_faults(body: dict[str, Any], row: Resource | None) -> list[Fault]:
    """A18, A19, A22 and the grade matrix, with the row each belongs to."""
    whole = {**(described(row) if row is not None else {}), **{k: v for k, v in body.items() if k in FIELDS}}
    whole["items"] = body["items"] or whole.get("items", {})
    whole["grade"] = highest(
        [whole.get("grade_floor") or "L1", *(i.get("grade") or "L1" for i in whole["items"].values())]
    )
    found = []
    for problem in problems_of(whole, known_of(body["key"], whole), complete=False):
        parts = problem.path.split(".")
        item = body["items"].get(parts[1]) if parts[0] == "items" and len(parts) > 1 else None
        sheet, at = (ITEMS, item["row"]) if item else (RESOURCES, body["row"])
        found.append(Fault(sheet.say(), at, "", problem.zh, problem.en))
    return found


@transaction.atomic
def apply_import(import_id: UUID, *, by: Actor) -> int:
    """Write every resource of a form without faults; how many. Conflict when it has faults or was applied already."""
    row = CatalogueImport.objects.select_for_update().filter(pk=import_id, account_id=by.account_id).first()
    if row is None or row.state != "waiting" or row.problems:
        raise Conflict(
            "this form has faults or was applied already / 该表有问题或已处理", code="import_state"
        )
    known = {r.pk: r for r in Resource.objects.filter(pk__in=[body["key"] for body in row.resources])}
    for body in row.resources:
        fresh = faults_of(body, known.get(body["key"]), by)
        if fresh:
            raise Invalid([FieldProblem("file", "changed", f"{fault.zh} / {fault.en}") for fault in fresh])
        write(body, known.get(body["key"]), by)
    row.state = "applied"
    row.save(update_fields=["state"])
    audit.record("data.apply_import", by=by, obj=f"import:{row.pk}", after={"resources": [b["key"] for b in row.resources][:500]})  # fmt: skip
    return len(row.resources)


def write(body: dict[str, Any], row: Resource | None, by: Actor) -> None:
    """One resource: a new draft, or the known one renewed. A choice left empty leaves what is there."""
    values = {k: v for k, v in body.items() if k in FIELDS and k not in DERIVED and v not in ("", None, [])}
    items = [{"name": name, **item_values(item)} for name, item in body["items"].items()]
    if row is None:
        new_resource(body["key"], values=values, items=items, by=by, table="later")
        return
    if row.kind == "lake" and items:
        listed = {item["name"]: item for item in items}
        kept = [{"name": name, "title": title, "type": kind} for name, title, kind in row.items.values_list("name", "title", "type")]  # fmt: skip
        merged = [listed.pop(item["name"], item) for item in kept] + list(listed.values())
        declare_resource(row.pk, title=values.get("title", row.title), items=merged, by=by, table="later")
    describe_resource(row.pk, values=values, by=by, act="import")


def item_values(item: dict[str, Any]) -> dict[str, Any]:
    """An item's fields as its table has them; a grade left empty is not said."""
    return {k: v for k, v in item.items() if k != "row" and (k != "grade" or v)}
