"""Which boards there are."""

from citybrain.apps.cockpit.domain.board import BoardDocument
from citybrain.apps.cockpit.models import Board
from citybrain.kernel.errors import NotFound


def boards() -> list[Board]:
    """Visible boards in their order."""
    return list(Board.objects.filter(hidden=False))


def board(key: str) -> Board:
    """A visible board with its snapshot, one query. NotFound otherwise."""
    row = Board.objects.select_related("snapshot").filter(pk=key, hidden=False).first()
    if row is None:
        raise NotFound()
    return row


def document(row: Board) -> BoardDocument:
    """The board's checked document."""
    return BoardDocument.model_validate(row.definition)
