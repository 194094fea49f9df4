"""The guarded way to sources, collections, runs and contracts: those of the actor's units; others do not exist."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from citybrain.hub.data.collection.permissions import COLLECT, CONTRACTS
from citybrain.hub.data.collection.queries.versions import as_settled
from citybrain.hub.data.models import Collection, CollectionRun, Contract, Resource, Source
from citybrain.hub.identity import api as identity
from citybrain.kernel.actor import Actor
from citybrain.kernel.errors import NotFound


def sources_of(actor: Actor) -> QuerySet[Source]:
    """Sources of the actor's units."""
    return Source.objects.filter(identity.scope_q(identity.scope(actor, COLLECT), "organisation"))


def source_for(actor: Actor, source_id: UUID | str) -> Source:
    """One source; NotFound for others."""
    return one(sources_of(actor), source_id)


def collections_of(actor: Actor) -> QuerySet[Collection]:
    """Collections of the actor's units."""
    found = Collection.objects.filter(identity.scope_q(identity.scope(actor, COLLECT), "organisation"))
    return found.select_related("source")


def collection_for(actor: Actor, collection_id: UUID) -> Collection:
    """One collection; NotFound for others."""
    return one(collections_of(actor), collection_id)


def run_for(actor: Actor, run_id: UUID) -> CollectionRun:
    """One run, its collection as it was settled then; NotFound for others."""
    scope = identity.scope(actor, COLLECT)
    found = CollectionRun.objects.filter(identity.scope_q(scope, "collection__organisation"))
    return as_settled(one(found.select_related("collection__source", "job", "parent"), run_id))


def resources_of(actor: Actor) -> QuerySet[Resource]:
    """Tables of the lake that the actor's units provide."""
    return Resource.objects.filter(
        identity.scope_q(identity.scope(actor, COLLECT), "owner"), kind="lake", alive=True
    )


def contracts_of(actor: Actor) -> QuerySet[Contract]:
    """Contracts the actor's units keep."""
    return Contract.objects.filter(identity.scope_q(identity.scope(actor, CONTRACTS), "organisation"))


def contract_for(actor: Actor, contract_id: UUID) -> Contract:
    """One contract; NotFound for others."""
    return one(contracts_of(actor), contract_id)


def one(found: QuerySet[Any], key: UUID | str) -> Any:
    """The row of that key; NotFound otherwise."""
    try:
        row = found.filter(pk=key if isinstance(key, UUID) else UUID(str(key))).first()
    except ValueError:
        row = None
    if row is None:
        raise NotFound("there is no such thing, or not in your unit / 没有这个对象,或不属于本单位")
    return row
