"""Frozen records and ids that cross the door of identity. Knows no Django and holds no rule."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, ClassVar, Final, Literal, NewType
from uuid import UUID

from citybrain.kernel.events import Event

PersonId = NewType("PersonId", UUID)
LegalPersonId = NewType("LegalPersonId", UUID)
AccountId = NewType("AccountId", UUID)
PostId = NewType("PostId", UUID)

SubjectKind = Literal["person", "legal_person"]


class _All:
    """The unlimited scope. Contains everything, is a singleton, is not a list."""

    def __contains__(self, item: object) -> bool:
        return True

    def __repr__(self) -> str:
        return "ALL"


ALL: Final = _All()


# org.type of the plan's units (党政机关、派出机构、垂管、事业 …)
TYPE_NAMES: Final[dict[str, dict[str, str]]] = {
    "PARTY": {"zh": "党委部门", "en": "Party department"},
    "GOV": {"zh": "政府工作部门", "en": "Government department"},
    "GOV_AGENCY": {"zh": "派出或直属机构", "en": "Agency of government"},
    "VERTICAL": {"zh": "垂直管理单位", "en": "Vertically managed unit"},
    "LEGIS": {"zh": "人大", "en": "People's congress"},
    "CPPCC": {"zh": "政协", "en": "Political consultative conference"},
    "COURT": {"zh": "法院", "en": "Court"},
    "PROC": {"zh": "检察院", "en": "Procuratorate"},
    "PUBINST": {"zh": "事业单位", "en": "Public institution"},
    "UTIL": {"zh": "公用企业", "en": "Utility"},
    "SOE": {"zh": "国有企业", "en": "State-owned enterprise"},
    "EDU": {"zh": "高校", "en": "University or college"},
    "GRASS": {"zh": "基层组织", "en": "Grass-roots organisation"},
    "ENT": {"zh": "企业", "en": "Enterprise"},
    "SOCORG": {"zh": "社会组织", "en": "Social organisation"},
}


@dataclass(frozen=True)
class ScopePart:
    """One right: these organisations (codes, subtree included) for these matters."""

    organisations: "frozenset[str] | _All"
    matters: "frozenset[str] | _All"

    def allows(self, organisation: str = "", matter: str = "") -> bool:
        """An empty name asks nothing about that side."""
        return (not organisation or organisation in self.organisations) and (
            not matter or matter in self.matters
        )


@dataclass(frozen=True)
class Scope:
    """Where an actor holds a permission: a union of parts. Empty parts mean nowhere.

    ``organisations`` and ``matters`` describe the widest single part (never more than is granted); work lists
    that must be exact when a post has several grants use ``q`` or ``allows``.
    """

    parts: tuple[ScopePart, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.parts)

    def allows(self, organisation: str = "", matter: str = "") -> bool:
        return any(part.allows(organisation, matter) for part in self.parts)

    @property
    def _widest(self) -> ScopePart | None:
        return max(self.parts, key=_width, default=None)

    @property
    def organisations(self) -> "list[str] | _All":
        part = self._widest
        if part is None:
            return []
        if len({p.matters for p in self.parts}) == 1:
            return _union(p.organisations for p in self.parts)
        return part.organisations if isinstance(part.organisations, _All) else sorted(part.organisations)

    @property
    def matters(self) -> "list[str] | _All":
        part = self._widest
        if part is None:
            return []
        return part.matters if isinstance(part.matters, _All) else sorted(part.matters)

    def sql(self, organisation_column: str, matter_column: str = "") -> tuple[str, list[Any]]:
        """A condition for hand-written SQL with its parameters. Column names are the caller's own constants."""
        clauses: list[str] = []
        params: list[Any] = []
        for part in self.parts:
            conditions = []
            if not isinstance(part.organisations, _All):
                conditions.append(f"{organisation_column} = ANY(%s)")
                params.append(sorted(part.organisations))
            if matter_column and not isinstance(part.matters, _All):
                conditions.append(f"{matter_column} = ANY(%s)")
                params.append(sorted(part.matters))
            if not conditions:
                return "TRUE", []
            clauses.append("(" + " AND ".join(conditions) + ")")
        return (" OR ".join(clauses).join("()") if clauses else "FALSE"), params


def _union(sets: Iterable["frozenset[str] | _All"]) -> "list[str] | _All":
    found: set[str] = set()
    for item in sets:
        if isinstance(item, _All):
            return ALL
        found |= item
    return sorted(found)


def _width(part: ScopePart) -> tuple[int, int]:
    many = 10**9
    organisations = many if isinstance(part.organisations, _All) else len(part.organisations)
    return organisations, many if isinstance(part.matters, _All) else len(part.matters)


