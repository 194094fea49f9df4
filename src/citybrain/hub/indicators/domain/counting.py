"""Which questions to ask of which dataset so that many indicators are answered in few passes."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from citybrain.hub.indicators.schema import IndicatorDocument, Side


@dataclass(frozen=True)
class Subject:
    """A definition to be computed, with the fingerprint of its rule."""

    definition: IndicatorDocument
    rule_hash: str

    @property
    def code(self) -> str:
        """The indicator's code."""
        return self.definition.key


@dataclass
class Batch:
    """Sides over the same dataset and time column, answered by one pass (per dimension)."""

    dataset: str
    time: str
    past: bool = False
    asked: list[tuple[Subject, str, Side]] = field(default_factory=list)

    def dimensions(self) -> list[str]:
        """Dimensions any of its subjects wants, county first: the city's total is the sum over counties."""
        wanted = {name for subject, _role, _side in self.asked for name in subject.definition.dimensions}
        return sorted(wanted, key=lambda name: (name != "county", name))

    def of_dimension(self, dimension: str) -> list[tuple[Subject, str, Side]]:
        """What is asked for a dimension; everything for the city as a whole."""
        if not dimension:
            return self.asked
        return [item for item in self.asked if dimension in item[0].definition.dimensions]

    @property
    def additive(self) -> bool:
        """Whether totals may be added up from members."""
        return all(side.additive for _subject, _role, side in self.asked)


def rolled_up(answers: Mapping[str, Sequence[Decimal | None]], depth: int) -> list[dict[str, list[Decimal]]]:
    """Sums over keys ``a|b|c`` of ``depth`` parts: first the total under ``""``, then one mapping for each part."""
    width = max((len(values) for values in answers.values()), default=0)
    sums: list[dict[str, list[Decimal]]] = [{} for _ in range(depth + 1)]
    for key, values in answers.items():
        for at, member in enumerate(["", *key.split("|", depth - 1)]):
            row = sums[at].setdefault(member, [Decimal(0)] * width)
            for number, value in enumerate(values):
                row[number] += value or 0
    return sums


@dataclass
class Parts:
    """Numerator and denominator of one indicator in one period for one member."""

    numerator: Decimal | None = None
    denominator: Decimal | None = None

    def put(self, role: str, value: Decimal | None) -> None:
        """Set one side."""
        setattr(self, role, value)


def batches(subjects: Iterable[Subject]) -> list[Batch]:
    """Sides grouped by dataset and time column."""
    found: dict[tuple[str, str, bool], Batch] = {}
    for subject in subjects:
        for role, side in subject.definition.sides.items():
            if side.dataset:
                key = (side.dataset, side.time, side.past)
                found.setdefault(key, Batch(*key)).asked.append((subject, role, side))
    return list(found.values())
