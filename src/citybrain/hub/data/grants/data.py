"""Records of sharing that cross the door: grants, callers, what is asked, what is given. No Django."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

Way = Literal["api", "verify", "table", "file", "batch"]
WAYS: tuple[str, ...] = ("api", "verify", "table", "file", "batch")
PURPOSE_KINDS: tuple[str, ...] = ("matter", "duty")


@dataclass(frozen=True)
class Purpose:
    """What data are needed for, bound to a matter or a duty (809号令 Art. 25): ``matter`` or ``duty``, its code, in words."""

    kind: str
    code: str
    text: str

    @property
    def word(self) -> str:
        """What every call repeats: ``matter:food-licence-new``."""
        return f"{self.kind}:{self.code}"


@dataclass(frozen=True)
class GrantRecord:
    """A grant as it stands. ``state``: active suspended revoked expired; ``expires_on`` is its last day."""

    id: UUID
    resource: str
    items: tuple[str, ...]
    consumer: str
    purpose: str
    purpose_kind: str
    purpose_code: str
    basis: str
    ways: tuple[str, ...]
    masked: tuple[str, ...]
    row_filter: str
    special: str
    quota_per_day: int
    issued_at: datetime
    expires_on: date
    state: str
    reason: str
    ended_at: datetime | None
    case_id: UUID | None

    @property
    def purpose_word(self) -> str:
        """What every call has to repeat."""
        return f"{self.purpose_kind}:{self.purpose_code}"


@dataclass(frozen=True)
class Caller:
    """Who calls: the consuming unit, and its application and key, or the person or room inside this system."""

    consumer: str
    application: str = ""
    key_id: UUID | None = None
    address: str = ""
    actor: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Filter:
    """One test on a granted item. ``op``: = != < <= > >= in starts_with empty."""

    item: str
    op: str
    value: Any = None


@dataclass(frozen=True)
class Wanted:
    """What a call asks for: items (all granted when none), tests that all hold, records by key, a page.

    ``adverse``: the caller will let an adverse automatic decision rest on these rows alone; records under objection are
    withheld then (A21).
    """

    items: tuple[str, ...] = ()
    filters: tuple[Filter, ...] = ()
    records: tuple[str, ...] = ()
    after: str = ""
    limit: int = 100
    adverse: bool = False


@dataclass(frozen=True)
class SharedRows:
    """What left: rows in the order of ``items``, the record key and the objection flag of each, the next page's cursor."""

    resource: str
    version: int
    items: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]
    records: tuple[str, ...] = ()
    disputed: tuple[bool, ...] = ()
    next: str = ""
    quota: int = 0
    remaining: int = 0
    withheld: int = 0

    def dicts(self) -> list[dict[str, Any]]:
        """Rows as mappings."""
        return [dict(zip(self.items, row, strict=True)) for row in self.rows]


@dataclass(frozen=True)
class FactAnswer:
    """The answer of a verification: all the same, or which items differ (all of them when there is no such record).

    ``disputed``: the record is under objection; see ``may_decide_against``.
    """

    same: bool
    differs: tuple[str, ...]
    disputed: bool = False
    quota: int = 0
    remaining: int = 0

    @property
    def may_decide_against(self) -> bool:
        """Whether an adverse automatic decision may rest on this alone: never on a record under objection (A21)."""
        return not self.disputed


@dataclass(frozen=True)
class Facts:
    """Values of one record, given to a room of this system."""

    resource: str
    values: dict[str, Any]
    disputed: bool
    grant_id: UUID
