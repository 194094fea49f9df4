"""The YAML of the pack part ``matters``: one matter as an implementation list (实施清单), all element groups.

The groups follow GB/T 39046 as summarised in the domain reference §2.5. The schema refuses unknown keys and values
outside the code tables; what is allowed to be *published* is judged by ``guide_rules`` (G01–G16), so that an editor
can save a matter that is not ready yet.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, model_validator

from citybrain.kernel.text import Text

Key = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,59}$")]
Slug = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{0,79}$")]
Condition = Annotated[str, StringConstraints(min_length=1, max_length=500)]
EvidenceTag = Annotated[str, StringConstraints(pattern=r"^\[?(V2?(:[^\]]+)?|T|K\??|D)\]?$")]
PackFile = Annotated[
    str, StringConstraints(pattern=r"^(files/[A-Za-z0-9_./-]+|certificate:[a-z0-9-]+|template)$")
]
"""A file inside the pack, the certificate type whose rendering is the sample, or the generated blank form."""

MATTER_TYPES = {
    "licence": ("01", "行政许可", "Administrative licence"),
    "levy": ("04", "行政征收", "Administrative levy"),
    "payment": ("05", "行政给付", "Administrative payment"),
    "confirmation": ("07", "行政确认", "Administrative confirmation"),
    "award": ("08", "行政奖励", "Administrative award"),
    "ruling": ("09", "行政裁决", "Administrative ruling"),
    "other": ("10", "其他行政权力", "Other administrative power"),
    "service": ("20", "公共服务", "Public service"),
}
"""Matter types in the scope of government service; codes GB/T 39046 A.1 [V:GBT39046]."""

MatterType = Literal["licence", "levy", "payment", "confirmation", "award", "ruling", "other", "service"]
UseLevel = Literal["nation", "province", "city", "county", "town", "village", "mixed"]
USE_LEVELS = {"nation": 1, "province": 2, "city": 3, "county": 4, "town": 5, "village": 6, "mixed": 7}
ServiceObject = Literal["person", "company", "institution", "social_organisation", "government", "other"]
HandleForm = Literal["window", "web", "mobile", "mail", "kiosk", "other"]


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Limit(Strict):
    """A time limit. Written ``{value: 20, unit: workday}`` or shortly ``20 workday``."""

    value: int = Field(ge=0, le=3650)
    unit: Literal["workday", "day", "hour", "workhour"] = "workday"

    @model_validator(mode="before")
    @classmethod
    def _short(cls, raw: Any) -> Any:
        if isinstance(raw, str):
            value, _, unit = raw.strip().partition(" ")
            return {"value": value, "unit": unit.rstrip("s") or "workday"}
        return {"value": raw} if isinstance(raw, int) else raw


class Catalogued(Strict):
    """An entry of the basic catalogue above the matter: main item (主项) or sub item (子项)."""

    name: Text
    code: Annotated[str, StringConstraints(pattern=r"^[0-9A-Z]{1,36}$")] | None = None


class Basis(Strict):
    """A legal basis: law, article, and the words relied on."""

    law: Text
    article: str = ""
    text: Text | None = None
    kind: Literal["setting", "implementing", "procedure", "fee", "other"] = "setting"
    evidence: EvidenceTag = "K"


class Time(Strict):
    """Limits in the law (statutory), promised to the public, and for acceptance. 承诺 may only shorten (G15)."""

    statutory: Limit
    statutory_note: Text | None = None
    promised: Limit
    promised_note: Text | None = None
    acceptance: Limit = Limit(value=5, unit="workday")
    delivery: Limit = Limit(value=10, unit="workday")


class Kind(Strict):
    """办件类型 and mode: instant (即办件, 即审即办) or committed (承诺件, 前审后批)."""

    case: Literal["instant", "committed", "other"]
    mode: Literal["on_the_spot", "review_first"]
    automatic: bool = False  # 秒批: granted by the system when nothing required is missing


class Who(Strict):
    """Whom the matter serves, and under which topics it is found."""

    objects: list[ServiceObject] = Field(min_length=1)
    person_topics: list[Slug] = []
    corp_topics: list[Slug] = []
    life_events: list[Slug] = []
    groups: list[Slug] = []
    note: Text | None = None


class Applicant(Strict):
    """What is asked of the person who applies online. ``assurance``: how surely the real-name platform knows them."""

    assurance: Literal["basic", "verified"] = "basic"


class How(Strict):
    """How one can apply. The online depth is derived from ``online_steps`` and ``visits`` unless declared."""

    forms: list[HandleForm] = Field(min_length=1)
    online: bool
    online_steps: list[
        Literal["consult", "receive", "prereview", "accept", "handle", "feedback", "certificate", "other"]
    ] = []
    depth: int | None = Field(default=None, ge=1, le=4)
    url: str = ""
    hall: bool = True
    comprehensive_window: bool = True
    single_sign_on: bool = True
    visits: int = Field(ge=0, le=9)
    visits_reason: Text | None = None
    range: Literal["county", "city", "province", "cross_province", "nation"] = "county"
    crossing: list[Literal["full_online", "collect_and_forward", "joint"]] = []
    booking: bool = False
    pay_online: bool = False
    express: bool = False
    kiosk: bool = False


class Conditions(Strict):
    """When an application can be accepted, what forbids it, and whether numbers are limited."""

    accept: list[Text] = Field(min_length=1)
    forbidden: list[Text] = []
    quantity: Text | None = None
    evidence: EvidenceTag = "K"


class Material(Strict):
    """One material (材料). ``when`` selects it by situation; ``substitute`` says how it need not be submitted."""

    key: Key
    name: Text
    source: Literal["applicant", "government", "agency", "other"] = "applicant"
    issuer: Text | None = None
    required: bool = True
    when: Condition | None = None
    paper: Literal["electronic", "paper", "both"] = "both"
    originals: int = Field(default=1, ge=0, le=99)
    copies: int = Field(default=0, ge=0, le=99)
    spec: Text | None = None
    age: Text | None = None
    notes: Text | None = None
    blank: PackFile | None = None
    sample: PackFile | None = None
    basis: str = ""
    tolerable: bool = False
    certificate: Slug | None = None
    certificate_catalogued: bool | None = None
    substitute: Literal["none", "certificate", "data_check", "department_check", "promise", "abolished"] = (
        "none"
    )
    from_form: bool = False
    accept: list[Literal["pdf", "jpg", "png", "ofd", "docx", "xlsx"]] = ["pdf", "jpg", "png"]
    max_files: int = Field(default=5, ge=1, le=20)
    evidence: EvidenceTag = "K"


class Step(Strict):
    """One step of the flow (环节)."""

    key: Literal[
        "receive", "accept", "review", "site_check", "expert", "decide", "issue", "finish", "deliver", "other"
    ]
    name: Text
    by: Text | None = None
    limit: Limit | None = None
    standard: Text | None = None
    output: Text | None = None
    when: Condition | None = None


class SpecialProcedure(Strict):
    """A procedure whose time does not count (行政许可法 art. 45), or an extension (art. 42)."""

    kind: Literal["extension", "hearing", "bidding", "auction", "inspection", "testing", "quarantine", "appraisal",
                  "expert_review", "publicity", "site_check", "other"]  # fmt: skip
    name: Text
    limit: Limit | None = None
    basis: str = ""


class Agency(Strict):
    """An intermediary service (中介服务) that the matter needs."""

    name: Text
    basis: str
    limit: Limit | None = None
    fee: Text | None = None


class FeeItem(Strict):
    name: Text
    standard: Text
    basis: str = ""
    relief: Text | None = None
    amount_fen: int | None = Field(default=None, ge=0)


class Fee(Strict):
    charged: bool
    items: list[FeeItem] = []


class Result(Strict):
    """The result document. ``certificate`` is the certificate type issued on approval."""

    name: Text
    kind: Literal["certificate", "approval", "document", "none"]
    finish: Literal["certificate_issued", "approved", "document_issued", "done"]
    certificate: Slug | None = None
    certificate_change: Literal["issue", "update", "extend", "cancel", "none"] = "issue"
    data: dict[Key, str] = {}
    sample: PackFile | None = None
    validity: Text | None = None
    validity_months: int | None = Field(default=None, ge=1, le=1200)
    catalogue: str = ""


class Place(Strict):
    """Where and when; addresses go down to the window or room (G08)."""

    name: Text
    address: Text
    hours: Text
    transport: Text | None = None
    consult_phone: str
    complaint_phone: str
    evidence: EvidenceTag = "K?"


class Body(Strict):
    """An implementing body: ``organisation`` names one, ``department`` + ``levels`` every counterpart."""

    organisation: Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+-[a-z0-9-]+$")] | None = None
    department: Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+$")] | None = None
    levels: list[Literal["city", "county", "town"]] = []
    nature: Literal["authority", "authorised", "entrusted", "other"] = "authority"
    entrusted_by: Text | None = None
    joint_with: list[Text] = []
    handled_by: Text | None = None
    place: Place | None = None

    @model_validator(mode="after")
    def _one_way(self) -> Body:
        if bool(self.organisation) == bool(self.department):
            raise ValueError("name either an organisation or a department with levels")
        if self.department and not self.levels:
            raise ValueError("a department needs levels: [city], [county] or [town]")
        return self


class Remedies(Strict):
    review: Text
    litigation: Text
    rights: list[Text] = []
    duties: list[Text] = []


class Faq(Strict):
    question: Text
    answer: Text
    evidence: EvidenceTag = "K"


class Supervision(Strict):
    system_level: UseLevel | None = None
    ways: list[Text] = []
    annual: Text | None = None
    after: Text | None = None


def _yes_no(raw: Any) -> Any:
    """YAML reads a bare yes or no as true or false; an answer is a word."""
    return {True: "yes", False: "no"}.get(raw, raw) if isinstance(raw, bool) else raw


class Choice(Strict):
    value: Annotated[str, BeforeValidator(_yes_no), StringConstraints(pattern=r"^[a-z0-9_]{1,60}$")]
    label: Text
    hint: Text | None = None
    refuse: Text | None = None
    go_to: Slug | None = None


class Question(Strict):
    """A situation question (情形). Its answer is a name in every condition of the matter and its form."""

    key: Key
    question: Text
    hint: Text | None = None
    when: Condition | None = None
    options: list[Choice] = Field(min_length=2, max_length=12)


class Handling(Strict):
    """A handling item (业务办理项): a named combination of situation answers the public may pick directly."""

    key: Key
    name: Text
    answers: dict[Key, Annotated[str, BeforeValidator(_yes_no)]] = {}


class Authority(Strict):
    """Level of exercise and division of power."""

    level: UseLevel
    division_of_power: Text | None = None
    content: Text | None = None
    lead: Text | None = None


class MatterDocument(Strict):
    """``matters/<key>.yaml``. ``evidence`` maps element paths (or ``*``) to tags; the longest prefix counts."""

    key: Slug = ""
    version: int = Field(default=1, ge=1)
    state: Literal["draft", "active", "suspended", "cancelled"] = "active"
    effective_from: date = date(2026, 1, 1)
    effective_to: date | None = None
    name: Text
    short_name: Text | None = None
    summary: Text
    main_item: Catalogued
    sub_item: Catalogued | None = None
    base_code: Annotated[str, StringConstraints(pattern=r"^[0-9A-Z]{4,36}$")] | None = None
    code_profile: Slug = "national-12"
    type: MatterType
    power_source: Literal["statutory", "delegated", "entrusted"] = "statutory"
    basis: list[Basis] = []
    authority: Authority
    bodies: list[Body] = Field(min_length=1)
    department_name: Text | None = None
    time: Time
    kind: Kind
    who: Who
    applicant: Applicant = Applicant()
    how: How
    conditions: Conditions
    materials: list[Material] = []
    flow: list[Step] = Field(min_length=1)
    special_procedures: list[SpecialProcedure] = []
    agencies: list[Agency] = []
    fee: Fee
    result: Result
    place: Place
    remedies: Remedies
    faq: list[Faq] = []
    supervision: Supervision | None = None
    situations: list[Question] = []
    handling_items: list[Handling] = []
    machine: Slug = "permit"
    form: Slug
    route_by: Key | None = None
    keywords: list[str] = []
    life_event_note: Text | None = None
    high_frequency: bool = False
    related: list[Slug] = []
    evidence: dict[str, EvidenceTag] = {"*": "K"}

    @model_validator(mode="after")
    def _keys_are_unique(self) -> MatterDocument:
        for what, keys in (
            ("materials", [m.key for m in self.materials]),
            ("situations", [q.key for q in self.situations]),
            ("handling_items", [h.key for h in self.handling_items]),
        ):
            twice = sorted({key for key in keys if keys.count(key) > 1})
            if twice:
                raise ValueError(f"{what}: same key twice: {', '.join(twice)}")
        return self
