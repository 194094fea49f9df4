"""The cockpit's heartbeat: boards are recomputed every few seconds, and pushed only when something changed.

However large the city grows, computing boards takes at most a twentieth of the database's time: after a slow turn a
board rests in proportion.
"""

from datetime import timedelta
from time import monotonic

from citybrain.apps.cockpit.actions.refresh_board import refresh_board
from citybrain.apps.cockpit.queries.boards import boards
from citybrain.kernel.loops import every

SHARE = 20
_rest_until: dict[str, float] = {}


@every(seconds=2, name="cockpit.refresh_boards")
def refresh_boards() -> None:
    """Refresh every visible board that is due and not resting."""
    for board in boards():
        began = monotonic()
        if began < _rest_until.get(board.key, 0.0):
            continue
        seconds = int(board.definition.get("refresh", 5))
        refresh_board(board, only_if_older=timedelta(seconds=seconds))
        _rest_until[board.key] = began + (monotonic() - began) * SHARE
