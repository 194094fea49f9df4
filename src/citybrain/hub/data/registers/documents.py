"""What packs say about the registers: code tables, models, files, demo rows. Schemas only."""

from collections.abc import Sequence
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from citybrain.hub.data.data import Cycle
from citybrain.hub.data.registers.domain.model_tests import ModelTest
from citybrain.hub.data.registers.domain.survivorship import ItemRule, Survivorship
from citybrain.kernel.text import Text

Key = Annotated[str, StringConstraints(pattern=r"^[a-z]+\.[a-z][a-z0-9_]{0,59}$")]
Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,59}$")]
Grade = Literal["L1", "L2", "L3", "L4"]
Sharing = Literal["unconditional", "conditional", "none"]


class Strict(BaseModel):
    """No word that nobody reads."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class ItemSaid(Strict):
    """One item of what a model makes. ``codes`` names a code table of a pack."""

    name: Name
    type: Literal["text", "integer", "number", "real", "bool", "date", "datetime"] = "text"
    title: Text
    required: bool = False
    codes: str = ""
    identifier: str = Field(default="", max_length=30)
    grade: Grade = "L1"
    personal: str = Field(default="", max_length=30)

    def fields(self, keys: Sequence[str]) -> dict:
        """As ``declare_resource`` takes it; ``keys`` are the items that tell rows apart."""
        return {
            "name": self.name, "type": self.type, "title": self.title.as_dict(), "required": self.required,
            "code_table": self.codes, "identifier": self.identifier, "grade": self.grade, "personal": self.personal,
            "is_key": self.name in keys,
        }  # fmt: skip


class Shaped(Strict):
    """What every resource of a pack says (reference §6.2)."""

    key: Key
    version: int = 1
    title: Text
    summary: Text | None = None
    owner: str = Field(min_length=1, max_length=80)
    cycle: Cycle = "daily"
    classification: str = Field(default="", pattern=r"^[0-9]{0,20}$")
    sharing: Sharing = "conditional"
    sharing_condition: str = Field(default="", max_length=400)
    sharing_basis: str = Field(default="", max_length=200)
    opening: Sharing = "none"
    opening_basis: str = Field(default="", max_length=200)
    key_item: str = ""
    time_item: str = ""
    organisation_item: str = ""
    division_item: str = ""
    items: tuple[ItemSaid, ...] = Field(min_length=1, max_length=200)

    @model_validator(mode="after")
    def _named_items(self):
        names = {item.name for item in self.items}
        if len(names) != len(self.items):
            raise ValueError("信息项重名 / two items have one name")
        for role in (self.key_item, self.time_item, self.organisation_item, self.division_item):
            if role and role not in names and not isinstance(self, ModelSaid):
                raise ValueError(f"没有信息项 {role} / there is no item {role}")
        if self.sharing == "none" and not self.sharing_basis:
            raise ValueError("不予共享必须写明依据 / not sharing needs a legal basis")
        return self

    def values(self) -> dict:
        """Fields of ``Resource`` beside title, items and what models add."""
        names = (
            "classification", "sharing", "sharing_condition", "sharing_basis", "opening", "opening_basis", "time_item",
            "organisation_item", "division_item",
        )  # fmt: skip
        said = {name: getattr(self, name) for name in names}
        return {**said, "description": self.summary.as_dict() if self.summary else {}}


class TestSaid(Strict):
    """One test of a model; exactly one kind."""

    unique: tuple[Name, ...] = ()
    not_null: tuple[Name, ...] = ()
    accepted: dict[Name, tuple[str, ...]] = {}
    relation: dict[Name, str] = {}
    least: int | None = None
    most: int | None = None
    condition: str = Field(default="", max_length=400)
    stop: bool = True

    @model_validator(mode="after")
    def _one_kind(self):
        kinds = [
            self.unique,
            self.not_null,
            self.accepted,
            self.relation,
            self.condition,
            self.least or self.most,
        ]
        if sum(bool(kind) for kind in kinds) != 1:
            raise ValueError("一条检验只写一种 / a test is of one kind")
        return self

    def test(self) -> ModelTest:
        """As the domain knows it."""
        if self.accepted:
            item, values = next(iter(self.accepted.items()))
            return ModelTest("accepted", (item,), values=values, stop=self.stop)
        if self.relation:
            item, place = next(iter(self.relation.items()))
            resource, _, other = place.rpartition(".")
            return ModelTest("relation", (item,), resource=resource, item=other, stop=self.stop)
        if self.condition:
            return ModelTest("condition", condition=self.condition, stop=self.stop)
        if self.unique or self.not_null:
            return ModelTest(
                "unique" if self.unique else "not_null", self.unique or self.not_null, stop=self.stop
            )
        return ModelTest("rows", least=self.least, most=self.most, stop=self.stop)


class RuleSaid(Strict):
    """How an item is chosen among sources."""

    rule: Literal["priority", "newest", "frequent", "longest"]
    sources: tuple[Key, ...] = ()


class GoldenSaid(Strict):
    """A golden record over linked source records; provenance and conflicts go to ``<key>_value``."""

    records: Key
    links: Key
    items: dict[Name, RuleSaid]
    trust: dict[Key, Annotated[float, Field(gt=0, lt=1)]] = {}
    validity: bool = False


class LinksSaid(Strict):
    """Which record belongs to whom."""

    register_: Literal["person", "firm"] = Field(alias="register")
    records: Key


class IncrementalSaid(Strict):
    """Read only what came into ``on`` since the last run; its rows take the place of those with the same keys.

    Right for models whose rows each follow from the newest rows of ``on`` with the same keys. What is deleted there stays.
    """

    on: Key


class ModelSaid(Shaped):
    """A model: one of ``sql``, ``golden`` or ``links``; items as of the resource it makes."""

    layer: Literal["standard", "register", "theme"]
    sql: str = Field(default="", max_length=20_000)
    golden: GoldenSaid | None = None
    links: LinksSaid | None = None
    incremental: IncrementalSaid | None = None
    tests: tuple[TestSaid, ...] = ()

    @model_validator(mode="after")
    def _one_way(self):
        if sum(map(bool, (self.sql, self.golden, self.links))) != 1:
            raise ValueError("sql、golden、links 只写一种 / say one of sql, golden, links")
        if self.incremental and not (self.sql and all(self.keys)):
            raise ValueError(
                "增量需要 sql 和 key_item 或唯一性检验 / incremental needs sql, and a key_item or a unique test"
            )
        return self

    @property
    def keys(self) -> tuple[str, ...]:
        """Items that tell rows apart: what a stopping test says is unique, else the key item."""
        return next((t.unique for t in self.tests if t.unique and t.stop), (self.key_item,))

    def survivorship(self) -> Survivorship:
        """The declaration as the domain knows it; the golden record's own id is its key item."""
        assert self.golden is not None
        types = {item.name: item.type for item in self.items}
        rules = tuple(
            ItemRule(name, types.get(name, "text"), said.rule, said.sources)
            for name, said in self.golden.items.items()
        )
        return Survivorship(
            self.golden.records, self.golden.links, f"{self.key}_value", self.key_item, rules, self.golden.trust,
            self.golden.validity,
        )  # fmt: skip


