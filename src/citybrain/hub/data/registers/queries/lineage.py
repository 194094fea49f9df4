"""Lineage of items as models record it: straight upstream, and everything an item goes back to."""

from citybrain.hub.data.models import Lineage

Place = tuple[str, str]
MOST_STEPS = 12


def lineage_of(key: str, item: str) -> list[Place]:
    """(upstream key, item) an item is made from, straight; sorted."""
    rows = Lineage.objects.filter(downstream=key, downstream_item=item)
    return sorted(rows.values_list("upstream", "upstream_item"))


def used_by(key: str, item: str) -> list[Place]:
    """(key, item) made straight from an item; sorted."""
    rows = Lineage.objects.filter(upstream=key, upstream_item=item)
    return sorted(rows.values_list("downstream", "downstream_item"))


def origins_of(key: str, item: str) -> list[Place]:
    """The source items at the very beginning: those no model makes. One question a step, at most twelve steps."""
    found: set[Place] = set()
    seen: set[Place] = set()
    waiting = {(key, item)}
    for _step in range(MOST_STEPS):
        seen |= waiting
        rows = Lineage.objects.filter(downstream__in={k for k, _i in waiting}).values_list(
            "downstream", "downstream_item", "upstream", "upstream_item"
        )
        above: dict[Place, set[Place]] = {}
        for k, i, upstream, upstream_item in rows:
            above.setdefault((k, i), set()).add((upstream, upstream_item))
        found |= {place for place in waiting if place not in above}
        waiting = {place for at in waiting for place in above.get(at, ())} - seen
        if not waiting:
            break
    return sorted(found - {(key, item)})
