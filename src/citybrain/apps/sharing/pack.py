"""The demo part ``data_stories``: requests and objections of the demo city, walked through the real flows by demo accounts.

Stories come after the synthetic rows they speak of, so a job tells them; each step happens at a frozen time some days ago,
so that lights, limits and use over the last weeks are there to see. Never in production.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from citybrain.apps.sharing.actions.stories import begin_stories
from citybrain.hub.data import api as data
from citybrain.hub.packs import api as packs

Key = Annotated[str, StringConstraints(pattern=r"^[a-z]+\.[a-z][a-z0-9_]{0,59}$")]
DaysAgo = Annotated[int, Field(ge=0, le=400)]


class Strict(BaseModel):
    """Unknown keys are mistakes."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class StepSaid(Strict):
    """One act on the case: who (a demo account), what, with which fields, how many days ago."""

    by: str
    action: str
    days_ago: DaysAgo
    fields: dict[str, Any] = Field(default_factory=dict, alias="with")


class PurposeSaid(Strict):
    """What the data are for."""

    kind: Literal["matter", "duty"]
    code: str
    text: str


class CallsSaid(Strict):
    """Calls under the grant: one on each of these days, of so many rows in turn."""

    days_ago: list[DaysAgo] = Field(min_length=1)
    rows: list[int] = Field(default=[10], min_length=1)


class RequestSaid(Strict):
    """A request for data and what became of it."""

    by: str
    days_ago: DaysAgo
    resource: Key
    items: list[str] = Field(min_length=1)
    masked: list[str] = []
    purpose: PurposeSaid
    basis: str
    ways: list[Literal["api", "verify", "batch", "table", "file"]] = ["api"]
    months: int = Field(default=12, ge=1, le=36)
    quota: int = Field(default=1000, ge=0)
    steps: list[StepSaid] = []
    calls: CallsSaid | None = None


class ObjectionSaid(Strict):
    """An objection of a department to a record."""

    by: str
    days_ago: DaysAgo
    resource: Key
    record: str
    item: str
    claimed: str
    reason: str
    steps: list[StepSaid] = []


class StoriesSaid(Strict):
    """What happens in the demo city, in this order."""

    requests: list[RequestSaid] = []
    objections: list[ObjectionSaid] = []

    @property
    def resources(self) -> set[str]:
        """The tables the stories speak of."""
        return {one.resource for one in self.requests} | {one.resource for one in self.objections}


class DataStories:
    """Announces stories; the job that tells them waits for the rows."""

    key, order, demo = "data_stories", 940, True
    schema: type[BaseModel] = StoriesSaid

    def check(self, ctx: packs.Context, docs: Sequence[packs.PackDocument]) -> Iterable[packs.Problem]:
        """The tables are known."""
        for doc in docs:
            said: Any = doc.data
            for name in sorted(said.resources):
                if not data.in_packs(ctx, name):
                    yield ctx.problem(
                        doc, code="unknown_table", zh=f"没有数据表 {name}", en=f"there is no table {name}"
                    )

    def apply(self, ctx: packs.Context, doc: packs.PackDocument) -> None:
        """Queue the telling; a check tells nothing."""
        if not ctx.checking:
            begin_stories(doc.pack, doc.key, by=ctx.by)

    def hide(self, ctx: packs.Context, pack: str, key: str) -> None:
        """What happened stays on record."""

    def used(self, pack: str, key: str, version: int) -> bool:
        """Nothing depends on the document once it was told."""
        return False


packs.register_part(DataStories())
