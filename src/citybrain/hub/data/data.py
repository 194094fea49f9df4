"""Records that cross the door of data: datasets, their columns, rows read. No Django."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from citybrain.kernel.events import Event
from citybrain.kernel.text import Text

ColumnType = Literal["text", "integer", "number", "real", "bool", "date", "datetime"]
Grade = Literal["L1", "L2", "L3", "L4"]
Cycle = Literal["live", "daily", "weekly", "monthly", "quarterly", "half_yearly", "yearly", "irregular"]
# Days an update cycle (更新周期) lasts at most [D]; a cycle that is not here has no end.
CYCLE_DAYS: Mapping[str, int] = {
    "live": 1, "daily": 1, "weekly": 7, "monthly": 31, "quarterly": 92, "half_yearly": 184, "yearly": 366,
}  # fmt: skip
NAME = re.compile(r"^[a-z][a-z0-9_]{0,59}\Z")
KEY = re.compile(r"^[a-z]+\.[a-z][a-z0-9_]{0,59}\Z")
EXPRESSION_TYPES: Mapping[str, str] = {
    "text": "string",
    "integer": "number",
    "number": "number",
    "real": "number",
    "bool": "boolean",
    "date": "date",
    "datetime": "datetime",
}


@dataclass(frozen=True)
class Column:
    """One column of a dataset.

    ``personal`` marks personal data: a masking kind (``name``, ``phone``, ``id_number`` …) or True (hidden wholly).
    ``sql`` is a trusted expression over ``d`` (the dataset's rows) where the column is not simply ``d.<name>``.
    """

    name: str
    type: ColumnType
    title: Text
    grade: Grade = "L1"
    personal: bool | str = False
    sql: str = ""

    def __post_init__(self) -> None:
        if not NAME.match(self.name):
            raise ValueError(f"column name {self.name!r} must be lower-case letters, digits and _")
        if self.type not in EXPRESSION_TYPES:
            raise ValueError(f"column {self.name}: unknown type {self.type!r}")

    @property
    def expression(self) -> str:
        """The trusted SQL of the column."""
        return self.sql or f'd."{self.name}"'


@dataclass(frozen=True)
class Dataset:
    """An operational dataset: facts a room lets others count and, with permission, read.

    ``sql`` is a table name or a select, written in code, never in a pack. ``key`` reads ``room.noun``.
    """

    key: str
    room: str
    title: Text
    columns: tuple[Column, ...]
    sql: str
    time_column: str = ""
    organisation_column: str = ""
    division_column: str = ""
    matter_column: str = ""
    permission: str = "data.read"
    # URL name of a row's own page, given the value of ``link_column``; that page guards itself.
    link: str = ""
    link_column: str = "id"
    # "database": ``sql`` in PostgreSQL; "lake": the table of the lake named like the key.
    store: Literal["database", "lake"] = "database"
    description: Text = field(default_factory=lambda: Text(zh=""))

    def __post_init__(self) -> None:
        object.__setattr__(self, "columns", tuple(self.columns))
        if not KEY.match(self.key) or self.key.split(".")[0] != self.room:
            raise ValueError(f"dataset key {self.key!r} must read {self.room}.noun")
        named = [getattr(self, f"{role}_column") for role in ("time", "organisation", "division", "matter")]
        for name in filter(None, named):
            self.column(name)

    def column(self, name: str) -> Column:
        """The column of that name; KeyError otherwise."""
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(f"{self.key} has no column {name!r}")

    def has(self, name: str) -> bool:
        """Whether there is such a column."""
        return any(column.name == name for column in self.columns)

    @property
    def source(self) -> str:
        """FROM item named ``d``."""
        if self.store == "lake":
            namespace, _, noun = self.key.partition(".")
            return f'"{namespace}"."{noun}" AS d'
        return f'"{self.sql}" AS d' if NAME.match(self.sql) else f"({self.sql}) AS d"


@dataclass(frozen=True)
class Rows:
    """Rows read through the guarded door: column records and values; ``masked`` names the columns not shown whole."""

    dataset: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Any, ...], ...]
    more: bool = False
    masked: frozenset[str] = frozenset()
    link: str = ""
    link_at: int = -1
    # Row by row whether its record is under objection (it then decides nothing alone, A21); empty when none is.
    disputed: tuple[bool, ...] = ()

    @property
    def shown(self) -> tuple[int, ...]:
        """Positions of the columns a reader looks at: technical identifiers are left out when there is anything else."""
        found = tuple(i for i, c in enumerate(self.columns) if c.name != "id" and not c.name.endswith("_id"))
        return found or tuple(range(len(self.columns)))

    def dicts(self) -> list[dict[str, Any]]:
        """Rows as mappings."""
        names = [column.name for column in self.columns]
        return [dict(zip(names, row, strict=True)) for row in self.rows]


@dataclass(frozen=True)
class ItemRecord:
    """One information item of a resource. ``personal`` is a masking kind, ``yes`` (hidden wholly) or empty."""

    name: str
    title: Text
    type: str
    length: int | None = None
    is_key: bool = False
    required: bool = False
    code_table: str = ""
    identifier: str = ""
    grade: str = "L1"
    personal: str = ""
    sharing: str = ""
    opening: str = ""
    element: str = ""
    is_source: bool = False


@dataclass(frozen=True)
class ResourceRecord:
    """A resource as the catalogue lists it (reference §6.2).

    ``cycle``: one of ``Cycle``. ``sharing``: unconditional conditional none.
    ``opening``: unconditional conditional none. ``kind``: operational lake harvested. ``state``: draft published withdrawn.
    """

    key: str
    kind: str
    layer: str
    room: str
    title: Text
    description: Text
    state: str
    alive: bool
    owner: str
    cycle: str
    sharing: str
    sharing_condition: str
    sharing_basis: str
    opening: str
    opening_basis: str
    grade: str
    code: str
    classification: str
    version: int
    rows: int
    demo: bool
    newest_at: datetime | None
    received_at: datetime | None
    changed_at: datetime
    key_item: str
    items: tuple[ItemRecord, ...]
    data_class: str = "general"
    security_owner: str = ""
    source_system: str = ""
    format: str = ""
    sharing_ways: tuple[str, ...] = ()
    retention_months: int | None = None
    vertical: bool = False
    keywords: tuple[str, ...] = ()
    related: tuple[str, ...] = ()
    published_at: datetime | None = None

    def item(self, name: str) -> ItemRecord:
        """The item of that name; KeyError otherwise."""
        for item in self.items:
            if item.name == name:
                return item
        raise KeyError(f"{self.key} has no item {name!r}")


@dataclass(frozen=True)
class JobRecord:
    """Long work as other rooms see it."""

    id: UUID
    kind: str
    subject: str
    title: Text
    state: str
    done: int
    total: int | None
    error: str
    created_at: datetime
    ended_at: datetime | None = None


# -- events -----------------------------------------------------------------------------------------------------


class RowsDelivered(Event):
    """A delivery is in a table."""

    name = "data.rows_delivered"
    resource: str
    batch: str
    rows: int


class ResourcePublished(Event):
    """A resource was published, or again with a new version."""

    name = "data.resource_published"
    resource: str
    version: int


class ResourceWithdrawn(Event):
    """A published resource was taken back; ``reason`` is what its users are told."""

    name = "data.resource_withdrawn"
    resource: str
    reason: str


class ResourceChanged(Event):
    """The description or the items of a published resource changed; ``items`` names those that did."""

    name = "data.resource_changed"
    resource: str
    version: int
    items: tuple[str, ...] = ()


class ProblemsFound(Event):
    """A quality scan found rows that break a rule; ``owner`` has to put them right."""

    name = "data.problems_found"
    resource: str
    rule: str
    scan_id: str
    owner: str
    problems: int


class ProblemsCured(Event):
    """A later scan found no row that breaks the rule any more."""

    name = "data.problems_cured"
    resource: str
    rule: str
    scan_id: str
    owner: str


class GrantIssued(Event):
    """A consumer may use items of a resource."""

    name = "data.grant_issued"
    grant_id: str
    resource: str
    consumer: str


class GrantEnded(Event):
    """A grant expired, was suspended or revoked; ``how`` says which."""

    name = "data.grant_ended"
    grant_id: str
    resource: str
    consumer: str
    how: str


class RecordCorrected(Event):
    """A record under objection was corrected at its source; every past reader has to hear of it."""

    name = "data.record_corrected"
    resource: str
    record: str
    objection_id: str
    old_hash: str
    new_hash: str


class ObjectionRaised(Event):
    """Somebody objects to a value of a record; ``raised_by`` is ``subject`` or ``department``, ``owner`` has to check."""

    name = "data.objection_raised"
    objection_id: str
    resource: str
    record: str
    item: str
    owner: str
    raised_by: str


class ObjectionSettled(Event):
    """The source department corrected the value or keeps it."""

    name = "data.objection_settled"
    objection_id: str
    resource: str
    record: str
    corrected: bool
