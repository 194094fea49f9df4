"""The cockpit's heartbeat: boards are recomputed every few seconds, and pushed only when something changed."""

from datetime import timedelta

from citybrain.apps.cockpit.actions.refresh_board import refresh_board
from citybrain.apps.cockpit.queries.boards import boards
from citybrain.kernel.loops import every


@every(seconds=2, name="cockpit.refresh_boards")
def refresh_boards() -> None:
    """Refresh every visible board that is due."""
    for board in boards():
        seconds = int(board.definition.get("refresh", 5))
        refresh_board(board, only_if_older=timedelta(seconds=seconds))
