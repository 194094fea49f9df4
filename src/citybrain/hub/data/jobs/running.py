"""Doing long work: claimed by one process, step by step, each step committed with its checkpoint.

A process that works on a job holds an advisory lock on a connection of its own; when it is killed the lock goes with
it and any other process goes on from the checkpoint. So a step must be written so that doing it twice changes nothing.
"""

import hashlib
import logging
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from django.db import close_old_connections, connections, transaction

from citybrain.hub.data.jobs.kinds import kind
from citybrain.hub.data.models import Job
from citybrain.kernel import clock
from citybrain.kernel.actor import Actor
from citybrain.kernel.errors import CityError

log = logging.getLogger(__name__)
MOST_ATTEMPTS = 5
VALUES = re.compile(r"'[^'\n]*'|\"[^\"\n]*\"|[0-9][0-9Xx-]{5,}")
LOOK_SECONDS = 1.0


class Stopped(Exception):
    """A person asked the work to pause or to cancel; raised between steps, caught by the runner."""


class Run:
    """One job being done. The work reads ``arguments`` and ``checkpoint`` and calls ``step`` after every piece."""

    def __init__(self, row: Job) -> None:
        self.id: UUID = row.pk
        self.subject = row.subject
        self.arguments: dict[str, Any] = row.arguments
        self.checkpoint: dict[str, Any] = dict(row.checkpoint)
        self.by = Actor.from_dict(row.by)

    def step(
        self, *, done: int | None = None, total: int | None = None, note: dict | None = None, **kept: Any
    ) -> None:
        """Keep how far the work is and what to go on with; Stopped when a person asked for it."""
        self.checkpoint.update(kept)
        values: dict[str, Any] = {"checkpoint": self.checkpoint, "beat_at": clock.now()}
        values |= {k: v for k, v in (("done", done), ("total", total), ("note", note)) if v is not None}
        Job.objects.filter(pk=self.id).update(**values)
        if not transaction.get_connection().in_atomic_block:
            self.look()

    def look(self) -> None:
        """Stopped when a person asked the work to stop."""
        wish = Job.objects.filter(pk=self.id).values_list("wish", flat=True).first()
        if wish in ("pause", "cancel"):
            raise Stopped(wish)


def lock_number(job_id: UUID) -> int:
    """The advisory lock of a job."""
    return int.from_bytes(
        hashlib.blake2b(f"job:{job_id}".encode(), digest_size=8).digest(), "big", signed=True
    )


@contextmanager
def held(job_id: UUID) -> Iterator[bool]:
    """Hold the job's lock on a connection of its own; False when another process has it."""
    own = connections.create_connection("default")
    try:
        with own.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_lock(%s)", [lock_number(job_id)])
            yield bool(cursor.fetchone()[0])
    finally:
        own.close()


def next_jobs() -> list[UUID]:
    """Jobs that wait, and jobs that run or whose runner may be gone; the lock tells which. Oldest first."""
    found = Job.objects.filter(state__in=("queued", "running")).order_by("created_at")
    return list(found.values_list("pk", flat=True)[:20])


def do_next() -> bool:
    """Do one job that nobody else does; False when there is none."""
    for job_id in next_jobs():
        with held(job_id) as mine:
            if mine and do(job_id):
                return True
    return False


def do(job_id: UUID) -> bool:
    """Do a job whose lock is held; False when it was taken back or finished meanwhile."""
    row = Job.objects.filter(pk=job_id, state__in=("queued", "running")).first()
    if row is None:
        return False
    row.attempts += 1
    if row.attempts > MOST_ATTEMPTS:
        finish(row, "failed", error="the work ended several times without finishing")
        return True
    row.state, row.started_at, row.beat_at = "running", row.started_at or clock.now(), clock.now()
    row.save(update_fields=["state", "started_at", "beat_at", "attempts"])
    try:
        result = kind(row.kind).work(Run(row))
        finish(row, "done", result=result or {})
    except Stopped as stop:
        finish(row, "paused" if str(stop) == "pause" else "cancelled")
    except CityError as error:
        finish(row, "failed", error=str(error))
    except Exception as error:
        log.exception("job %s (%s) failed", row.pk, row.kind)
        finish(row, "failed", error=f"{type(error).__name__}: {without_values(str(error))}"[:2000])
    return True


def without_values(text: str) -> str:
    """What went wrong without what was read: engines quote the value they stumble over, which may be somebody's."""
    return VALUES.sub("…", text)


def finish(row: Job, state: str, *, result: dict | None = None, error: str = "") -> None:
    """Write the end of a run; a paused job counts as not tried."""
    values: dict[str, Any] = {"state": state, "wish": "", "error": error, "attempts": 0}
    if state != "paused":
        values["ended_at"] = clock.now()
    if result is not None:
        values["result"] = result
    Job.objects.filter(pk=row.pk).update(**values)


def keep_doing(stop: threading.Event) -> None:
    """Do jobs until asked to stop; a failure to look for them is tried again."""
    while not stop.is_set():
        try:
            close_old_connections()
            if do_next():
                continue
        except Exception:
            log.exception("looking for jobs failed")
            connections.close_all()
        stop.wait(LOOK_SECONDS)
    connections.close_all()
