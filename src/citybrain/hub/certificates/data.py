"""Records, ids and events that cross the door of certificates. No Django."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, ClassVar, NewType
from uuid import UUID

from citybrain.kernel.errors import CityError
from citybrain.kernel.events import Event
from citybrain.kernel.text import Text, say

CertificateId = NewType("CertificateId", UUID)

# States of reference §16; codes of one ministry's live interface [V2:MOHURD], reference §7.3.
STATES: dict[str, dict[str, str]] = {
    "valid": {"zh": "有效", "en": "Valid", "code": "01"},
    "suspended": {"zh": "暂扣", "en": "Suspended", "code": "02"},
    "withdrawn": {"zh": "撤销", "en": "Withdrawn", "code": "03"},
    "cancelled": {"zh": "注销", "en": "Cancelled", "code": "04"},
    "expired": {"zh": "失效（到期）", "en": "Expired", "code": "05"},
    "changed": {"zh": "失效（已变更）", "en": "Replaced by a newer version", "code": "05"},
    "revoked": {"zh": "吊销", "en": "Revoked", "code": "07"},
}
OPERATIONS: dict[str, dict[str, str]] = {
    "01": {"zh": "新发", "en": "Issued"},
    "02": {"zh": "延续", "en": "Renewed"},
    "03": {"zh": "暂扣", "en": "Suspended"},
    "04": {"zh": "过期失效", "en": "Expired"},
    "05": {"zh": "注销", "en": "Ended"},
    "06": {"zh": "暂扣发还", "en": "Given back"},
    "07": {"zh": "其他", "en": "Other"},
    "09": {"zh": "变更", "en": "Changed"},
}
HOLDER_KINDS = {
    "natural": {"zh": "自然人", "en": "Natural person"},
    "legal": {"zh": "法人", "en": "Legal person"},
    "either": {"zh": "自然人或法人", "en": "Natural or legal person"},
    "thing": {"zh": "物", "en": "Thing"},
}


class NotUsable(CityError):
    """The certificate exists but may not be used: only a valid one may be shown or presented. 409."""

    status = 409
    code = "not_usable"


@dataclass(frozen=True)
class CertificateRecord:
    """A certificate as its holder or an official in scope sees it."""

    id: CertificateId
    type_key: str
    name: dict[str, str]
    number: str
    identifier: str
    version: int
    state: str
    holder_kind: str
    holder_id: UUID | None
    holder_name: str
    holder_id_type: str
    holder_id_number: str
    issuer_org: str
    issuer_name: dict[str, str]
    issued_at: datetime
    valid_from: date
    valid_to: date | None
    trust: str
    case_id: UUID | None
    matter: str
    data: Mapping[str, Any] = field(default_factory=dict, repr=False)
    rows: tuple[tuple[dict[str, str], str], ...] = field(default=(), repr=False)
    ready: bool = False
    demo: bool = False
    weak: bool = False

    @property
    def state_name(self) -> dict[str, str]:
        return {"zh": STATES[self.state]["zh"], "en": STATES[self.state]["en"]}

    @property
    def usable(self) -> bool:
        return self.state == "valid"

    def say(self) -> str:
        return say(self.name)


@dataclass(frozen=True)
class PublicView:
    """What anyone who holds number and code may see, and no more."""

    name: dict[str, str]
    number: str
    state: str
    holder: str  # masked
    issuer: dict[str, str]
    issued_on: date
    valid_from: date
    valid_to: date | None
    facts: tuple[tuple[dict[str, str], str], ...] = ()
    superseded: bool = False
    demo: bool = False

    @property
    def state_name(self) -> dict[str, str]:
        return {"zh": STATES[self.state]["zh"], "en": STATES[self.state]["en"]}


@dataclass(frozen=True)
class Presented:
    """A certificate drawn instead of an upload (免提交): what the case keeps of it."""

    certificate_id: CertificateId
    type_key: str
    name: dict[str, str]
    number: str
    identifier: str
    version: int
    holder: str
    valid_to: date | None
    use_id: UUID
    data: Mapping[str, Any] = field(default_factory=dict, repr=False)

    def as_dict(self) -> dict[str, Any]:
        return {
            "certificate_id": str(self.certificate_id), "type_key": self.type_key, "name": self.name,
            "number": self.number, "identifier": self.identifier, "version": self.version, "holder": self.holder,
            "valid_to": self.valid_to.isoformat() if self.valid_to else "", "use_id": str(self.use_id),
        }  # fmt: skip


@dataclass(frozen=True)
class TypeRecord:
    """A certificate type in force."""

    key: str
    version: int
    code: str
    name: Text
    holder: str
    trust: str
    weak: bool


class CertificateEvent(Event):
    """Common facts of certificate events; no personal data crosses."""

    certificate_id: UUID
    type_key: str
    number: str
    issuer_org: str
    holder_kind: str
    holder_id: UUID | None = None
    case_id: UUID | None = None


class Issued(CertificateEvent):
    name: ClassVar[str] = "certificates.issued"


class Changed(CertificateEvent):
    name: ClassVar[str] = "certificates.changed"
    previous_id: UUID


class Suspended(CertificateEvent):
    name: ClassVar[str] = "certificates.suspended"


class Resumed(CertificateEvent):
    name: ClassVar[str] = "certificates.resumed"


class Expired(CertificateEvent):
    name: ClassVar[str] = "certificates.expired"


class Revoked(CertificateEvent):
    name: ClassVar[str] = "certificates.revoked"


class Cancelled(CertificateEvent):
    name: ClassVar[str] = "certificates.cancelled"
