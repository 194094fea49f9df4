"""Documents of packs that the catalogue understands: trees of classes, lines of the duty list, resources."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from citybrain.hub.data.data import Cycle
from citybrain.hub.packs.api import Evidence
from citybrain.kernel.text import Text

Sharing = Literal["unconditional", "conditional", "none"]
Grade = Literal["L1", "L2", "L3", "L4"]
Unit = Annotated[str, StringConstraints(min_length=1, max_length=80)]
Key = Annotated[str, StringConstraints(pattern=r"^[a-z]+\.[a-z][a-z0-9_]{0,59}$")]
Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,59}$")]
Element = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*$", max_length=80)]


class Document(BaseModel):
    """Closed and frozen."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class ClassLine(Document):
    """One class. ``organisation`` for the classes of departments."""

    code: str = Field(pattern=r"^[0-9]{1,20}$")
    name: Text
    organisation: str = ""


class ClassTree(Document):
    """Classes of one kind (基础类, 主题类, 部门类)."""

    kind: Literal["base", "theme", "department"]
    classes: list[ClassLine] = Field(min_length=1)
    evidence: Evidence | None = None


class ElementLine(Document):
    """A thing of a register that a unit has to provide: ``population.name``."""

    name: Element
    title: Text


class DutyDocument(Document):
    """What a unit must provide, by which basis, from which function or matter."""

    organisation: Unit
    title: Text
    elements: list[ElementLine] = Field(min_length=1)
    basis: str = Field(min_length=2, max_length=300)
    function: str = Field(default="", max_length=300)
    matter: str = Field(default="", max_length=80)
    cycle: Cycle | Literal[""] = ""
    sharing: Sharing | Literal[""] = ""
    evidence: Evidence | None = None


class ItemLine(Document):
    """One item of a resource; ``element`` and ``is_source`` say what of a register it holds and whether as its source."""

    name: Name
    title: Text
    type: Literal["text", "integer", "number", "real", "bool", "date", "datetime"]
    length: int | None = Field(default=None, ge=1)
    is_key: bool = False
    required: bool = False
    code_table: str = Field(default="", max_length=60)
    identifier: str = Field(default="", max_length=30)
    grade: Grade = "L1"
    personal: Literal["", "name", "id_number", "phone", "email", "address", "account", "yes"] = ""
    sharing: Sharing | Literal[""] = ""
    opening: Sharing | Literal[""] = ""
    element: Element | Literal[""] = ""
    is_source: bool = False
    note: Text | None = None


class ResourceDocument(Document):
    """A resource of the lake (reference §6.2); its table is made when the pack is installed, or by the first write."""

    key: Key
    title: Text
    abstract: Text | None = None
    layer: Literal["raw", "standard", "register", "theme", "product"] = "raw"
    owner: Unit
    classification: str = Field(default="", pattern=r"^[0-9]{0,20}$")
    format: Literal["database", "spreadsheet", "file", "image", "stream", "self_describing"] = "database"
    cycle: Cycle = "daily"
    sharing: Sharing = "conditional"
    sharing_condition: str = Field(default="", max_length=400)
    sharing_basis: str = Field(default="", max_length=200)
    sharing_ways: list[Literal["api", "exchange", "file", "verify", "batch", "browse"]] = []
    opening: Sharing = "none"
    opening_basis: str = Field(default="", max_length=200)
    grade_floor: Grade = "L1"
    data_class: Literal["general", "important", "core"] = "general"
    special_approval: str = Field(default="", max_length=200)
    security_owner: str = Field(default="", max_length=120)
    retention_months: int | None = Field(default=None, ge=1)
    source_system: str = Field(default="", max_length=80)
    vertical: bool = False
    keywords: list[str] = []
    related: list[str] = []
    time_item: str = ""
    organisation_item: str = ""
    division_item: str = ""
    key_item: str = ""
    permission: str = "data.read"
    duties: list[str] = []
    demo: bool = False
    state: Literal["draft", "published"] = "draft"
    items: list[ItemLine] = Field(min_length=1)
    evidence: Evidence | None = None
