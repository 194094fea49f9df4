"""The pack part ``boards``: what a leader sees, as data."""

from collections.abc import Iterable, Sequence

from pydantic import BaseModel

from citybrain.apps.cockpit.actions.apply_board import apply_board, hide_board
from citybrain.apps.cockpit.domain.board import BoardDocument, Card, faults
from citybrain.apps.cockpit.models import Board
from citybrain.hub.data import api as data
from citybrain.hub.packs import api as packs
from citybrain.kernel.expressions import ExpressionError


class Boards:
    """One document per board; indicators must be in this pack, in a pack it needs, or installed."""

    key, order = "boards", 120
    schema: type[BaseModel] = BoardDocument

    def check(self, ctx: packs.Context, docs: Sequence[packs.PackDocument]) -> Iterable[packs.Problem]:
        """Layout, unknown indicators, a board key that another pack holds."""
        for doc in docs:
            for pointer, zh, en in faults(doc.data):
                yield ctx.problem(doc, pointer, code="layout", zh=zh, en=en)
            for number, card in enumerate(doc.data.cards):
                for code in card.codes():
                    if not ctx.known("indicators", code):
                        yield ctx.problem(
                            doc, ("cards", number), code="unknown_indicator",
                            zh=f"没有指标 {code}", en=f"there is no indicator {code}",
                        )  # fmt: skip
            other = (
                Board.objects.filter(key=doc.key)
                .exclude(pack=doc.pack)
                .values_list("pack", flat=True)
                .first()
            )
            if other:
                yield ctx.problem(
                    doc,
                    "key",
                    code="taken",
                    zh=f"看板 {doc.key} 已由场景包 {other} 提供",
                    en=f"pack {other} has board {doc.key}",
                )

    def measures(
        self, ctx: packs.Context, doc: packs.PackDocument, number: int, card: Card
    ) -> Iterable[packs.Problem]:
        """A measure must name a dataset some room offers, and a condition over its columns."""
        for name in ("measure", "towns"):
            measure = getattr(card, name)
            if measure is None:
                continue
            pointer = ("cards", number, name)
            if not data.has_dataset(measure.dataset):
                zh, en = f"没有数据集 {measure.dataset}", f"there is no dataset {measure.dataset}"
                yield ctx.problem(doc, pointer, code="unknown_dataset", zh=zh, en=en)
                continue
            try:
                data.question(measure.dataset, measure.measure, measure.where or None)
            except ExpressionError as fault:
                yield ctx.problem(doc, (*pointer, "where"), code="condition", zh=fault.zh, en=fault.en)

    def apply(self, ctx: packs.Context, doc: packs.PackDocument) -> None:
        """Upsert the board."""
        apply_board(doc.data, key=doc.key, pack=doc.pack, hash=doc.hash)
        name = f"board:{doc.key}"
        data.record_lineage(upstream=shown(doc.data), downstream=(name, ""), made_by=name, by=ctx.by)

    def hide(self, ctx: packs.Context, pack: str, key: str) -> None:
        """Hide it."""
        hide_board(key=key, pack=pack)

    def used(self, pack: str, key: str, version: int) -> bool:
        """A board is a view; changing it changes no fact, so it is never frozen."""
        return False


def shown(document: BoardDocument) -> set[tuple[str, str]]:
    """What a board is made from, for the lineage: indicators, and datasets its cards count themselves."""
    codes = {(f"indicator:{code}", "") for card in document.cards for code in card.codes()}
    own = [
        measure for card in document.cards for measure in (card.measure, card.towns) if measure is not None
    ]
    return codes | {(measure.dataset, "") for measure in own}


packs.register_part(Boards())
