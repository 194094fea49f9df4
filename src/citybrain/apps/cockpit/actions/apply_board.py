"""Boards come and go with packs."""

from citybrain.apps.cockpit.domain.board import BoardDocument
from citybrain.apps.cockpit.models import Board


def apply_board(document: BoardDocument, *, key: str, pack: str, hash: str) -> None:
    """Upsert one board; a hidden one comes back."""
    Board.objects.update_or_create(
        key=key,
        defaults={
            "pack": pack,
            "title": document.title.as_dict(),
            "definition": document.model_dump(mode="json"),
            "hash": hash,
            "order": document.order,
            "hidden": False,
        },
    )


def hide_board(*, key: str, pack: str) -> None:
    """Hide a board whose pack no longer brings it."""
    Board.objects.filter(key=key, pack=pack).update(hidden=True)
