"""Units in sharing: the data authority of the city, names of units, what an actor may see."""

from django.db.models import Q

from citybrain.apps.sharing.permissions import ALL, BENCH
from citybrain.hub.identity import api as identity
from citybrain.kernel.actor import Actor
from citybrain.kernel.errors import NotFound, Unavailable
from citybrain.kernel.text import say

AUTHORITY = "data_authority"


def authority() -> str:
    """Code of the data authority (主管部门). Unavailable when no unit at city level has a post for it."""
    code = authority_or_none()
    if not code:
        said = "no unit has a post for the data authority / 未设置数据主管部门岗位"
        raise Unavailable(said, code="no_authority")
    return code


def authority_or_none() -> str:
    """The same, or nothing: a city that has not installed the flows of sharing opens no cases about data."""
    for unit in identity.organisations(level="city"):
        if any(grant.role == AUTHORITY for post in identity.posts_of(unit.code) for grant in post.grants):
            return unit.code
    return ""


def unit_name(code: str) -> str:
    """Name of a unit in the reader's language; its code when identity does not know it."""
    try:
        return str(say(identity.organisation(code).name)) if code else ""
    except NotFound:
        return code


def seen(actor: Actor, *columns: str) -> Q:
    """Rows in which a unit of the actor is named in one of the columns; everything with ``sharing.all``."""
    if actor.kind == "system" or actor.may(ALL):
        return Q()
    scope = identity.scope(actor, BENCH)
    clause = Q(pk__in=[])
    for column in columns:
        clause |= identity.scope_q(scope, column)
    return clause