@dataclass(frozen=True)
class OrganisationRecord:
    """A unit of government, party, court, school … ``name`` and ``short`` are Text dictionaries."""

    code: str
    name: dict[str, str]
    short: dict[str, str]
    type: str
    level: str
    division: str
    parent: str
    jurisdiction: str
    slug: str
    duties: tuple[dict[str, str], ...] = ()
    uscc: str = ""
    nature: str = ""
    valid_from: date | None = None
    valid_to: date | None = None
    successor: str = ""
    source: str = ""
    confirmed: bool = True
    demo: bool = False

    def in_force(self, on: date) -> bool:
        return (self.valid_from is None or self.valid_from <= on) and (
            self.valid_to is None or on <= self.valid_to
        )


@dataclass(frozen=True)
class Grant:
    """A role of a post with its scope. ``reach``: own, subtree, place (same jurisdiction), line (subtree + guided counterparts), all."""

    role: str
    organisation: str
    reach: str = "subtree"
    matters: tuple[str, ...] = ()  # empty: every matter


@dataclass(frozen=True)
class PostRecord:
    id: UUID
    key: str
    organisation: str
    title: dict[str, str]
    grants: tuple[Grant, ...] = ()
    duties: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class SigningKeyRecord:
    """What is said about an official's signing key, like a certificate; the private half never leaves its column."""

    key_id: str
    account_id: UUID
    holder: str
    algorithm: str
    public: str  # hex
    valid_from: datetime
    valid_to: datetime
    retired_at: datetime | None
    issuer_key_id: str


@dataclass(frozen=True)
class Signature:
    """One signature: under which key, the DER value, over which SM3 digest, when."""

    key_id: str
    value: bytes
    digest: bytes
    at: datetime


@dataclass(frozen=True)
class RoleRecord:
    key: str
    name: dict[str, str]
    permissions: frozenset[str]
    separated: str = ""  # the separated power it belongs to: system | security | audit
    confirmed_by: str = ""  # role that must confirm an assignment


@dataclass(frozen=True)
class Subject:
    """Whom a case, certificate or message is about. ``id_number`` is complete: do not print it unmasked."""

    kind: SubjectKind
    id: UUID
    name: str
    id_type: str
    id_number: str
    phone: str = ""


@dataclass(frozen=True)
class PersonRecord:
    """A natural person as the asker may see it: ``masked`` says whether name, number and phone are masked."""

    id: UUID
    name: str
    id_type: str
    id_number: str
    phone: str
    sex: str
    birth_date: date | None
    level: str
    demo: bool
    masked: bool


@dataclass(frozen=True)
class LegalPersonRecord:
    id: UUID
    name: str
    uscc: str
    kind: str
    division: str
    address: str
    representative: str
    phone: str
    demo: bool
    masked: bool


@dataclass(frozen=True)
class Prefill:
    """A value for a form with its provenance. ``at`` is when the source last confirmed it."""

    value: Any
    source: dict[str, str]
    at: datetime | None = None


@dataclass(frozen=True)
class DelegationRecord:
    id: UUID
    principal: str
    agent: str
    matters: tuple[str, ...]
    expires_at: datetime
    state: str


@dataclass(frozen=True)
class ActingChoice:
    """One way the signed-in person may act: for oneself, in a post, for a firm, for another person."""

    key: str  # "own" | "post:<id>" | "legal_person:<id>" | "delegation:<id>"
    title: str
    detail: str = ""
    current: bool = False


class PostHeld(Event):
    """An account holds a post from now (confirmed by the security administrator)."""

    name: ClassVar[str] = "identity.post_held"
    account_id: UUID
    post_id: UUID
    organisation: str


class PostEnded(Event):
    """An account no longer holds a post: its open work needs another hand."""

    name: ClassVar[str] = "identity.post_ended"
    account_id: UUID
    post_id: UUID
    organisation: str


class AccountClosed(Event):
    """An account was disabled: its open work needs another hand."""

    name: ClassVar[str] = "identity.account_closed"
    account_id: UUID


class DelegationGranted(Event):
    """A citizen appointed an agent. Ids only: who they are is asked at the door."""

    name: ClassVar[str] = "identity.delegation_granted"
    delegation_id: UUID
    principal_id: UUID
    agent_id: UUID
    expires_at: datetime


class DelegationEnded(Event):
    """A delegation was revoked by the principal or given up by the agent."""

    name: ClassVar[str] = "identity.delegation_ended"
    delegation_id: UUID
    principal_id: UUID
    agent_id: UUID
