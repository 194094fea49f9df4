"""The YAML of the pack parts ``bundles`` (一件事), ``themes`` (browse axes) and ``synonyms`` (everyday words)."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints, model_validator

from citybrain.hub.matters.domain.document import (
    Body,
    Condition,
    EvidenceTag,
    Faq,
    Key,
    Limit,
    Place,
    Question,
    Slug,
    Strict,
    Who,
)  # fmt: skip
from citybrain.kernel.text import Text


class BundleChild(Strict):
    """One joint matter of a bundle. ``after`` are prerequisites; ``optional`` children are the citizen's choice.

    ``map`` gives child form fields from bundle form fields (same names are copied by themselves); ``situation``
    gives the child's situation answers, each a bundle answer's name or a quoted literal.
    """

    key: Key
    matter: Slug
    name: Text | None = None
    when: Condition | None = None
    optional: bool = False
    after: list[Key] = []
    prerequisite: bool = False
    situation: dict[Key, Condition] = {}
    map: dict[Key, Condition] = {}
    result_to: dict[Key, str] = {}


class BundleDocument(Strict):
    """``bundles/<key>.yaml``: one guide, one form, one clock, one delivery over several matters."""

    key: Slug = ""
    version: int = Field(default=1, ge=1)
    state: Literal["draft", "active", "suspended", "cancelled"] = "active"
    code: Annotated[str, StringConstraints(pattern=r"^[0-9A-Z]{3,40}$")] | None = None
    name: Text
    summary: Text
    axis: Literal["person", "corp"]
    stage: Slug
    lead: Body
    lead_name: Text | None = None
    who: Who
    promised: Limit
    before: Text | None = None
    situations: list[Question] = []
    form: Slug
    machine: Slug = "bundle"
    children: list[BundleChild] = Field(min_length=2, max_length=20)
    delivery: Literal["combined", "separate"] = "combined"
    delivery_note: Text | None = None
    how_it_works: list[Text] = []
    place: Place | None = None
    faq: list[Faq] = []
    keywords: list[str] = []
    basis: list[Text] = []
    evidence: dict[str, EvidenceTag] = {"*": "K"}

    @model_validator(mode="after")
    def _children_fit(self) -> BundleDocument:
        keys = [child.key for child in self.children]
        if len(keys) != len(set(keys)):
            raise ValueError("two children have the same key")
        seen: set[str] = set()
        for child in self.children:
            late = [key for key in child.after if key not in seen]
            if late:
                raise ValueError(
                    f"{child.key}: 'after' must name children listed before it: {', '.join(late)}"
                )
            seen.add(child.key)
        return self


class ThemeItem(Strict):
    key: Slug
    name: Text
    hint: Text | None = None
    icon: Slug | None = None


class ThemesDocument(Strict):
    """``themes/<axis>.yaml``: the entries of one browse axis, in order."""

    key: Slug = ""
    axis: Literal["person_topic", "corp_topic", "life_event", "group"]
    name: Text
    items: list[ThemeItem] = Field(min_length=1, max_length=100)
    evidence: EvidenceTag = "K"


class SynonymEntry(Strict):
    """Everyday words that mean a matter or a bundle (``to``), or words that mean the same (``same``)."""

    words: list[Annotated[str, StringConstraints(min_length=1, max_length=40)]] = Field(
        min_length=1, max_length=60
    )
    to: list[Slug] = []
    same: list[Annotated[str, StringConstraints(min_length=1, max_length=40)]] = []
    weight: float = Field(default=1.0, gt=0, le=1)

    @model_validator(mode="after")
    def _leads_somewhere(self) -> SynonymEntry:
        if not self.to and not self.same:
            raise ValueError("give 'to' (matters or bundles) or 'same' (official words)")
        return self


class SynonymsDocument(Strict):
    """``synonyms/<group>.yaml``."""

    key: Slug = ""
    entries: list[SynonymEntry] = Field(min_length=1, max_length=1000)
