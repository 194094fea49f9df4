"""What a pack may say in ``indicators/*.yaml``: one indicator with its targets, formula and thresholds. No code, no SQL."""

from decimal import Decimal
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from citybrain.hub.packs.data import Evidence
from citybrain.kernel.text import Text

Frequency = Literal["live", "daily", "weekly", "monthly", "quarterly", "half_yearly", "yearly"]
Window = Literal["now", "today", "7d", "30d", "month", "year", "period"]
Measure = Annotated[str, StringConstraints(pattern=r"^(count|(sum|avg|distinct):[a-z][a-z0-9_]{0,59})$")]
DatasetKey = Annotated[str, StringConstraints(pattern=r"^[a-z]+\.[a-z][a-z0-9_]{0,59}$")]
Dimension = Literal["county", "organisation", "matter"]


class Strict(BaseModel):
    """Unknown keys are mistakes; definitions never change once read."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Target(Strict):
    """What is to be reached, and by when."""

    value: Decimal
    op: Literal[">=", "<=", "="] = ">="
    year: int | None = Field(default=None, ge=2000, le=2100)
    note: Text | None = None

    def reached(self, actual: Decimal) -> bool:
        """Whether an actual value reaches the target."""
        if self.op == ">=":
            return actual >= self.value
        return actual <= self.value if self.op == "<=" else actual == self.value


class Side(Strict):
    """Numerator or denominator: a count over a dataset, or a constant with its reason."""

    dataset: DatasetKey | None = None
    measure: Measure = "count"
    where: Annotated[str, StringConstraints(max_length=2000)] = ""
    time: Annotated[str, StringConstraints(max_length=60)] = ""
    # Only rows whose ``time`` lies before this moment: with window ``now``, what is past its due time (indexed).
    past: bool = False
    constant: Decimal | None = None
    note: Text | None = None

    @model_validator(mode="after")
    def _one_source(self) -> Self:
        if (self.dataset is None) == (self.constant is None):
            raise ValueError("say either dataset or constant")
        if self.past and not self.time:
            raise ValueError("past needs the time column that lies in the past")
        if self.constant is not None and not self.note:
            raise ValueError("a constant needs a note saying where it comes from")
        return self

    @property
    def additive(self) -> bool:
        """Whether days add up to a month: counts and sums do, averages and distinct counts do not."""
        return self.constant is None and self.measure.split(":")[0] in {"count", "sum"}


class Thresholds(Strict):
    """When to warn, alarm and clear. ``clear`` lies on the good side of ``warn``: in between nothing changes.

    ``least``: with a smaller denominator (or count) nobody is warned; one bad case is no trend.
    """

    warn: Decimal
    alarm: Decimal | None = None
    clear: Decimal | None = None
    least: Decimal = Decimal(0)


class IndicatorDocument(Strict):
    """One indicator. A change of the formula needs a new ``version``; both series stay."""

    key: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9-]{0,39}$")]
    version: int = Field(default=1, ge=1)
    name: Text
    family: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z-]{0,39}$")]
    theme: Text | None = None
    description: Text | None = None
    unit: Text
    scale: Decimal = Decimal(1)
    decimals: int = Field(default=0, ge=0, le=4)
    direction: Literal["higher", "lower"] = "higher"
    target: Target | None = None
    frequency: Frequency
    window: Window = "period"
    owner: str = Field(default="", max_length=80)
    co_owners: tuple[str, ...] = ()
    lead: Text | None = None
    numerator: Side | None = None
    denominator: Side | None = None
    no_data: Text | None = None
    numerator_text: Text | None = None
    denominator_text: Text | None = None
    excluded: Text | None = None
    # What is counted is only a part of what the target speaks of: shown, but not judged against the target.
    partial: Text | None = None
    evidence: Evidence | None = None
    proof: Text | None = None
    basis: tuple[Text, ...] = ()
    thresholds: Thresholds | None = None
    dimensions: tuple[Dimension, ...] = ()
    position: int = 0

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if self.numerator is None and self.no_data is None:
            raise ValueError("without a numerator, no_data must say what is missing")
        if self.denominator is not None and self.numerator is None:
            raise ValueError("a denominator needs a numerator")
        if self.window != "now" and any(side.past for side in self.sides.values()):
            raise ValueError("past goes with window: now only")
        if self.window not in {"now", "period"} and not self.summable:
            raise ValueError(
                "only counts and sums can be added over a window of days; use window: now or period"
            )
        return self

    @property
    def sides(self) -> dict[str, Side]:
        """Numerator and denominator, as far as given."""
        both = {"numerator": self.numerator, "denominator": self.denominator}
        return {role: side for role, side in both.items() if side is not None}

    @property
    def summable(self) -> bool:
        """Whether day values add up."""
        return all(side.additive for side in self.sides.values())

    @property
    def by_days(self) -> bool:
        """Kept as one value a day that adds up to its window."""
        return self.window not in {"now", "period"}
