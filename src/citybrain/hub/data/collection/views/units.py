"""The units a person collects for."""

from citybrain.hub.data.collection.permissions import COLLECT
from citybrain.hub.identity import api as identity
from citybrain.kernel.actor import Actor
from citybrain.kernel.text import say

MOST = 400


def units_of(actor: Actor, permission: str = COLLECT) -> list[tuple[str, str]]:
    """(code, name) of the units, one's own first."""
    scope = identity.scope(actor, permission)
    found = [(unit.code, say(unit.name)) for unit in identity.organisations() if scope.allows(unit.code)]
    return sorted(found, key=lambda unit: (unit[0] != actor.organisation, unit[0]))[:MOST]
