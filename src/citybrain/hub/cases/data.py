"""Frozen records, ids, errors and events that cross the door of cases. No Django here."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar, NewType
from uuid import UUID

from citybrain.kernel.errors import CityError
from citybrain.kernel.events import Event
from citybrain.kernel.text import say

CaseId = NewType("CaseId", UUID)


class Refused(CityError):
    """The machine does not allow the act now. 409; ``code`` says why (once_only, too_late, wrong_state …)."""

    status = 409
    code = "refused"


@dataclass(frozen=True)
class CaseRecord:
    """A case without personal data. ``light`` is green, yellow, red, paused or "" (no running clock)."""

    id: CaseId
    case_no: str
    case_type: str
    machine_version: int
    state: str
    state_name: dict[str, str]
    finished: bool
    outcome: str
    revision: int
    matter: str
    matter_version: int
    matter_name: dict[str, str]
    title: str
    organisation: str
    division: str
    channel: str
    demo: bool
    subject_id: UUID | None
    subject_kind: str
    subject_label: str
    person_id: UUID | None
    parent_id: UUID | None
    parent_role: str
    context: dict[str, Any]
    opened_at: datetime
    submitted_at: datetime | None
    received_at: datetime | None
    accepted_at: datetime | None
    decided_at: datetime | None
    delivered_at: datetime | None
    closed_at: datetime | None
    updated_at: datetime
    due_at: datetime | None
    statutory_due_at: datetime | None
    light: str

    @property
    def public_no(self) -> str:
        """The number a person sees."""
        return self.case_no or str(self.id)[-12:]


@dataclass(frozen=True)
class MaterialRecord:
    """One material: ``state`` missing, wanted (asked again), given or waived; ``source`` how it came."""

    key: str
    name: dict[str, str]
    required: bool
    tolerable: bool
    state: str
    source: str
    reference: str
    note: str
    extra: dict[str, Any] = field(default_factory=dict)
    attachments: tuple[AttachmentRecord, ...] = ()


@dataclass(frozen=True)
class AttachmentRecord:
    """A stored file; the bytes come from ``attachment_for``."""

    id: UUID
    case_id: UUID
    material: str
    kind: str
    name: str
    media_type: str
    size: int
    sha256: str
    uploaded_at: datetime


@dataclass(frozen=True)
class ClockRecord:
    """One clock side by side with its limits; ``intervals`` do not count."""

    name: str
    title: dict[str, str]
    state: str
    value: int
    unit: str
    started_at: datetime
    due_at: datetime | None  # None while running: waits for next year's holiday table
    light: str
    left: float | None
    basis: str
    confirmed: bool
    statutory: dict[str, Any] | None
    statutory_due_at: datetime | None
    internal: dict[str, Any] | None
    internal_due_at: datetime | None
    intervals: tuple[IntervalRecord, ...] = ()


@dataclass(frozen=True)
class IntervalRecord:
    """A time that does not count."""

    kind: str
    kind_name: dict[str, str]
    reason: str
    expected_days: int | None
    started_at: datetime
    ended_at: datetime | None
    result: str


@dataclass(frozen=True)
class ChildRecord:
    """A child of a bundle as its parent sees it."""

    case: CaseRecord
    role: str
    prerequisites: tuple[str, ...]
    held: bool


@dataclass(frozen=True)
class CaseView:
    """What ``case_for`` gives: the record, the form, the subject (masked for officials unless purpose), materials, clocks."""

    record: CaseRecord
    data: dict[str, Any]
    subject_name: str
    subject_number: str
    subject_phone: str
    masked: bool
    state_public: dict[str, str]
    step: str
    steps: tuple[tuple[str, dict[str, str]], ...]
    machine_name: dict[str, str]
    materials: tuple[MaterialRecord, ...]
    clocks: tuple[ClockRecord, ...]
    children: tuple[ChildRecord, ...] = ()

    @property
    def id(self) -> CaseId:
        return self.record.id


@dataclass(frozen=True)
class ActionView:
    """One act possible now. ``fields`` is a JSON schema (object) of what has to be said."""

    action: str
    name: dict[str, str]
    fields: dict[str, Any]
    danger: bool
    primary: bool
    basis: str
    role: str
    possible: bool = True
    why_not: dict[str, str] = field(default_factory=dict)
    branch: str = ""
    signed: bool = False  # confirming puts the officer's electronic signature on it

    def say(self) -> str:
        return say(self.name)


@dataclass(frozen=True)
class TransitionRecord:
    """One line of the history. ``who`` is a name for officials and "" for the public."""

    seq: int
    at: datetime
    action: str
    name: dict[str, str]
    from_state: str
    to_state: str
    state_name: dict[str, str]
    public_text: dict[str, str]
    who: str
    organisation: str
    role: str
    comment: str
    data: dict[str, Any]
    effects: tuple[dict[str, Any], ...]
    public: bool
    signature: SignatureRecord | None = None


@dataclass(frozen=True)
class TieRecord:
    """A tie to another case. ``kind``: follows or merged. ``leads``: this case is the earlier one, or the lead."""

    kind: str
    leads: bool
    at: datetime
    case: CaseRecord


@dataclass(frozen=True)
class SignatureRecord:
    """The officer's electronic signature on a decision, checked at this moment; ``fault`` is "" when it holds."""

    who: str
    post: dict[str, str]
    organisation: str
    at: datetime
    key_id: str
    digest: str
    fault: str = ""