class CodeSaid(Strict):
    """One code with its words."""

    code: str = Field(min_length=1, max_length=40)
    title: Text


class CodesSaid(Strict):
    """A code table; its rows are the resource ``code.<key>``."""

    key: Name
    version: int = 1
    title: Text
    basis: str = ""
    codes: tuple[CodeSaid, ...] = Field(min_length=1, max_length=2000)


class BlockSaid(Strict):
    """A block of a file. ``find``: by the subject's number, or by records that matching gave to the subject."""

    key: Name
    title: Text
    resource: Key
    items: tuple[Name, ...] = Field(min_length=1, max_length=40)
    find: Literal["number", "record"] = "number"
    confidence: float = Field(default=0.9, gt=0, le=1)
    permission: str = ""
    minors: bool = False


class FileSaid(Strict):
    """A kind of file on a person or a firm."""

    key: Name
    version: int = 1
    subject: Literal["person", "firm"]
    title: Text
    note: Text | None = None
    register_: Key = Field(alias="register")
    links: Key
    # Who may act for whom (subject, other, kind, since, until): opens minors' files to guardians, firms' to representatives.
    relations: Key | Literal[""] = ""
    permission: str = "data.files"
    position: int = 0
    blocks: tuple[BlockSaid, ...] = Field(min_length=1, max_length=40)


class RowsSaid(Strict):
    """Synthetic rows of a table, in a CSV beside the document. Demo only."""

    key: Key
    version: int = 1
    file: str = Field(max_length=200)
