"""The YAML of the pack parts ``elements`` (data element dictionary) and ``forms``.

Refuses: unknown keys, a field that names both an element and a block, ranges the wrong way round, options without
values. References between documents (does the element exist, does the condition compile) are checked by ``pack``.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import (
    BaseModel,
    ConfigDict,
    Discriminator,
    Field,
    StringConstraints,
    Tag,
    field_validator,
    model_validator,
)

from citybrain.kernel.text import Text

Key = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,59}$")]
"""Keys that appear in conditions: lower case, digits, underscore."""
Slug = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{0,79}$")]
"""Keys that appear in addresses: lower case, digits, hyphen."""
Condition = Annotated[str, StringConstraints(min_length=1, max_length=500)]
"""An expression of kernel.expressions over situation answers and earlier fields."""
EvidenceTag = Annotated[str, StringConstraints(pattern=r"^(\[?(V2?(:[^\]]+)?|T|K\??|D)\]?)$")]
"""Evidence tag of the domain reference: V:KEY, V2:KEY, T, K, K?, D (square brackets optional)."""

ElementType = Literal[
    "text", "textarea", "integer", "number", "money", "date", "boolean", "choice", "choices",
    "id_number", "uscc", "phone", "email", "division", "address", "attachment",
]  # fmt: skip
Sensitivity = Literal["public", "internal", "personal", "sensitive"]

MAX_OPTIONS = 400
MAX_FIELDS = 200
MAX_REPEAT = 50


class Strict(BaseModel):
    """Documents refuse unknown keys, so that a typing error is not silently ignored."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Option(Strict):
    """One choice. ``value`` is stored, ``label`` is read; a plain string or a pair ``value: label`` is accepted."""

    value: Annotated[str, StringConstraints(min_length=1, max_length=60)]
    label: Text
    hint: Text | None = None

    @model_validator(mode="before")
    @classmethod
    def _short_forms(cls, raw: Any) -> Any:
        if isinstance(raw, str):
            return {"value": raw, "label": raw}
        if isinstance(raw, dict) and len(raw) == 1 and "value" not in raw:
            ((value, label),) = raw.items()
            return {"value": str(value), "label": label}
        return raw


class Rules(Strict):
    """Limits on an answer, shared by elements and (tightening only) by fields."""

    min: Decimal | None = None
    max: Decimal | None = None
    min_length: int | None = Field(default=None, ge=0)
    max_length: int | None = Field(default=None, ge=1, le=20000)
    pattern: Annotated[str, StringConstraints(max_length=300)] | None = None
    pattern_message: Text | None = None
    decimals: int | None = Field(default=None, ge=0, le=6)
    past: bool = False
    future: bool = False

    @field_validator("pattern")
    @classmethod
    def _pattern_compiles(cls, pattern: str | None) -> str | None:
        if pattern is not None:
            try:
                re.compile(pattern)
            except re.error as error:
                raise ValueError(f"not a regular expression: {error}") from error
            if re.search(r"\([^)]*[+*][^)]*\)[+*{]", pattern):
                raise ValueError("nested repetition can take for ever; write the pattern without it")
        return pattern

    @model_validator(mode="after")
    def _ranges(self) -> Rules:
        if self.min is not None and self.max is not None and self.min > self.max:
            raise ValueError("min is greater than max")
        if self.min_length is not None and self.max_length is not None and self.min_length > self.max_length:
            raise ValueError("min_length is greater than max_length")
        return self


class ElementSpec(Rules):
    """One data element (数据元): asked the same way, checked the same way, in every form that uses it."""

    title: Text
    type: ElementType
    hint: Text | None = None
    unit: Text | None = None
    options: list[Option] = Field(default=[], max_length=MAX_OPTIONS)
    level: Literal["county", "town", "village"] = "village"
    accept: list[Literal["pdf", "jpg", "png", "ofd", "docx", "xlsx"]] = []
    sensitivity: Sensitivity = "internal"
    prefill: list[
        Annotated[
            str,
            StringConstraints(
                pattern=r"^(identity:[a-z_]+|case|certificate:[a-z0-9-]+\.[a-z_]+|register:[a-z_]+\.[a-z_]+\.[a-z_]+)$"
            ),
        ]
    ] = []
    autocomplete: str = ""
    standard: str = ""
    evidence: EvidenceTag = "D"

    @model_validator(mode="after")
    def _fits_type(self) -> ElementSpec:
        if self.type in {"choice", "choices"} and not self.options:
            raise ValueError("a choice needs options")
        if self.options and self.type not in {"choice", "choices"}:
            raise ValueError("only choice and choices have options")
        values = [option.value for option in self.options]
        if len(values) != len(set(values)):
            raise ValueError("two options have the same value")
        return self


