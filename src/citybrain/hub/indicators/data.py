"""Records and events that cross the door of indicators. No Django."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import ClassVar, Literal, NewType
from uuid import UUID

from citybrain.kernel.events import Event
from citybrain.kernel.text import Text

IndicatorCode = NewType("IndicatorCode", str)
Light = Literal["green", "yellow", "red", "grey"]
Status = Literal["reached", "not_reached", "measured", "partial", "stale", "no_data"]
Severity = Literal["calm", "warn", "alarm"]

STATUS_NAMES: Mapping[str, Text] = {
    "reached": Text(zh="已达标", en="Reached"),
    "not_reached": Text(zh="未达标", en="Not reached"),
    "measured": Text(zh="监测中", en="Measured"),
    "partial": Text(zh="部分口径，不评判", en="Partial basis, not judged"),
    "stale": Text(zh="数据过期", en="Out of date"),
    "no_data": Text(zh="暂无数据", en="No data yet"),
}


@dataclass(frozen=True)
class Reading:
    """One indicator's present figure. ``value`` None means nobody knows, never zero. ``light`` grey when stale."""

    code: str
    name: Text
    unit: Text
    version: int
    family: str
    value: Decimal | None
    numerator: Decimal | None
    denominator: Decimal | None
    period: str
    as_of: datetime | None
    light: Light
    status: Status
    severity: Severity
    target: Decimal | None
    target_op: str
    target_year: int | None
    decimals: int
    direction: str
    frequency: str
    owner: str
    lead: Text | None
    no_data: Text | None = None
    dimension: str = ""
    member: str = ""

    @property
    def text(self) -> str:
        """The figure as printed, without unit; a dash when there is none."""
        return "—" if self.value is None else f"{self.value:,.{self.decimals}f}"

    @property
    def stale(self) -> bool:
        """Older than its frequency allows."""
        return self.status == "stale"

    @property
    def status_name(self) -> Text:
        """Its status in words."""
        return STATUS_NAMES[self.status]


@dataclass(frozen=True)
class Point:
    """One value of a series."""

    period: str
    value: Decimal | None
    numerator: Decimal | None
    denominator: Decimal | None
    version: int
    computed_at: datetime | None = None


@dataclass(frozen=True)
class SideExplained:
    """Where a numerator or denominator comes from."""

    role: str
    dataset: str
    dataset_title: Text | None
    measure: str
    where: str
    time: str
    since: datetime | None
    until: datetime | None
    value: Decimal | None
    constant: Decimal | None = None
    note: Text | None = None
    time_title: Text | None = None
    measure_text: Text | None = None

    @property
    def last_day(self) -> date | None:
        """The last day that counts; ``until`` is the midnight after it."""
        return (self.until - timedelta(days=1)).date() if self.until else None


@dataclass(frozen=True)
class Explanation:
    """Everything behind a figure: definition, rule version and hash, both sides, versions, evidence."""

    reading: Reading
    description: Text | None
    numerator_text: Text | None
    denominator_text: Text | None
    excluded: Text | None
    partial: Text | None
    proof: Text | None
    basis: tuple[Text, ...]
    evidence: Mapping[str, str]
    rule_hash: str
    sides: tuple[SideExplained, ...]
    versions: tuple[tuple[int, datetime], ...]
    thresholds: Mapping[str, Decimal | None]
    dimensions: tuple[str, ...]
    co_owners: tuple[str, ...]
    pack: str = ""


@dataclass(frozen=True)
class TaskRecord:
    """Work that a warning opened."""

    id: UUID
    indicator: str
    name: Text
    severity: Severity
    value: Decimal
    threshold: Decimal
    owner: str
    state: str
    opened_at: datetime
    acknowledged_at: datetime | None = None
    acknowledged_by: str = ""
    recovered_at: datetime | None = None
    closed_at: datetime | None = None
    closed_by: str = ""
    comment: str = ""


class Warned(Event):
    """An indicator crossed a threshold for the worse."""

    name: ClassVar[str] = "indicators.warned"

    code: str
    title: dict[str, str]
    severity: Severity
    value: Decimal
    threshold: Decimal
    definition_version: int
    owner: str
    period: str
    at: datetime


class Recovered(Event):
    """An indicator came back behind its clearing line."""

    name: ClassVar[str] = "indicators.recovered"

    code: str
    title: dict[str, str]
    value: Decimal
    definition_version: int
    owner: str
    period: str
    at: datetime
