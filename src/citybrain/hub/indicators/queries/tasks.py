"""Work lists of indicator tasks."""

from citybrain.hub.identity import api as identity
from citybrain.hub.indicators.data import TaskRecord
from citybrain.hub.indicators.models import Task
from citybrain.kernel.actor import Actor


def tasks_for(actor: Actor, *, state: str = "", code: str = "", most: int = 200) -> list[TaskRecord]:
    """Tasks of the owners in the actor's scope, newest first. NotAllowed without ``indicators.work``."""
    identity.require(actor, "indicators.work")
    rows = Task.objects.select_related("indicator")
    if actor.kind != "system":
        rows = rows.filter(identity.scope_q(identity.scope(actor, "indicators.work"), "owner"))
    rows = rows.filter(state=state) if state else rows
    rows = rows.filter(indicator_id=code) if code else rows
    return [row.record() for row in rows[:most]]
