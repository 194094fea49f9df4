"""Scores from counts: rule → item → resource → department. A score is 0–100, None when nothing was judged.

- rule: passed ÷ judged × 100
- item and dimension: mean of its rules' scores, weighted by the rules' weights
- resource: mean of its dimensions' scores, weighted by the dimensions' weights; a dimension without rules does not count
- department: mean of its resources' scores, each resource once, whatever its size; rows and coverage stand beside it
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

CENT = Decimal("0.01")
# Below this share of checked resources a department is shown but not ranked: too little is known of it [D].
LEAST_COVERAGE = Decimal("0.5")


@dataclass(frozen=True)
class Counted:
    """What a scan found for one rule."""

    rule: str
    dimension: str
    items: tuple[str, ...]
    weight: int
    judged: int
    failed: int

    @property
    def score(self) -> Decimal | None:
        """Share of judged rows that pass; never 100 while one fails."""
        if not self.judged:
            return None
        value = rounded(Decimal(self.judged - self.failed) * 100 / self.judged)
        return min(value, Decimal("99.99")) if self.failed else value


def rounded(value: Decimal) -> Decimal:
    """Two places, half up."""
    return value.quantize(CENT, ROUND_HALF_UP)


def weighted(pairs: Iterable[tuple[Decimal | None, int]]) -> Decimal | None:
    """Weighted mean of the known scores."""
    known = [(score, weight) for score, weight in pairs if score is not None and weight > 0]
    total = sum(weight for _score, weight in known)
    return rounded(sum((score * weight for score, weight in known), Decimal(0)) / total) if total else None


def by_item(found: Sequence[Counted]) -> dict[str, Decimal | None]:
    """Item → score."""
    names = dict.fromkeys(name for one in found for name in one.items)
    return {name: weighted((c.score, c.weight) for c in found if name in c.items) for name in names}


def by_dimension(found: Sequence[Counted]) -> dict[str, Decimal | None]:
    """Dimension → score."""
    names = dict.fromkeys(one.dimension for one in found)
    return {name: weighted((c.score, c.weight) for c in found if c.dimension == name) for name in names}


def of_resource(found: Sequence[Counted], weights: Mapping[str, int]) -> Decimal | None:
    """The score of a resource."""
    return weighted((score, weights.get(name, 0)) for name, score in by_dimension(found).items())


@dataclass(frozen=True)
class Standing:
    """A department in the list: score, rows checked, resources checked of those it provides; ``rank`` 0: not ranked."""

    code: str
    score: Decimal | None
    rows: int
    checked: int
    provided: int
    rank: int = 0

    @property
    def coverage(self) -> Decimal:
        """Share of its resources that were checked."""
        return Decimal(self.checked) / self.provided if self.provided else Decimal(0)


def ranked(found: Iterable[Standing]) -> list[Standing]:
    """Best first; equal scores share a rank; who is covered too little stands at the end without one."""
    from dataclasses import replace

    every = list(found)
    fair = [s for s in every if s.score is not None and s.coverage >= LEAST_COVERAGE]
    fair.sort(key=lambda s: (-(s.score or 0), s.code))
    placed = [replace(s, rank=1 + sum(1 for o in fair if (o.score or 0) > (s.score or 0))) for s in fair]
    rest = sorted((s for s in every if s not in fair), key=lambda s: s.code)
    return placed + rest
