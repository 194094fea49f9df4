"""The shape of a certificate type in a pack (part ``certificates``): catalogue facts, fields and a named layout.

A pack never carries a template: it picks one of our layouts and lists the fields to print.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from citybrain.hub.certificates.domain.numbers import TYPE_CODE, pattern_problem
from citybrain.hub.packs.data import Evidence
from citybrain.kernel.text import Text

Key = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
LAYOUTS = ("licence", "certificate", "notice", "card")
SOURCES = (
    "number",
    "holder_name",
    "holder_id_type",
    "holder_id_number",
    "issuer",
    "issued_on",
    "valid_from",
    "valid_to",
    "validity",
)


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class CertificateField(Strict):
    """One printed fact. ``source`` takes it from the certificate itself instead of the business data.

    ``personal`` is kept off public pages always; ``public: true`` shows it on the verification page.
    """

    key: Key
    label: Text
    type: Literal["text", "long", "date", "number", "money", "list", "division"] = "text"
    source: Literal[SOURCES] | None = None  # type: ignore[valid-type]
    required: bool = False
    personal: bool = False
    public: bool = False

    @model_validator(mode="after")
    def _not_both(self) -> CertificateField:
        if self.personal and self.public:
            raise ValueError(f"field {self.key}: personal data is never public")
        return self


class Validity(Strict):
    """How long a certificate lasts: for years or months from issue, without end, or as decided in the case."""

    kind: Literal["years", "months", "long_term", "by_decision"] = "long_term"
    value: int = Field(default=0, ge=0, le=100)

    @model_validator(mode="after")
    def _value_given(self) -> Validity:
        if self.kind in ("years", "months") and not self.value:
            raise ValueError(f"validity in {self.kind} needs a value")
        return self


class Authority(Strict):
    """Who defines the type nationally (定义机构)."""

    name: Text
    code: str = Field(default="", pattern=r"^([0-9A-Z]{18})?$")


class CertificateType(Strict):
    """A certificate type (证照目录)."""

    key: str = Field(pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$", max_length=60)
    version: int = Field(default=1, ge=1, le=999)
    code: str = Field(
        description="证照类型代码: USCC of the defining authority and three digits, 21 characters"
    )
    name: Text
    holder: Literal["natural", "legal", "either", "thing"] = "either"
    defined_by: Authority
    issuer_label: Text = Text(zh="发证机关", en="Issued by")
    validity: Validity = Validity()
    number: str = Field(default="{division}{year}{serial:8}", max_length=60)
    trust: Literal["A", "B", "C", "D"] = "A"  # A newly issued digitally … D scan [K]
    layout: Literal[LAYOUTS] = "certificate"  # type: ignore[valid-type]
    heading: Text | None = None  # printed title, default the name
    fields: tuple[CertificateField, ...] = Field(min_length=1, max_length=40)
    notes: tuple[Text, ...] = Field(default=(), max_length=8)
    basis: tuple[Text, ...] = ()
    evidence: Evidence
    matters: tuple[str, ...] = ()  # related matters (关联事项)

    @field_validator("code")
    @classmethod
    def _code(cls, code: str) -> str:
        if not TYPE_CODE.match(code):
            raise ValueError(
                "the type code has 21 digits or capital letters (18 of the authority, 3 of the type)"
            )
        return code

    @field_validator("number")
    @classmethod
    def _number(cls, pattern: str) -> str:
        problem = pattern_problem(pattern)
        if problem:
            raise ValueError(problem)
        return pattern

    @model_validator(mode="after")
    def _fields_once(self) -> CertificateType:
        keys = [f.key for f in self.fields]
        double = {k for k in keys if keys.count(k) > 1}
        if double:
            raise ValueError(f"field {sorted(double)[0]} is listed twice")
        return self
