"""The demo part ``collections``: files of the demo city that come in through the wizard's own steps. Never in production."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from citybrain.hub.data.collection.actions.demo import begin_demo
from citybrain.hub.packs import api as packs

Key = Annotated[str, StringConstraints(pattern=r"^[a-z]+\.[a-z][a-z0-9_]{0,59}$")]


class CollectionSaid(BaseModel):
    """One collection of uploaded files: by which demo account, into which dataset; one run a file, in this order.

    Columns find their items by name or title, as in the wizard.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    by: str
    title: str = Field(min_length=2, max_length=120)
    resource: Key
    mode: Literal["append", "replace", "upsert"] = "append"
    keys: list[str] = []
    cycle: Literal["manual", "daily", "weekly", "monthly"] = "manual"
    files: list[str] = Field(min_length=1)


class DemoCollections:
    """Queues the runs; a check brings nothing in."""

    key, order, demo = "collections", 930, True
    schema: type[BaseModel] = CollectionSaid

    def check(self, ctx: packs.Context, docs: Sequence[packs.PackDocument]) -> Iterable[packs.Problem]:
        """The files are there."""
        for doc in docs:
            said: Any = doc.data
            for number, name in enumerate(said.files):
                try:
                    ctx.asset(name)  # type: ignore[attr-defined]
                except ValueError as error:
                    yield ctx.problem(
                        doc, ("files", number), code="no_file", zh=f"没有这个文件:{error}", en=f"no such file: {error}"
                    )  # fmt: skip

    def apply(self, ctx: packs.Context, doc: packs.PackDocument) -> None:
        """One job for the collection and its runs."""
        if not ctx.checking:
            begin_demo(doc.pack, doc.key, by=ctx.by)

    def hide(self, ctx: packs.Context, pack: str, key: str) -> None:
        """What came in stays."""

    def used(self, pack: str, key: str, version: int) -> bool:
        """Nothing depends on the document once its files came in."""
        return False


packs.register_part(DemoCollections())
