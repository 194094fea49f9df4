"""Work of sharing that takes its time."""

from typing import Any

from citybrain.apps.sharing.actions.stories import KIND, tell_stories
from citybrain.hub.data import api as data


@data.job(KIND, zh="演示城市的数据供需", en="Requests for data in the demo city")
def stories(run: data.Run) -> dict[str, Any]:
    """Requests, calls and objections of the demo city."""
    return tell_stories(run)
