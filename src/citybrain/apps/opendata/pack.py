"""The pack part ``opendata``: open datasets that an installation gets with the pack, made from standing sources."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from citybrain.apps.opendata.actions.propose import unit
from citybrain.apps.opendata.actions.release import search_text, withdraw_dataset
from citybrain.apps.opendata.actions.stories import begin_stories
from citybrain.apps.opendata.domain.treatment import ColumnTreatment, Treatment
from citybrain.apps.opendata.domain.vocabulary import CYCLES, LICENCES, THEMES
from citybrain.apps.opendata.models import OpenDataset
from citybrain.apps.opendata.queries.standing import SOURCES
from citybrain.hub.identity import api as identity
from citybrain.hub.packs import api as packs
from citybrain.kernel import clock
from citybrain.kernel.actor import Actor
from citybrain.kernel.text import Text


class OpenDatasetDocument(BaseModel):
    """One open dataset. ``provider`` is the slug of a department of the city (or a unit's code)."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    title: Text
    summary: Text
    source: str = Field(pattern=r"^[a-z]+$")
    theme: str
    keywords: list[str] = Field(default=[], max_length=12)
    provider: str = Field(max_length=80)
    cycle: str
    licence: str = "cc-by-4.0"
    leave_out: list[str] = []
    division: str = ""


class OpenDatasets:
    """Announces datasets; the job that makes their first version is begun by the room's own loop."""

    key, order = "opendata", 130
    schema: type[BaseModel] = OpenDatasetDocument

    def check(self, ctx: packs.Context, docs: Sequence[packs.PackDocument]) -> Iterable[packs.Problem]:
        """Known source, theme, cycle, licence; an address nobody else holds."""
        for doc in docs:
            said: Any = doc.data
            known: dict[str, Any] = {"source": SOURCES, "theme": THEMES, "cycle": CYCLES, "licence": LICENCES}
            for name, words in known.items():
                if getattr(said, name) not in words:
                    yield ctx.problem(
                        doc, name, code=f"unknown_{name}", zh=f"不认识:{getattr(said, name)}",
                        en=f"unknown: {getattr(said, name)}",
                    )  # fmt: skip
            other = OpenDataset.objects.filter(slug=doc.key).exclude(pack=doc.pack).first()
            if other:
                yield ctx.problem(
                    doc, "key", code="taken", zh=f"标识 {doc.key} 已被占用", en=f"{doc.key} is taken"
                )

    def apply(self, ctx: packs.Context, doc: packs.PackDocument) -> None:
        """Write the words; rows follow by the room's loop."""
        said: Any = doc.data
        owner = provider(said.provider)
        columns = {
            i.name: ColumnTreatment() for i in SOURCES[said.source].items if i.name not in said.leave_out
        }
        row = OpenDataset.objects.filter(slug=doc.key).first() or OpenDataset(
            slug=doc.key, created_at=clock.now()
        )
        values = {
            "title": said.title.as_dict(), "summary": said.summary.as_dict(), "theme": said.theme,
            "keywords": said.keywords, "provider": owner, "provider_name": unit(owner), "cycle": said.cycle,
            "licence": said.licence, "source": f"standing:{said.source}", "pack": doc.pack,
            "treatment": Treatment(columns=columns, division=said.division).model_dump(),
        }  # fmt: skip
        for name, value in values.items():
            setattr(row, name, value)
        row.search = search_text(row)
        row.save()

    def hide(self, ctx: packs.Context, pack: str, key: str) -> None:
        """Without the pack the dataset is withdrawn."""
        row = OpenDataset.objects.filter(slug=key, pack=pack, state="published").first()
        if row:
            withdraw_dataset(row.pk, reason="提供该数据集的场景包已卸载", by=Actor.system("opendata.pack"))

    def used(self, pack: str, key: str, version: int) -> bool:
        """Words may change at any time; versions of rows are kept."""
        return False


def provider(word: str) -> str:
    """A unit's code from a code or a department's slug."""
    if "-" in word:
        return word
    found = identity.organisations(slug=word, level="city")
    return found[0].code if found else ""


class StepSaid(BaseModel):
    """One act on a case: who (a demo account), what, with which fields, how many days ago."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    by: str
    action: str
    days_ago: int = Field(ge=0, le=400)
    fields: dict[str, Any] = Field(default_factory=dict, alias="with")


class ReleaseSaid(BaseModel):
    """A dataset of the demo city on its way to the portal, as its proposer says it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    by: str
    days_ago: int = Field(ge=0, le=400)
    resource: str = Field(max_length=120)
    slug: str = Field(pattern=r"^[a-z][a-z0-9-]{2,79}$")
    title: Text
    summary: Text
    theme: str
    keywords: list[str] = []
    cycle: str
    licence: str = "cc-by-4.0"
    columns: dict[str, ColumnTreatment]
    k: int = 5
    reference: str = ""
    division: str = ""
    steps: list[StepSaid] = []


class VoiceSaid(BaseModel):
    """What a demo citizen says about a dataset."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    by: str
    days_ago: int = Field(ge=0, le=400)
    slug: str
    stars: int | None = Field(default=None, ge=1, le=5)
    remark: str = ""


class AskedSaid(BaseModel):
    """A demo citizen's request for data."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    by: str
    days_ago: int = Field(ge=0, le=400)
    title: str
    purpose: str


class OpenStoriesSaid(BaseModel):
    """What happens with open data in the demo city, in this order."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    releases: list[ReleaseSaid] = []
    voices: list[VoiceSaid] = []
    requests: list[AskedSaid] = []


class OpenStories:
    """Announces stories of the demo city; the job that tells them waits for the rows."""

    key, order, demo = "open_stories", 950, True
    schema: type[BaseModel] = OpenStoriesSaid

    def check(self, ctx: packs.Context, docs: Sequence[packs.PackDocument]) -> Iterable[packs.Problem]:
        """Known theme, cycle and licence."""
        for doc in docs:
            said: Any = doc.data
            for at, one in enumerate(said.releases):
                known: dict[str, Any] = {"theme": THEMES, "cycle": CYCLES, "licence": LICENCES}
                for name, words in known.items():
                    if getattr(one, name) not in words:
                        yield ctx.problem(
                            doc, ("releases", at, name), code=f"unknown_{name}", zh=f"不认识:{getattr(one, name)}",
                            en=f"unknown: {getattr(one, name)}",
                        )  # fmt: skip

    def apply(self, ctx: packs.Context, doc: packs.PackDocument) -> None:
        """Queue the telling; a check tells nothing."""
        if not ctx.checking:
            begin_stories(doc.pack, doc.key, by=ctx.by)

    def hide(self, ctx: packs.Context, pack: str, key: str) -> None:
        """What happened stays on record."""

    def used(self, pack: str, key: str, version: int) -> bool:
        """Nothing depends on the document once it was told."""
        return False


packs.register_part(OpenDatasets())
packs.register_part(OpenStories())
