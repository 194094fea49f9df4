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
    own_divisions = [d for code in body.divisions if (d := places.find(code))]
    below = [
        t for d in own_divisions for t in (places.children(d.code) if d.level == places.Level.COUNTY else [d])
    ]
    below = [t for t in below if not _somebody_elses(t.code, own, others)]
    counts = {town.code: values.get(town.code, sources.nothing(counted)) for town in below}
    most = max((v for v in counts.values() if v is not None), default=None)
    rows = [
        {
            "code": t.code,
            "name": t.say(),
            "value": sources.plain(counts[t.code]),
            "share": share(counts[t.code], most),
        }
        for t in below
    ]
    return sorted(rows, key=lambda row: (-Decimal(row["value"] or -1), row["code"]))


def _somebody_elses(code: str, own: list[str], others: list[str]) -> bool:
    """A town inside the county that another jurisdiction (the zone) answers for."""
    mine = max((len(p) for p in own if code.startswith(p)), default=0)
    return any(code.startswith(p) and len(p) > mine for p in others)
