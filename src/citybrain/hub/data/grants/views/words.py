"""How units, states and problems are said on the pages of sharing."""

from citybrain.hub.identity import api as identity
from citybrain.kernel.errors import NotFound
from citybrain.kernel.text import say


def unit_name(code: str) -> str:
    """Name of a unit; its code when identity does not know it."""
    if not code:
        return ""
    try:
        return say(identity.organisation(code).name)
    except NotFound:
        return code
