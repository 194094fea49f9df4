"""Writing models into the house: the resource they make, their checked statement, their lineage."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction

from citybrain.hub.data.catalogue.actions.declare import declare_resource, publish_resource
from citybrain.hub.data.catalogue.actions.lineage import renew_lineage
from citybrain.hub.data.models import Item, LakeModel, Resource
from citybrain.hub.data.registers.domain import lineage, model_sql
from citybrain.hub.data.registers.domain.model_sql import Refused
from citybrain.hub.data.registers.domain.model_tests import ModelTest, breaking
from citybrain.hub.data.registers.domain.order import Circle, ordered
from citybrain.hub.data.registers.queries.models import upstream_map
from citybrain.kernel import audit, clock
from citybrain.kernel.actor import Actor
from citybrain.kernel.errors import Conflict

OURS = ("_at", "_batch", "_row", "_key")


@transaction.atomic
def declare_model(
    key: str,
    *,
    title: Mapping[str, str],
    items: Sequence[Mapping[str, Any]],
    sql: str = "",
    kind: str = "sql",
    spec: Mapping[str, Any] | None = None,
    upstream: Sequence[str] = (),
    tests: Sequence[Mapping[str, Any]] = (),
    materialise: str = "replace",
    incremental_on: str = "",
    key_item: str = "",
    owner: str,
    cycle: str,
    by: Actor,
    pack: str = "",
    document: str = "",
    **resource: Any,
) -> LakeModel:
    """A model and the published resource it makes; again renews both. Refused: the SQL; Conflict: unknown resource, circle.

    ``items`` and ``resource`` as ``declare_resource`` takes them. ``upstream`` only for kinds without SQL.
    """
    statement = model_sql.checked(sql) if kind == "sql" else None
    tables = list(statement.tables) if statement else sorted(upstream)
    names = [item["name"] for item in items]
    if statement is not None:
        refuse_other_items(statement.columns, names)
    refuse_unknown(tables, key)
    refuse_circle(key, tables)
    for test in tests:
        breaking(ModelTest.of(dict(test)))
    declare_resource(
        key,
        title=title,
        items=items,
        by=by,
        owner=owner,
        cycle=cycle,
        key_item=key_item,
        pack=pack,
        table="later",
        **resource,
    )
    publish_resource(key, by=by)
    row, _made = LakeModel.objects.update_or_create(
        key=key,
        defaults={
            "kind": kind, "title": dict(title), "owner": owner, "cycle": cycle, "spec": dict(spec or {}),
            "sql": statement.sql if statement else "", "upstream": tables, "materialise": materialise,
            "key_item": key_item, "incremental_on": incremental_on, "tests": [dict(t) for t in tests], "pack": pack,
            "document": document, "alive": True, "hash": digest(sql, spec, incremental_on), "changed_at": clock.now(),
        },
    )  # fmt: skip
    if statement is not None:
        keep_lineage(key, statement)
    audit.record("data.declare_model", by=by, obj=f"dataset:{key}", after={"upstream": tables})
    return row


def digest(*parts: Any) -> str:
    """Changes with what the model does."""
    return hashlib.sha256(
        json.dumps(parts, sort_keys=True, default=dict, ensure_ascii=False).encode()
    ).hexdigest()


def refuse_other_items(columns: Sequence[str], names: Sequence[str]) -> None:
    """The statement gives exactly the declared items, in any order."""
    if set(columns) != set(names):
        odd = sorted(set(columns) ^ set(names))
        raise Refused(
            f"SQL 结果与信息项不一致:{'、'.join(odd)}", f"the SQL and the items differ: {', '.join(odd)}"
        )


def refuse_unknown(tables: Sequence[str], key: str) -> None:
    """Every table is a lake resource of the catalogue."""
    known = set(Resource.objects.filter(pk__in=tables, kind="lake", alive=True).values_list("pk", flat=True))
    missing = [name for name in tables if name not in known or name == key]
    if missing:
        raise Conflict(
            f"the model reads what is not in the catalogue: {', '.join(missing)} / 目录中没有:{'、'.join(missing)}",
            code="unknown_upstream",
        )


def refuse_circle(key: str, tables: Sequence[str]) -> None:
    """No model waits for itself."""
    try:
        ordered({**upstream_map(), key: list(tables)})
    except Circle as error:
        raise Conflict(f"models wait for each other / 模型循环引用: {error}", code="circle") from error


def keep_lineage(key: str, statement: model_sql.Statement) -> None:
    """Edges of the statement, anew."""
    shapes = {
        table: [*Item.objects.filter(resource_id=table).values_list("name", flat=True), *OURS]
        for table in statement.tables
    }
    edges = ((item, upstream, source) for item, upstream, source in lineage.edges(statement.sql, shapes))
    renew_lineage(key, edges, made_by=f"model:{key}")


@transaction.atomic
def retire_model(key: str, *, by: Actor) -> None:
    """The model runs no more; the resource stays readable as it is."""
    LakeModel.objects.filter(pk=key).update(alive=False)
    audit.record("data.retire_model", by=by, obj=f"dataset:{key}", after={"alive": False})
