"""The part of a pack that the data room owns: ``datasets``, notes on operational datasets (owner, cycle, sharing)."""

from collections.abc import Iterable, Sequence
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from citybrain.hub.data.catalogue.actions.describe import describe_resource
from citybrain.hub.data.catalogue.actions.sync_catalogue import sync_catalogue
from citybrain.hub.data.catalogue.domain.basis import permits_refusal
from citybrain.hub.data.data import Cycle
from citybrain.hub.data.domain import registry
from citybrain.hub.data.models import Resource
from citybrain.hub.packs import api as packs
from citybrain.kernel.text import Text


class DatasetNote(BaseModel):
    """Who owns an operational dataset, how often it changes, who may share it (reference §6.2)."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    dataset: Annotated[str, StringConstraints(pattern=r"^[a-z]+\.[a-z][a-z0-9_]{0,59}$")]
    owner: str = Field(min_length=1, max_length=80)
    cycle: Cycle = "live"
    sharing: Literal["unconditional", "conditional", "none"] = "conditional"
    sharing_basis: str = Field(default="", max_length=200)
    sharing_condition: str = Field(default="", max_length=400)
    sharing_ways: list[Literal["api", "exchange", "file", "verify", "batch", "browse"]] = []
    opening: Literal["", "unconditional", "conditional", "none"] = ""
    opening_basis: str = Field(default="", max_length=200)
    classification: str = Field(default="", pattern=r"^[0-9]{0,20}$")
    security_owner: str = Field(default="", max_length=120)
    source_system: str = Field(default="", max_length=80)
    retention_months: int | None = Field(default=None, ge=1)
    keywords: list[str] = []
    note: Text | None = None


class Datasets:
    """Notes on datasets: the shape comes from code, the ownership from the city."""

    key, order, schema = "datasets", 70, DatasetNote

    def check(self, ctx: packs.Context, docs: Sequence[packs.PackDocument]) -> Iterable[packs.Problem]:
        """Known dataset, one owner each (A18), and a basis for what is not shared (A19)."""
        owners: dict[str, str] = {}
        for doc in docs:
            note: DatasetNote = doc.data
            if not registry.has_dataset(note.dataset):
                yield ctx.problem(
                    doc, "dataset", code="unknown_dataset", level="warning",
                    zh=f"没有模块登记数据集“{note.dataset}”", en=f"no room announces the dataset {note.dataset}",
                )  # fmt: skip
            if note.dataset in owners:
                yield ctx.problem(
                    doc, "owner", code="two_owners",
                    zh=f"一数一源:{note.dataset} 已由 {owners[note.dataset]} 负责",
                    en=f"one source only: {note.dataset} is owned by {owners[note.dataset]} already",
                )  # fmt: skip
            owners[note.dataset] = note.owner
            if note.sharing == "none" and not permits_refusal(note.sharing_basis):
                yield ctx.problem(
                    doc, "sharing", code="no_basis",
                    zh="不予共享必须写明法律、行政法规或国务院决定依据",
                    en="not sharing needs a law, regulation or State Council decision as basis",
                )  # fmt: skip

    def apply(self, ctx: packs.Context, doc: packs.PackDocument) -> None:
        """Write the note into the catalogue."""
        sync_catalogue()
        note: DatasetNote = doc.data
        if not Resource.objects.filter(pk=note.dataset).exists():
            return  # a room that is not here; the check warned
        values = note.model_dump(exclude={"dataset", "note"})
        values["description"] = note.note.as_dict() if note.note else {}
        describe_resource(note.dataset, values=values, by=ctx.by, act="note")
        Resource.objects.filter(pk=note.dataset).update(pack=doc.pack)

    def hide(self, ctx: packs.Context, pack: str, key: str) -> None:
        """Without the pack nobody is named as owner; the dataset stays."""

    def used(self, pack: str, key: str, version: int) -> bool:
        """A note may change at any time."""
        return False


packs.register_part(Datasets())
