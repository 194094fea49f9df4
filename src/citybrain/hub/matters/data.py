"""Records that cross the door of matters. No Django."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, NewType
from uuid import UUID

from citybrain.hub.matters.domain.bundle_document import BundleDocument
from citybrain.hub.matters.domain.depth import ROMAN, Evidence, evidence, evidence_of
from citybrain.hub.matters.domain.document import Material, MatterDocument, Place, Question, Step
from citybrain.hub.matters.domain.guide_rules import GuideRefusal, say_limit
from citybrain.hub.matters.domain.reductions import Reductions
from citybrain.kernel.errors import CityError, FieldProblem
from citybrain.kernel.text import Text, say

MatterId = NewType("MatterId", UUID)

NO_LIMIT = Text(zh="")
STATE_NAMES = {
    "draft": {"zh": "草稿", "en": "Draft"},
    "active": {"zh": "在用", "en": "In force"},
    "suspended": {"zh": "暂停", "en": "Suspended"},
    "cancelled": {"zh": "取消", "en": "Cancelled"},
}


class NotThisMatter(CityError):
    """The situation answers say that this is not the matter to apply for. 409; ``go_to`` may name the right one."""

    status = 409
    code = "not_this_matter"

    def __init__(self, message: Any, *, go_to: str = "", **kw: Any) -> None:
        super().__init__(message, **kw)
        self.go_to = go_to


@dataclass(frozen=True)
class BodyView:
    """A unit that performs a matter."""

    organisation: str
    name: dict[str, str]
    level: str
    jurisdiction: str
    division: str
    implementation_code: str
    place: Place | None = None


@dataclass(frozen=True)
class Entry:
    """A matter or bundle in a list. ``why`` says by which word a search found it."""

    kind: str
    key: str
    name: dict[str, str]
    summary: dict[str, str]
    state: str = "active"
    department: str = ""
    depth: int = 0
    visits: int = 0
    promised: Text = NO_LIMIT
    score: float = 0.0
    why: str = ""
    online: bool = False
    type: str = ""
    weak: int = 0
    version: int = 0


@dataclass(frozen=True)
class ThemeView:
    """One entry of a browse axis, with how many things stand under it."""

    axis: str
    key: str
    name: dict[str, str]
    hint: dict[str, str]
    icon: str
    count: int


@dataclass(frozen=True)
class SituationView:
    """The questions answered so far, the next one, and what the answers select."""

    key: str
    answers: dict[str, str]
    asked: tuple[tuple[Question, str], ...]
    next: Question | None
    refused: Text | None = None
    go_to: str = ""
    problems: tuple[FieldProblem, ...] = ()
    materials: tuple[Material, ...] = ()
    steps: tuple[Step, ...] = ()
    children: tuple[Entry, ...] = ()

    @property
    def complete(self) -> bool:
        return self.next is None and self.refused is None


@dataclass(frozen=True)
class GuideView:
    """A guide as citizens and clerks read it. ``document`` has every element; ``evidence(path)`` its standing."""

    key: str
    kind: str
    version: int
    state: str
    document: MatterDocument | BundleDocument
    bodies: tuple[BodyView, ...] = ()
    body: BodyView | None = None
    base_code: str = ""
    code_confirmed: bool = False
    depth: int = 0
    effective_from: date | None = None
    effective_to: date | None = None
    children: tuple[GuideView, ...] = ()
    state_reason: str = ""
    used: bool = False

    @property
    def name(self) -> Text:
        return self.document.name

    @property
    def depth_roman(self) -> str:
        return ROMAN.get(self.depth, "")

    @property
    def open(self) -> bool:
        """Whether one can apply now."""
        return self.state == "active"

    @property
    def assurance(self) -> str:
        """How surely the applicant must be known online; a bundle asks for the most its parts ask for."""
        if isinstance(self.document, MatterDocument):
            return self.document.applicant.assurance
        return "verified" if any(child.assurance == "verified" for child in self.children) else "basic"

    @property
    def promised(self) -> Text:
        d = self.document
        return say_limit(d.time.promised if isinstance(d, MatterDocument) else d.promised)

    @property
    def statutory(self) -> Text | None:
        return say_limit(self.document.time.statutory) if isinstance(self.document, MatterDocument) else None

    @property
    def place(self) -> Any:
        """Place of the chosen body, else of the matter."""
        return (self.body.place if self.body else None) or self.document.place

    def evidence(self, path: str) -> Evidence:
        if isinstance(self.document, MatterDocument):
            return evidence_of(self.document, path)
        return evidence(self.document.evidence.get(path, self.document.evidence.get("*", "K")))

    def say(self) -> str:
        return say(self.document.name)


@dataclass(frozen=True)
class SlotView:
    """One material as the applicant meets it. Read by the macro ``slot`` of ``cases/forms/fields.html``."""

    key: str
    name: Text
    required: bool
    tolerable: bool
    state: str
    notes: Text | None = None
    issuer: Text | None = None
    spared: Text | None = None
    certificates: tuple[dict[str, Any], ...] = ()
    presented: str = ""
    promise: bool = False
    promised: bool = False
    files: tuple[dict[str, Any], ...] = ()
    accept: str = ""
    max_files: int = 5
    blank_href: str = ""
    sample_href: str = ""
    error: Any = ""
    wanted_note: str = ""
    paper: bool = False  # brought on paper and checked at a window

    @property
    def done(self) -> bool:
        return self.spared is not None or self.state in ("given", "waived") or self.promised


@dataclass(frozen=True)
class PageView:
    """A page of an application: ``view`` for the form macros, or ``slots`` on the materials page."""

    case_id: UUID
    record: Any
    key: str
    view: dict[str, Any]
    slots: tuple[SlotView, ...] = ()
    pages: tuple[tuple[str, Text, bool], ...] = ()
    problems: tuple[FieldProblem, ...] = ()
    next: str = ""


@dataclass(frozen=True)
class ReviewView:
    """Check your answers: everything given, everything still missing, and whether it can be submitted."""

    case_id: UUID
    record: Any
    form_title: Text
    pages: tuple[dict[str, Any], ...]
    slots: tuple[SlotView, ...]
    problems: tuple[FieldProblem, ...]
    declaration: Text | None = None
    children: tuple[Entry, ...] = ()

    @property
    def ready(self) -> bool:
        return not self.problems


__all__ = [
    "STATE_NAMES",
    "BodyView",
    "BundleDocument",
    "Entry",
    "GuideRefusal",
    "GuideView",
    "MatterDocument",
    "MatterId",
    "NotThisMatter",
    "PageView",
    "Reductions",
    "ReviewView",
    "SituationView",
    "SlotView",
    "ThemeView",
]  # fmt: skip
