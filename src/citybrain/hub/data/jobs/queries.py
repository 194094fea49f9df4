"""Long work as other rooms see it."""

from citybrain.hub.data.data import JobRecord
from citybrain.hub.data.jobs.views.pages import jobs_of
from citybrain.kernel.actor import Actor
from citybrain.kernel.text import Text


def jobs_in_trouble(actor: Actor, limit: int = 10) -> list[JobRecord]:
    """Work of the actor's units that failed and was not tried again, newest first."""
    if not actor.may("data.work"):
        return []
    rows = jobs_of(actor).filter(state="failed").order_by("-created_at")[:limit]
    return [
        JobRecord(
            id=row.pk, kind=row.kind, subject=row.subject, title=Text(**row.title), state=row.state, done=row.done,
            total=row.total, error=row.error, created_at=row.created_at, ended_at=row.ended_at,
        )
        for row in rows
    ]  # fmt: skip
