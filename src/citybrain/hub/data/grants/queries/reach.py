"""Which grants, applications and notices an official may know of: those of their units, as consumer or as provider."""

from typing import TypeVar
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from citybrain.hub.data.grants.permissions import GRANTS, KEYS
from citybrain.hub.data.models import CorrectionNotice, Exchange, Grant, ShareApplication, ShareKey
from citybrain.hub.identity import api as identity
from citybrain.kernel.actor import Actor
from citybrain.kernel.errors import NotFound

T = TypeVar("T")


def grants_for(actor: Actor) -> QuerySet[Grant]:
    """Grants of the units in the actor's scope, and on the resources they provide."""
    scope = identity.scope(actor, KEYS)
    consumer, provider = (identity.scope_q(scope, name) for name in ("consumer", "resource__owner"))
    # An empty Q means everywhere; joined by OR with another it would mean that other alone.
    mine = consumer | provider if consumer and provider else Q()
    return Grant.objects.select_related("resource").filter(mine)


def grant_for(actor: Actor, id: UUID) -> Grant:
    """The only way to a grant; NotFound for those the actor may not know of."""
    return found(grants_for(actor).filter(pk=id).first(), _("There is no such grant."))


def kept_grant(actor: Actor, id: UUID) -> Grant:
    """A grant the actor may suspend or revoke: of a resource in the scope of ``data.grants``, or of all."""
    row = grant_for(actor, id)
    identity.require(actor, GRANTS, organisation=row.resource.owner, obj=f"grant:{id}")
    return row


def exchange_for(actor: Actor, id: UUID) -> Exchange:
    """An exchange of a grant the actor keeps."""
    row = found(Exchange.objects.filter(pk=id).first(), _("There is no such exchange."))
    kept_grant(actor, row.grant_id)
    return row


def applications_of(actor: Actor) -> QuerySet[ShareApplication]:
    """Applications of the actor's own unit: keys are made by those who use them, whatever else an official may see."""
    return ShareApplication.objects.filter(consumer=actor.organisation).prefetch_related("keys")


def application_for(actor: Actor, id: UUID) -> ShareApplication:
    """One of them; NotFound otherwise."""
    return found(applications_of(actor).filter(pk=id).first(), _("There is no such application."))


def key_for(actor: Actor, id: UUID) -> ShareKey:
    """A key of one of them; NotFound otherwise."""
    row = ShareKey.objects.filter(pk=id, application__consumer=actor.organisation).first()
    return found(row, _("There is no such key."))


def notices_for(actor: Actor) -> QuerySet[CorrectionNotice]:
    """Corrections the units in the actor's scope have to know of."""
    return CorrectionNotice.objects.filter(identity.scope_q(identity.scope(actor, KEYS), "consumer"))


def found(row: T | None, message: str) -> T:
    """The row; NotFound when there is none."""
    if row is None:
        raise NotFound(message)
    return row
