"""The pack part ``boards``: what a leader sees, as data."""

from collections.abc import Iterable, Sequence

from citybrain.apps.cockpit.actions.apply_board import apply_board, hide_board
from citybrain.apps.cockpit.domain.board import BoardDocument, faults
from citybrain.apps.cockpit.models import Board
from citybrain.hub.packs import api as packs


class Boards:
    """One document per board; indicators must be in this pack, in a pack it needs, or installed."""

    key, order, schema = "boards", 120, BoardDocument

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

    def apply(self, ctx: packs.Context, doc: packs.PackDocument) -> None:
        """Upsert the board."""
        apply_board(doc.data, key=doc.key, pack=doc.pack, hash=doc.hash)

    def hide(self, ctx: packs.Context, pack: str, key: str) -> None:
        """Hide it."""
        hide_board(key=key, pack=pack)

    def used(self, pack: str, key: str, version: int) -> bool:
        """A board is a view; changing it changes no fact, so it is never frozen."""
        return False


packs.register_part(Boards())
