"""Who sees and changes what in the catalogue: published resources everybody with ``data.view``, the rest its own unit."""

from django.db.models import Q, QuerySet

from citybrain.hub.data.catalogue.permissions import CATALOGUE, DUTY, PUBLISH
from citybrain.hub.data.models import Duty, Resource, Suggestion
from citybrain.hub.identity import api as identity
from citybrain.kernel.actor import Actor
from citybrain.kernel.errors import NotFound

WORDS = (CATALOGUE, PUBLISH)


def visible(actor: Actor) -> Q:
    """Resources the actor may know of."""
    found = Q(state="published")
    for word in WORDS:
        if actor.may(word):
            own = identity.scope_q(identity.scope(actor, word), "owner")
            if not own:
                return Q()  # everywhere: an empty Q joined by OR would count for nothing
            found |= own
    return found


def resources_for(actor: Actor) -> QuerySet[Resource]:
    """The resources the actor may know of."""
    return Resource.objects.filter(visible(actor))


def resource_for(actor: Actor, key: str) -> Resource:
    """The only way of a page to a resource; NotFound also for another unit's draft."""
    row = resources_for(actor).filter(pk=key.replace("\0", "")).prefetch_related("items").first()
    if row is None:
        raise NotFound(f"no dataset {key!r} / 没有这个数据集", code="no_dataset")
    return row


def may_describe(actor: Actor, row: Resource) -> bool:
    """Whether the actor describes data of the providing unit."""
    return (
        identity.may(actor, CATALOGUE, organisation=row.owner) if row.owner else everywhere(actor, CATALOGUE)
    )


def may_publish(actor: Actor, row: Resource) -> bool:
    """Whether the actor publishes and withdraws for the providing unit."""
    return identity.may(actor, PUBLISH, organisation=row.owner) if row.owner else everywhere(actor, PUBLISH)


def everywhere(actor: Actor, word: str) -> bool:
    """Whether the permission has no bounds of organisation."""
    return any(part.organisations is identity.ALL for part in identity.scope(actor, word).parts)


def require_describe(actor: Actor, row: Resource) -> None:
    """NotAllowed, on record, when the actor does not describe data of this unit."""
    if not may_describe(actor, row):
        identity.require(actor, CATALOGUE, organisation=row.owner or "-", obj=f"dataset:{row.pk}")


def require_publish(actor: Actor, row: Resource) -> None:
    """NotAllowed, on record, when the actor does not publish for this unit."""
    if not may_publish(actor, row):
        identity.require(actor, PUBLISH, organisation=row.owner or "-", obj=f"dataset:{row.pk}")


def suggestions_for(actor: Actor) -> QuerySet[Suggestion]:
    """Findings in tables of the units the actor describes data for."""
    scope = identity.scope(actor, CATALOGUE)
    return Suggestion.objects.filter(identity.scope_q(scope, "resource__owner")).select_related("resource")


def require_duty(actor: Actor, organisation: str, key: str = "") -> None:
    """NotAllowed, on record, when the actor does not keep the list for this unit."""
    identity.require(actor, DUTY, organisation=organisation, obj=f"duty:{key}")


def duty_row(key: str) -> Duty:
    """A line of the duty list, which everybody with ``data.view`` may know; NotFound otherwise."""
    found = Duty.objects.filter(pk=key.replace("\0", ""), hidden=False).first()
    if found is None:
        raise NotFound("no such duty / 没有这条数据责任", code="no_duty")
    return found