@dataclass(frozen=True)
class DocumentRecord:
    """A document given out in a case, as printed."""

    id: UUID
    case_id: UUID
    code: str
    number: str
    name: dict[str, str]
    content: dict[str, Any]
    issued_at: datetime
    organisation: str


@dataclass(frozen=True)
class CommentRecord:
    """A remark between officials."""

    at: datetime
    author: str
    organisation: str
    text: str


@dataclass(frozen=True)
class Filters:
    """What a work list shows. Empty means everything in scope. ``q`` finds names, numbers and text."""

    matter: str = ""
    light: str = ""
    state: str = ""
    place: str = ""
    channel: str = ""
    organisation: str = ""
    role: str = ""
    since: Any = None
    until: Any = None
    q: str = ""
    mine: bool = False
    untaken: bool = False
    demo: bool | None = None
    done: bool = False  # closed cases in scope instead of open work
    all: bool = False  # every open case in scope, whoever has to act
    sort: str = "due"  # due opened -opened


@dataclass(frozen=True)
class TaskRow:
    """One line of a work list."""

    task_id: UUID | None
    case: CaseRecord
    role: str
    branch: str
    due_at: datetime | None
    light: str
    taken_by: UUID | None
    taken_by_me: bool


@dataclass(frozen=True)
class Page:
    """A page of rows. ``total`` is counted up to a bound (``more_than_total`` says it is larger); ``next`` is a keyset cursor."""

    rows: tuple[Any, ...]
    number: int
    size: int
    total: int
    more_than_total: bool = False
    next: str = ""

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // self.size))

    @property
    def has_next(self) -> bool:
        return bool(self.next)


# events ----------------------------------------------------------------------------------------------------------


class Opened(Event):
    """A case exists (perhaps only as a draft)."""

    name: ClassVar[str] = "cases.opened"
    case_id: UUID
    case_type: str
    matter: str = ""
    organisation: str = ""
    subject_id: UUID | None = None
    channel: str = ""
    parent_id: UUID | None = None
    demo: bool = False


class Transitioned(Event):
    """A case went from one state to another, or something happened within a state."""

    name: ClassVar[str] = "cases.transitioned"
    case_id: UUID
    case_no: str = ""
    case_type: str
    matter: str = ""
    matter_name: dict[str, str] = {}
    from_state: str
    to_state: str
    state_name: dict[str, str] = {}
    action: str
    action_name: dict[str, str] = {}
    organisation: str = ""
    division: str = ""
    subject_id: UUID | None = None
    subject_kind: str = ""
    person_id: UUID | None = None
    parent_id: UUID | None = None
    seq: int = 0
    at: datetime
    due_at: datetime | None = None
    outcome: str = ""
    channel: str = ""
    demo: bool = False
    notices: list[dict[str, str]] = []  # [{template, to}]: sent by the subscriber, once each
    details: dict[str, Any] = {}  # the act's fields that are not personal


class Decided(Event):
    """A case has its outcome."""

    name: ClassVar[str] = "cases.decided"
    case_id: UUID
    case_no: str = ""
    case_type: str
    matter: str = ""
    organisation: str = ""
    subject_id: UUID | None = None
    outcome: str
    at: datetime
    late: bool | None = None
    demo: bool = False


class Closed(Event):
    """A case is closed; the applicant may rate it now."""

    name: ClassVar[str] = "cases.closed"
    case_id: UUID
    case_no: str = ""
    case_type: str
    matter: str = ""
    organisation: str = ""
    subject_id: UUID | None = None
    person_id: UUID | None = None
    outcome: str = ""
    channel: str = ""
    at: datetime
    demo: bool = False


class Overdue(Event):
    """The clock that colours a case has run out."""

    name: ClassVar[str] = "cases.overdue"
    case_id: UUID
    case_no: str = ""
    case_type: str
    matter: str = ""
    organisation: str = ""
    due_at: datetime
    demo: bool = False
