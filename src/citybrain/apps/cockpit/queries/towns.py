"""The towns of one jurisdiction with a card's figure: what opens when a county on the map is chosen."""

from decimal import Decimal
from typing import Any

from citybrain.apps.cockpit.domain.board import Card
from citybrain.apps.cockpit.domain.shades import share
from citybrain.apps.cockpit.queries import sources
from citybrain.hub.places import api as places
from citybrain.kernel.errors import NotFound


def jurisdiction(key: str) -> Any:
    """The jurisdiction with that key. NotFound otherwise."""
    for body in places.jurisdictions():
        if body.key == key:
            return body
    raise NotFound()


def towns(card: Card, key: str) -> list[dict[str, Any]]:
    """Rows ``{code, name, value, share}``; a town without data says so, it is not zero."""
    body = jurisdiction(key)
    others = [places.prefix(c) for b in places.jurisdictions() if b.key != key for c in b.divisions]
    own = [places.prefix(code) for code in body.divisions]
    counted = card.measure or card.towns
    values = sources.by_town(counted) if counted else {}
    below = [town for code in body.divisions for town in places.children(code)]
    below = below or [d for code in body.divisions if (d := places.find(code))]
    below = [t for t in below if not _somebody_elses(t.code, own, others)]
    most = max((v for v in values.values() if v is not None), default=None)
    return [
        {"code": t.code, "name": t.say(), "value": sources.plain(values.get(t.code)), "share": share(values.get(t.code), most)}
        for t in sorted(below, key=lambda t: (-(values.get(t.code) or Decimal(-1)), t.code))
    ]  # fmt: skip


def _somebody_elses(code: str, own: list[str], others: list[str]) -> bool:
    """A town inside the county that another jurisdiction (the zone) answers for."""
    mine = max((len(p) for p in own if code.startswith(p)), default=0)
    return any(code.startswith(p) and len(p) > mine for p in others)