class ElementsDocument(Strict):
    """``elements/<group>.yaml``: a group of data elements."""

    key: Slug = ""
    name: Text | None = None
    source: str = ""
    elements: dict[Key, ElementSpec] = Field(min_length=1, max_length=400)


class FieldSpec(Rules):
    """A question on a page: an element, asked here. ``name`` defaults to the element's key."""

    element: Key
    name: Key = ""
    title: Text | None = None
    hint: Text | None = None
    required: bool = True
    required_when: Condition | None = None
    when: Condition | None = None
    options: list[str] = []
    value: str | int | bool | None = None
    readonly: bool = False
    prefill: bool = True  # false: always asked afresh, such as a new name

    @model_validator(mode="before")
    @classmethod
    def _plain_element(cls, raw: Any) -> Any:
        return {"element": raw} if isinstance(raw, str) else raw

    @property
    def key(self) -> str:
        """The name of the answer in the case's data."""
        return self.name or self.element


class RepeatSpec(Strict):
    """A block asked several times (staff, equipment …): rows of fields; ``table`` shows them as a table."""

    repeat: Key
    title: Text
    hint: Text | None = None
    row_title: Text | None = None
    min: int = Field(default=0, ge=0, le=MAX_REPEAT)
    max: int = Field(default=10, ge=1, le=MAX_REPEAT)
    table: bool = False
    when: Condition | None = None
    fields: list[FieldSpec] = Field(min_length=1, max_length=20)

    @model_validator(mode="after")
    def _bounds(self) -> RepeatSpec:
        if self.min > self.max:
            raise ValueError("min is greater than max")
        return self

    @property
    def key(self) -> str:
        return self.repeat


class UploadSpec(Strict):
    """A material slot asked inside the form, by the key of the matter's material."""

    upload: Key
    when: Condition | None = None

    @property
    def key(self) -> str:
        return self.upload


def _kind(raw: Any) -> str:
    """Which kind of item a mapping is, so that a problem is told for that kind only."""
    if isinstance(raw, RepeatSpec) or (isinstance(raw, dict) and "repeat" in raw):
        return "repeat"
    if isinstance(raw, UploadSpec) or (isinstance(raw, dict) and "upload" in raw):
        return "upload"
    return "field"


Item = Annotated[
    Annotated[FieldSpec, Tag("field")]
    | Annotated[RepeatSpec, Tag("repeat")]
    | Annotated[UploadSpec, Tag("upload")],
    Discriminator(_kind),
]


class SectionSpec(Strict):
    """Fields under one heading of a page."""

    title: Text
    hint: Text | None = None
    when: Condition | None = None
    fields: list[Item] = Field(min_length=1, max_length=60)


class PageSpec(Strict):
    """One question page: a few questions that belong together, then "save and continue"."""

    key: Key
    title: Text
    intro: Text | None = None
    when: Condition | None = None
    fields: list[Item] = Field(default=[], max_length=60)
    sections: list[SectionSpec] = Field(default=[], max_length=12)

    @model_validator(mode="after")
    def _has_content(self) -> PageSpec:
        if not self.fields and not self.sections:
            raise ValueError("a page needs fields or sections")
        return self

    def items(self) -> list[Item]:
        """All items in reading order, sections flattened."""
        return [*self.fields, *(item for section in self.sections for item in section.fields)]


class CrossRule(Strict):
    """A condition that must hold over several answers; when false, ``message`` is shown at ``field``."""

    must: Condition
    field: Key
    message: Text
    when: Condition | None = None


class FormDocument(Strict):
    """``forms/<key>.yaml``: the questions of one matter (or bundle), page by page.

    ``given`` lists the situation answers (情形) that conditions may use beside the form's own fields.
    """

    key: Slug = ""
    version: int = Field(default=1, ge=1)
    title: Text
    intro: Text | None = None
    given: dict[Key, Literal["text", "boolean", "number"]] = {}
    pages: list[PageSpec] = Field(min_length=1, max_length=30)
    rules: list[CrossRule] = Field(default=[], max_length=40)
    declaration: Text | None = None

    @model_validator(mode="after")
    def _names_are_unique(self) -> FormDocument:
        pages = [page.key for page in self.pages]
        if len(pages) != len(set(pages)):
            raise ValueError("two pages have the same key")
        names = [item.key for page in self.pages for item in page.items()]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(f"asked twice: {', '.join(twice)}")
        clash = sorted(set(names) & set(self.given))
        if clash:
            raise ValueError(f"both a field and a situation answer: {', '.join(clash)}")
        if len(names) > MAX_FIELDS:
            raise ValueError(f"more than {MAX_FIELDS} fields")
        return self
