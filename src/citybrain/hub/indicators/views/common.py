"""Words that several pages of indicators share."""

from collections.abc import Mapping

from citybrain.hub.identity import api as identity
from citybrain.hub.places import api as places
from citybrain.kernel.errors import NotFound
from citybrain.kernel.text import Text, say

FAMILIES = {
    "service": Text(zh="一网通办运行", en="Service net"),
    "plan": Text(zh="方案目标", en="Targets of the plan"),
}
DIMENSIONS = {
    "county": Text(zh="县(市、区)", en="County"),
    "organisation": Text(zh="单位", en="Organisation"),
    "matter": Text(zh="事项", en="Matter"),
}
LIGHT_RANK = {"red": 0, "yellow": 1, "green": 2, "grey": 3}


def organisation_name(code: str) -> str:
    """Name of an organisation; its code when identity does not know it."""
    if not code:
        return ""
    try:
        return say(identity.organisation(code).name)
    except NotFound:
        return code


def member_name(dimension: str, member: str) -> str:
    """How a member of a dimension is called."""
    if dimension == "county":
        division = places.find(member)
        return division.say() if division else member
    return organisation_name(member) if dimension == "organisation" else member


def asked(source: Mapping[str, str], name: str, most: int = 80) -> str:
    """A word from a query string or form, bounded, without the NUL that PostgreSQL refuses."""
    return str(source.get(name, "")).replace("\0", "")[:most].strip()
