"""The catalogue's calls: configuration, namespaces, tables, commits, reports."""

import json
from typing import Any

from django.http import HttpRequest
from pydantic import BaseModel, ValidationError
from pyiceberg.catalog.rest import CreateTableRequest
from pyiceberg.table import CommitTableRequest, Table

from citybrain.hub.data.lake import store
from citybrain.hub.data.lake.door.actions import commit
from citybrain.hub.data.lake.door.domain.spec import ENDPOINTS, DoorError, bad_request, unknown_table
from citybrain.hub.data.lake.door.queries import visible
from citybrain.hub.data.lake.door.views.door import door
from citybrain.hub.data.models import LakeClient, ReadLog, Resource
from citybrain.kernel import clock
from citybrain.kernel.actor import Actor

Answer = tuple[int, str | None]


@door("config", "GET")
def config(request: HttpRequest, client: LakeClient, by: Actor) -> Answer:
    """What a client has to know before it asks: also where the store is, never its keys."""
    return 200, json.dumps({"defaults": store.place(), "overrides": {}, "endpoints": ENDPOINTS})


@door("namespaces", "GET")
def namespaces(request: HttpRequest, client: LakeClient, by: Actor) -> Answer:
    """The client's namespaces; they have one level, so below any of them there is none."""
    found = [] if request.GET.get("parent") else visible.visible_namespaces(client)
    return 200, json.dumps({"namespaces": [[name] for name in found]})


@door("namespace", "GET", "HEAD")
def namespace(request: HttpRequest, client: LakeClient, by: Actor, namespace: str) -> Answer:
    """One namespace."""
    name = visible.require_namespace(client, namespace)
    if request.method == "HEAD":
        return 204, None
    return 200, json.dumps({"namespace": [name], "properties": {}})


@door("tables", "GET", "POST")
def tables(request: HttpRequest, client: LakeClient, by: Actor, namespace: str) -> Answer:
    """The tables the client may read; POST creates one."""
    if request.method == "POST":
        return create(request, client, namespace)
    nouns = visible.visible_tables(client, namespace)
    return 200, json.dumps({"identifiers": [{"namespace": [namespace], "name": noun} for noun in nouns]})


def create(request: HttpRequest, client: LakeClient, namespace: str) -> Answer:
    """A table of the client's own: needs writing in the whole namespace."""
    visible.require_namespace(client, namespace)
    if not visible.rights(client).may_create(namespace):
        raise DoorError(403, "ForbiddenException", f"this client may not create tables in {namespace}")
    asked: Any = body_as(
        CreateTableRequest, request, {"location": None, "partition-spec": None, "write-order": None}
    )
    return 200, loaded(commit.create_table(namespace, asked), staged=asked.stage_create)


@door("table", "GET", "HEAD", "POST")
def table(request: HttpRequest, client: LakeClient, by: Actor, namespace: str, table: str) -> Answer:
    """GET hands the table out and is logged as a read of it; POST commits."""
    if request.method == "POST":
        return committed(request, client, by, namespace, table)
    resource = visible.require_table(client, namespace, table)
    found = commit.table_or_none(f"{namespace}.{table}")
    if found is None:
        raise unknown_table(namespace, table)
    if request.method == "HEAD":
        return 204, None
    log_read(client, by, f"{namespace}.{table}", resource, found)
    return 200, loaded(found)


def committed(request: HttpRequest, client: LakeClient, by: Actor, namespace: str, table: str) -> Answer:
    """A commit; without ``assert-create`` only to a table that is there."""
    resource = visible.require_table(client, namespace, table, write=True)
    given = {"identifier": {"namespace": [namespace], "name": table}}
    asked: Any = body_as(CommitTableRequest, request, given)
    if tuple(asked.identifier.namespace.root) != (namespace,) or asked.identifier.name != table:
        raise bad_request("the body names another table than the address")
    creating = any(r.type == "assert-create" for r in asked.requirements)
    if creating and not visible.rights(client).may_create(namespace):
        raise DoorError(403, "ForbiddenException", f"this client may not create tables in {namespace}")
    if not creating and commit.table_or_none(f"{namespace}.{table}") is None:
        raise unknown_table(namespace, table)
    done = commit.commit_table(namespace, table, asked, resource=resource, by=by)
    return 200, done.model_dump_json(by_alias=True, exclude_none=True)


@door("metrics", "POST")
def metrics(request: HttpRequest, client: LakeClient, by: Actor, namespace: str, table: str) -> Answer:
    """A client's report of a scan or commit; that it came stands in the audit log, its figures are not kept."""
    visible.require_table(client, namespace, table)
    return 204, None


def body_as(kind: type[BaseModel], request: HttpRequest, given: dict[str, Any]) -> BaseModel:
    """The body as the specification's record; 400 naming the first thing that does not fit."""
    try:
        sent = json.loads(request.body or b"{}")
        if not isinstance(sent, dict):
            raise bad_request("the body is not an object")
        return kind.model_validate({**given, **sent})
    except ValidationError as error:
        first = error.errors()[0]
        raise bad_request(f"{'.'.join(map(str, first['loc']))[:120]}: {first['msg'][:200]}") from error
    except (ValueError, RecursionError) as error:
        raise bad_request("the body cannot be read") from error


def loaded(found: Table, *, staged: bool = False) -> str:
    """``LoadTableResult``; a staged table has no metadata file yet."""
    where = "" if staged else f'"metadata-location":{json.dumps(found.metadata_location)},'
    return f'{{{where}"metadata":{found.metadata.model_dump_json(by_alias=True, exclude_none=True)},"config":{{}}}}'


def log_read(client: LakeClient, by: Actor, name: str, resource: Resource | None, found: Table) -> None:
    """Whoever has the plan can read every row: one line in the use log, for the client's purpose."""
    ReadLog.objects.create(
        at=clock.now(), dataset=name, organisation=client.organisation, actor=by.as_dict(), kind="attach",
        columns=[field.name for field in found.schema().fields], purpose=client.purpose,
        rows=min(resource.rows if resource else 0, 2**31 - 1), unmasked=True,
    )  # fmt: skip
