"""Changing a description: of a resource, of one item. A change of a published resource has to stand the publish checks."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from citybrain.hub.data.catalogue.actions.classify import give_code
from citybrain.hub.data.catalogue.actions.declare import declare_resource, make_table
from citybrain.hub.data.catalogue.actions.editions import begin_edition, keep_edition
from citybrain.hub.data.catalogue.actions.publish import refuse_unlawful
from citybrain.hub.data.catalogue.domain.checks import ROLES
from citybrain.hub.data.catalogue.domain.description import DERIVED, FIELDS, ITEM_FIELDS, differences
from citybrain.hub.data.catalogue.domain.grading import highest
from citybrain.hub.data.catalogue.queries.described import described
from citybrain.hub.data.catalogue.queries.resources import resource_row
from citybrain.hub.data.data import KEY, NAME
from citybrain.hub.data.domain import registry
from citybrain.hub.data.lake import tables
from citybrain.hub.data.models import Item, Resource
from citybrain.hub.identity import api as identity
from citybrain.kernel import audit
from citybrain.kernel.actor import Actor
from citybrain.kernel.errors import Conflict, FieldProblem, Invalid, NotFound

OURS = ("std", "register", "theme", "open")  # namespaces of the modelled layers: for city-wide posts only


def locked(key: str) -> Resource:
    """The row, held until the transaction ends; NotFound otherwise."""
    return Resource.objects.select_for_update().get(pk=resource_row(key).pk)


@transaction.atomic
def describe_resource(key: str, *, values: Mapping[str, Any], by: Actor, act: str = "describe") -> Resource:
    """Set fields of a description (``FIELDS`` without the derived ones). Invalid when a published one would break a rule."""
    row = locked(key)
    before = begin_edition(row, by=by)
    set_values(row, values)
    finish(row, before, act=act, by=by)
    return row


def set_values(row: Resource, values: Mapping[str, Any]) -> None:
    """The given fields on the row; what is not a field of a description is a mistake of the caller (KeyError)."""
    for name, value in values.items():
        if name not in FIELDS or name in DERIVED:
            raise KeyError(name)
        if name in ROLES and value and not NAME.match(value):
            # It becomes a column's name in statements; that there is such an item is asked when the resource is published.
            raise Invalid([FieldProblem(name, "unknown_item", "不是信息项 / this is no item")])
        if name == "title" and row.kind == "operational":
            continue  # the room names its facts
        if name == "description":
            row.note = value if row.kind == "operational" else {}
            row.description = row.description if row.kind == "operational" else value
        else:
            setattr(row, name, value)


def finish(row: Resource, before: Mapping[str, Any], *, act: str, by: Actor) -> None:
    """Grade, code, edition, audit with what changed, and the publish checks where it is published."""
    row.grade = highest([row.grade_floor, *Item.objects.filter(resource=row).values_list("grade", flat=True)])
    row.save()
    give_code(row)
    if keep_edition(row, act=act, by=by) is None:
        return
    if row.state == "published":
        refuse_unlawful(row, complete=False)
    changes = differences(before, described(row))
    audit.record(
        f"data.{act}", by=by, obj=f"dataset:{row.pk}", organisation=row.owner,
        before={said(c): c.before for c in changes}, after={said(c): c.after for c in changes},
    )  # fmt: skip


def said(change: Any) -> str:
    """``item.field`` or ``field``."""
    return f"{change.item}.{change.field}" if change.item else change.field


@transaction.atomic
def describe_item(
    key: str, name: str, *, values: Mapping[str, Any], by: Actor, act: str = "describe_item"
) -> Item:
    """Set fields of one item (``ITEM_FIELDS``). Conflict for facts of a room's code: shape, type, grade, mask."""
    row = locked(key)
    item = Item.objects.filter(resource=row, name=name).first()
    if item is None:
        raise NotFound(f"{key} has no item {name!r} / 没有这个信息项", code="no_item")
    unknown = set(values) - set(ITEM_FIELDS)
    if unknown:
        raise KeyError(sorted(unknown))
    if row.kind == "operational" and any(
        f in values and values[f] != getattr(item, f) for f in ("title", "type", "grade", "personal")
    ):
        raise Conflict("the room's code says what this item is / 该信息项由业务模块定义", code="not_lake")
    if "type" in values and values["type"] != item.type:
        raise Conflict("an item keeps its type / 信息项类型不能改变", code="item_type")
    before = begin_edition(row, by=by)
    for field, value in values.items():
        setattr(item, field, value)
    item.save()
    finish(row, before, act=act, by=by)
    return item


@transaction.atomic
def add_item(key: str, *, name: str, values: Mapping[str, Any], by: Actor) -> Item:
    """A new item at the end, with its column in the table. Invalid for an impossible or a taken name."""
    row = locked(key)
    if row.kind != "lake":
        raise Conflict(
            "items of this resource come from elsewhere / 该资源的信息项由来源定义", code="not_lake"
        )
    if not NAME.match(name):
        raise Invalid([FieldProblem("name", "name", "小写字母开头,只含小写字母、数字和下划线 / lower-case letters, digits and _")])  # fmt: skip
    if row.items.filter(name=name).exists():
        raise Invalid([FieldProblem("name", "taken", "已有同名信息项 / this name is taken")])
    before = begin_edition(row, by=by)
    position = max(row.items.values_list("position", flat=True), default=-1) + 1
    made = Item.objects.create(resource=row, name=name, position=position, **values)
    make_table(key, [{"name": name, "type": made.type}])
    finish(row, before, act="add_item", by=by)
    return made


@transaction.atomic
def new_resource(key: str, *, values: Mapping[str, Any], items: list[dict[str, Any]], by: Actor, table: str = "now") -> Resource:  # fmt: skip
    """A new draft of a unit, with its table. Invalid when the key is impossible, taken or belongs to somebody else."""
    refuse_foreign_key(key, str(values.get("owner", "")), by)
    if Resource.objects.filter(pk=key).exists() or tables.has_table(key):
        raise Invalid([FieldProblem("key", "taken", f"{key} 已存在 / {key} exists already")])
    given = {name: value for name, value in values.items() if name not in DERIVED}
    title = given.pop("title")
    return declare_resource(key, title=title, items=items, by=by, table=table, **given)


def refuse_foreign_key(key: str, owner: str, by: Actor) -> None:
    """A unit names its tables under its own word; the modelled layers and rooms' words are not for it."""
    namespace = key.partition(".")[0]
    if not KEY.match(key):
        raise Invalid([FieldProblem("key", "key", "应为“命名空间.名称”,小写字母、数字和下划线 / namespace.noun in lower case")])  # fmt: skip
    if namespace in {dataset.room for dataset in registry.datasets()}:
        raise Invalid(
            [FieldProblem("key", "room", f"“{namespace}”由业务模块使用 / {namespace} is a room's word")]
        )
    slug = identity.organisation(owner).slug if owner else ""
    scope = identity.scope(by, "data.catalogue")
    everywhere = any(part.organisations is identity.ALL for part in scope.parts)
    if namespace != slug and not everywhere:
        word = slug or "…"
        raise Invalid([FieldProblem("key", "namespace", f"本单位资源应以“{word}.”开头 / keys of this unit begin with {word}.")])  # fmt: skip
