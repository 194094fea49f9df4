"""Recording lineage: whoever builds something says what it was made from."""

from collections.abc import Iterable

from django.db import transaction

from citybrain.hub.data.models import Lineage
from citybrain.kernel import audit, clock
from citybrain.kernel.actor import Actor
from citybrain.kernel.errors import FieldProblem, Invalid

Point = tuple[str, str]


@transaction.atomic
def record_lineage(
    *, upstream: Iterable[Point], downstream: Point, made_by: str, by: Actor, add: bool = False
) -> int:
    """``downstream`` (key, item) was made from ``upstream``; an empty item means the whole. Returns how many edges hold now.

    A key is a resource's (``gaj.person``) or ``kind:name`` (``indicator:M01``, ``board:city``, ``product:…``, ``source:…``).
    The edges of the same maker to the same point are renewed: what is no longer named goes. ``add`` keeps them all.
    Invalid when something would come from itself.
    """
    points = sorted(set(upstream))
    if downstream in points:
        raise Invalid(
            [FieldProblem("upstream", "circle", f"{downstream[0]} cannot come from itself / 不能来源于自身")]
        )
    known = Lineage.objects.filter(downstream=downstream[0], downstream_item=downstream[1], made_by=made_by)
    have = set(known.values_list("upstream", "upstream_item"))
    gone = have - set(points)
    if gone and not add:
        for key, item in gone:
            known.filter(upstream=key, upstream_item=item).delete()
    Lineage.objects.bulk_create(
        [
            Lineage(
                upstream=key, upstream_item=item, downstream=downstream[0], downstream_item=downstream[1],
                made_by=made_by, at=clock.now(),
            )
            for key, item in points
            if (key, item) not in have
        ],
        ignore_conflicts=True,
    )  # fmt: skip
    if have != set(points):
        after = {"downstream": ".".join(filter(None, downstream)), "upstream": [".".join(filter(None, p)) for p in points][:200]}  # fmt: skip
        audit.record("data.record_lineage", by=by, obj=f"lineage:{made_by}"[:160], after=after)
    return len(points if not add else have | set(points))


@transaction.atomic
def renew_lineage(key: str, edges: Iterable[tuple[str, str, str]], *, made_by: str) -> None:
    """All edges to ``key`` of one maker anew: (item, upstream key, upstream item). The maker's own act is what is audited."""
    Lineage.objects.filter(made_by=made_by).delete()
    rows = [
        Lineage(
            upstream=up,
            upstream_item=source,
            downstream=key,
            downstream_item=item,
            made_by=made_by,
            at=clock.now(),
        )
        for item, up, source in sorted(set(edges))
        if (up, source) != (key, item)
    ]
    Lineage.objects.bulk_create(rows)


@transaction.atomic
def forget_lineage(*, made_by: str, by: Actor) -> int:
    """Take back every edge of a maker that is no more; returns how many."""
    gone, _each = Lineage.objects.filter(made_by=made_by).delete()
    if gone:
        audit.record("data.forget_lineage", by=by, obj=f"lineage:{made_by}"[:160], after={"edges": gone})
    return gone
