"""Telling stories of the demo city: what applications do to it, day after day of the past, through the doors that people use.

An application brings the kind of job and the acts; when they may begin, their order and going on after a crash are here.
"""

import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import transaction

from citybrain.hub.data.catalogue.queries.resources import resource
from citybrain.hub.data.jobs.actions import begin_job
from citybrain.hub.data.jobs.running import Run
from citybrain.hub.identity import api as identity
from citybrain.hub.packs import api as packs
from citybrain.kernel import clock
from citybrain.kernel.actor import Actor
from citybrain.kernel.errors import Conflict
from citybrain.kernel.text import Text

PATIENCE, LOOK = 900, 1.0  # seconds until the rows have to be there; seconds between two looks


def begin_stories(kind: str, title: Text, *, pack: str, key: str, by: Actor) -> None:
    """Queue the stories of a pack's document. PackError outside demo mode."""
    refuse_production()
    begin_job(kind, by=by, subject=f"{pack}:{key}", title=title, organisation="350900-fgw", alone=True)


def said_in(run: Run, part: str) -> Any:
    """The document a job was begun for."""
    refuse_production()
    pack, _sign, key = run.subject.partition(":")
    return next(d.data for d in packs.Library().pack(pack).docs(part) if d.key == key)


def tell_stories(
    run: Run, tables: Iterable[str], stories: Sequence[tuple[Callable[[Any], None], Any]]
) -> dict[str, Any]:
    """The work of the job: once the tables have rows, one story after the other, each in a transaction with its checkpoint."""
    refuse_production()
    wait_for_rows(run, tables)
    identity.begin_demo_keys()
    for number, (tell, one) in enumerate(stories):
        if number < run.checkpoint.get("told", 0):
            continue
        with transaction.atomic():
            tell(one)
            run.step(done=number + 1, total=len(stories), told=number + 1)
        run.look()
    return {"told": len(stories)}


def refuse_production() -> None:
    """Nobody plays officials and citizens in a real city."""
    if settings.MODE != "demo":
        raise packs.PackError(
            zh="生产模式不装载演示数据", en="Demo stories are not told in production", code="demo_only"
        )


def wait_for_rows(run: Run, tables: Iterable[str]) -> None:
    """Until the synthetic rows have been loaded and the registers built from them. Conflict when they do not come."""
    wanted, until = list(tables), time.monotonic() + PATIENCE
    while missing := [key for key in wanted if not resource(key).rows]:
        if time.monotonic() > until:
            raise Conflict(f"no rows yet in {', '.join(missing)} / 数据尚未装载", code="no_rows")
        run.look()
        time.sleep(LOOK)


def ago(days: int) -> AbstractContextManager[None]:
    """The clock so many days back; it goes on from there, so that acts of one day keep their order."""
    return clock.travel(-timedelta(days=days))
