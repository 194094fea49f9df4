"""Tables of the cockpit: boards from packs, the last computed picture of each, the newest happenings."""

from citybrain.apps.cockpit.models.board import Board
from citybrain.apps.cockpit.models.happening import Happening
from citybrain.apps.cockpit.models.snapshot import Snapshot

__all__ = ["Board", "Happening", "Snapshot"]
