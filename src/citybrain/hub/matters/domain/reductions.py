"""The four reductions (四减: time, steps, materials, trips) over a set of matters; formulas of reference §2.7 [D]."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from citybrain.hub.matters.domain.depth import depth_of, government_materials, no_certificate_needed, spared
from citybrain.hub.matters.domain.document import MatterDocument
from citybrain.hub.matters.domain.guide_rules import in_workdays


@dataclass(frozen=True)
class Reductions:
    """Shares between 0 and 1; None where there is nothing to count."""

    matters: int
    time_cut: Decimal | None
    instant: Decimal | None
    full_online: Decimal | None
    no_trip: Decimal | None
    steps: Decimal | None
    materials_spared: Decimal | None
    no_certificate: Decimal | None


def share(part: int | Decimal, whole: int | Decimal) -> Decimal | None:
    return (Decimal(part) / Decimal(whole)).quantize(Decimal("0.0001")) if whole else None


def reductions(documents: Iterable[MatterDocument]) -> Reductions:
    """时限压缩率 counts committed matters with a statutory limit; the others count all matters given."""
    all_ = list(documents)
    timed = [d for d in all_ if d.kind.case == "committed" and d.time.statutory.value > 0]
    promised = sum((in_workdays(d.time.promised) for d in timed), Decimal(0))
    statutory = sum((in_workdays(d.time.statutory) for d in timed), Decimal(0))
    left = share(promised, statutory)
    materials = [m for d in all_ for m in d.materials]
    with_government = [d for d in all_ if government_materials(d)]
    return Reductions(
        matters=len(all_),
        time_cut=None if left is None else 1 - left,
        instant=share(sum(d.kind.case == "instant" for d in all_), len(all_)),
        full_online=share(sum(depth_of(d) == 4 for d in all_), len(all_)),
        no_trip=share(sum(d.how.visits == 0 for d in all_), len(all_)),
        steps=share(sum(len(d.flow) for d in all_), len(all_)),
        materials_spared=share(sum(spared(m) for m in materials), len(materials)),
        no_certificate=share(sum(no_certificate_needed(d) for d in with_government), len(with_government)),
    )
