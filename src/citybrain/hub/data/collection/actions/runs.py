"""Runs: begin one, by hand or by the clock; bring corrected rows back."""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from citybrain.hub.data.collection import staging
from citybrain.hub.data.collection.actions.collections import due_after
from citybrain.hub.data.collection.domain.shape import Shape, recognised
from citybrain.hub.data.collection.running import KIND
from citybrain.hub.data.jobs.actions import OPEN, begin_job, wish_of_job
from citybrain.hub.data.models import Collection, CollectionRun
from citybrain.kernel import audit, clock
from citybrain.kernel.actor import Actor
from citybrain.kernel.errors import Conflict
from citybrain.kernel.ids import new_id
from citybrain.kernel.text import Text

SCHEDULER = Actor.system("data.enqueue_collections")


@transaction.atomic
def begin_run(
    collection: Collection, *, by: Actor, kind: str = "manual", parent: CollectionRun | None = None, file: str = "",
    file_name: str = "", shape: dict[str, Any] | None = None,
) -> CollectionRun:  # fmt: skip
    """Queue a run. The open one is returned instead of a second; one that stopped half-way goes on instead of a new one,
    because what it took would come twice. Conflict when the collection is not active."""
    row = Collection.objects.select_for_update().get(pk=collection.pk)
    if row.state == "draft" or (row.state == "paused" and kind == "scheduled"):
        raise Conflict(_("Finish the set-up first."), code="state")
    if kind != "correction":
        going = unfinished(row)
        if going is not None:
            if going.job.state not in OPEN:
                wish_of_job(going.job_id, "retry", by=by)
            return going
    run_id = new_id()
    title = Text(zh=f"汇聚:{row.title}", en=f"Collect: {row.title}")
    job = begin_job(KIND, by=by, subject=f"collection:{row.pk}", arguments={"run": str(run_id)}, title=title, organisation=row.organisation)  # fmt: skip
    return CollectionRun.objects.create(
        id=run_id, collection=row, job=job, kind=kind, parent=parent, file=file, file_name=file_name, shape=shape or {},
        version=row.version if parent is None else parent.version, position_before=row.position, began_at=clock.now(),
    )  # fmt: skip


def unfinished(row: Collection) -> CollectionRun | None:
    """The run that is open, or stopped after some of its batches came in."""
    last = row.runs.exclude(kind="correction").select_related("job").order_by("-began_at").first()
    if last is None or last.job.state == "done":
        return None
    half = row.mode == "append" and last.batches.exists()
    return last if last.job.state in OPEN or half else None


def bring_corrected(run: CollectionRun, *, file: str, file_name: str, by: Actor) -> CollectionRun:
    """A file with corrected rows of a run, tied to it; it is read as our own download writes it."""
    from django.core.files.storage import default_storage

    with default_storage.open(file, "rb") as given:
        shape: Shape = recognised(given.read(staging.HEAD), file_name)
    with transaction.atomic():
        made = begin_run(run.collection, by=by, kind="correction", parent=run, file=file, file_name=file_name, shape=shape.as_dict())  # fmt: skip
        audit.record("data.bring_corrected", by=by, obj=f"run:{run.pk}", organisation=run.collection.organisation, after={"run": str(made.pk)})  # fmt: skip
    return made


def enqueue_due(limit: int = 50) -> int:
    """Begin every collection whose time has come, once; returns how many."""
    with transaction.atomic():
        due = Collection.objects.filter(state="active", next_at__lte=clock.now(), source__active=True)
        rows = list(due.select_for_update(skip_locked=True, of=("self",)).order_by("next_at")[:limit])
        for row in rows:
            begin_run(row, by=SCHEDULER, kind="scheduled")
            Collection.objects.filter(pk=row.pk).update(next_at=due_after(row, clock.now()))
    return len(rows)
