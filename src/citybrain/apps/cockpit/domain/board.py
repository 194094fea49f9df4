"""A board as a pack writes it: cards, what they show, where they stand on the wall and on the desk.

Refuses cards that overlap or leave the grid, kinds without what they need, and keys twice. Knows no indicator by
itself; whether a code exists is asked where boards are installed.
"""

from collections.abc import Iterator
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from citybrain.kernel.text import Text

COLUMNS = {"wall": 24, "desk": 12}
ROWS = 10  # of the wall; a desk page has as many rows as it needs
Kind = Literal["figure", "trend", "lights", "map", "stream", "ranking", "plan"]
Key = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,39}$")]
Code = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9._-]{0,63}$")]
ONE_INDICATOR = {"figure", "map", "ranking"}


class Strict(BaseModel):
    """Unknown words are refused: a typing error must not silently hide a figure."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Place(Strict):
    """Where a card stands: column and row from 1, width and height in cells. Written ``"4 3 6 6"``."""

    column: int = Field(ge=1, le=24)
    row: int = Field(ge=1, le=40)
    width: int = Field(ge=1, le=24)
    height: int = Field(ge=1, le=20)

    def cells(self) -> Iterator[tuple[int, int]]:
        """Every cell it covers."""
        for column in range(self.column, self.column + self.width):
            for row in range(self.row, self.row + self.height):
                yield column, row


def _place(value: Any) -> Any:
    if isinstance(value, str):
        words = value.split()
        if len(words) != 4 or not all(w.isdigit() for w in words):
            raise ValueError("a place is four numbers: column row width height")
        return dict(zip(("column", "row", "width", "height"), map(int, words), strict=True))
    return value


Placed = Annotated[Place, BeforeValidator(_place)]


class Measure(Strict):
    """A count over an operational dataset, where no indicator is defined for it: totals only, never rows."""

    dataset: str = Field(pattern=r"^[a-z]+\.[a-z][a-z0-9_]{0,59}$")
    measure: str = Field("count", pattern=r"^(count|(sum|avg|distinct):[a-z][a-z0-9_]{0,59})$")
    where: str = Field("", max_length=500)
    window: Literal["today", "days7", "days30", "month", "year", "all"] = "today"
    time: str = Field("", pattern=r"^([a-z][a-z0-9_]{0,59})?$")
    unit: Text | None = None
    by: str = Field(
        "", pattern=r"^([a-z][a-z0-9_]{0,59})?$"
    )  # ranking: a column of units instead of jurisdictions


class Card(Strict):
    """One card. ``indicator`` (or ``measure``) for figure, map and ranking; ``indicators`` for trend,
    ``family`` for plan (all targets of that family, whichever pack brings them)."""

    key: Key
    kind: Kind
    title: Text
    note: Text | None = None
    indicator: Code | None = None
    indicators: list[Code] = Field(default_factory=list, max_length=4)
    names: list[Text] = Field(
        default_factory=list, max_length=4
    )  # of a trend's lines, where shorter is better
    measure: Measure | None = None
    towns: Measure | None = None  # what a county opens to, where the card itself shows an indicator
    family: str = Field("", pattern=r"^([a-z][a-z-]{0,39})?$")
    points: int = Field(14, ge=2, le=400)
    limit: int = Field(10, ge=1, le=50)
    wall: Placed | None = None
    desk: Placed | None = None
    phone: bool = True

    @model_validator(mode="after")
    def _has_what_its_kind_needs(self) -> "Card":
        if self.kind in ONE_INDICATOR and bool(self.indicator) == bool(self.measure):
            raise ValueError(f"a card of kind {self.kind} needs an indicator or a measure, not both")
        if self.measure and self.measure.by and self.kind != "ranking":
            raise ValueError("only a ranking goes by units")
        if self.kind == "trend" and not self.indicators:
            raise ValueError("a card of kind trend needs indicators")
        if self.kind == "plan" and not self.family:
            raise ValueError("a card of kind plan needs a family of indicators")
        return self

    def codes(self) -> list[str]:
        """Indicator codes the card shows."""
        return [self.indicator] if self.indicator else list(self.indicators)


class BoardDocument(Strict):
    """One board. ``refresh`` is the least number of seconds between two computations."""

    key: Key | None = None
    title: Text
    subtitle: Text | None = None
    order: int = 50
    refresh: int = Field(5, ge=2, le=3600)
    cards: list[Card] = Field(min_length=1, max_length=40)


def faults(board: BoardDocument) -> Iterator[tuple[tuple[str | int, ...], str, str]]:
    """Problems of layout: ``(pointer, zh, en)``."""
    seen: set[str] = set()
    taken: dict[str, dict[tuple[int, int], str]] = {"wall": {}, "desk": {}}
    for number, card in enumerate(board.cards):
        if card.key in seen:
            yield ("cards", number, "key"), f"卡片 {card.key} 重复", f"card {card.key} is there twice"
        seen.add(card.key)
        for end in ("wall", "desk"):
            place = getattr(card, end)
            if place is not None:
                yield from _misplaced(number, card, end, place, taken[end])


def _misplaced(
    number: int, card: Card, end: str, place: Place, taken: dict[tuple[int, int], str]
) -> Iterator[tuple[tuple[str | int, ...], str, str]]:
    pointer = ("cards", number, end)
    most = COLUMNS[end]
    if place.column + place.width - 1 > most:
        yield pointer, f"卡片 {card.key} 超出 {most} 列", f"card {card.key} leaves the {most} columns"
    if end == "wall" and place.row + place.height - 1 > ROWS:
        yield (
            pointer,
            f"卡片 {card.key} 超出大屏 {ROWS} 行",
            f"card {card.key} leaves the {ROWS} rows of the wall",
        )
    others = {taken[cell] for cell in place.cells() if cell in taken}
    for other in sorted(others):
        yield pointer, f"卡片 {card.key} 与 {other} 重叠", f"card {card.key} overlaps {other}"
    taken.update(dict.fromkeys(place.cells(), card.key))
