"""Telling the demo city's stories: every request, answer, call and objection goes through the doors that people use."""

import time
from collections.abc import Iterable
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import transaction

from citybrain.apps.sharing.actions.requests import Asked, open_request
from citybrain.apps.sharing.models import ObjectionCase
from citybrain.hub.cases import api as cases
from citybrain.hub.data import api as data
from citybrain.hub.identity import api as identity
from citybrain.hub.packs import api as packs
from citybrain.kernel import clock, events
from citybrain.kernel.actor import Actor
from citybrain.kernel.errors import Conflict
from citybrain.kernel.text import Text

KIND = "sharing.stories"
PATIENCE, LOOK = 900, 1.0  # seconds until the rows have to be there; seconds between two looks


def begin_stories(pack: str, key: str, *, by: Actor) -> None:
    """Queue the stories of a document."""
    refuse_production()
    title = Text(zh="演示城市的数据供需", en="Requests for data in the demo city")
    data.begin_job(KIND, by=by, subject=f"{pack}:{key}", title=title, organisation="350900-fgw", alone=True)


def refuse_production() -> None:
    """Nobody plays officials in a real city."""
    if settings.MODE != "demo":
        raise packs.PackError(
            zh="生产模式不装载演示数据", en="Demo stories are not told in production", code="demo_only"
        )


def tell_stories(run: data.Run) -> dict[str, Any]:
    """The work of the job: one story after the other, each in a transaction with its checkpoint."""
    refuse_production()
    pack, _sign, key = run.subject.partition(":")
    said: Any = next(d.data for d in packs.Library().pack(pack).docs("data_stories") if d.key == key)
    wait_for_rows(run, said.resources)
    identity.begin_demo_keys()
    stories = [(ask, one) for one in said.requests] + [(object_to, one) for one in said.objections]
    for number, (tell, one) in enumerate(stories):
        if number < run.checkpoint.get("told", 0):
            continue
        with transaction.atomic():
            tell(one)
            run.step(done=number + 1, total=len(stories), told=number + 1)
        run.look()
    return {"told": len(stories)}


def wait_for_rows(run: data.Run, resources: Iterable[str]) -> None:
    """Until the synthetic rows have been loaded and the registers built from them. Conflict when they do not come."""
    until = time.monotonic() + PATIENCE
    while missing := [key for key in resources if not data.resource(key).rows]:
        if time.monotonic() > until:
            raise Conflict(f"no rows yet in {', '.join(missing)} / 数据尚未装载", code="no_rows")
        run.look()
        time.sleep(LOOK)


def ago(days: int) -> AbstractContextManager[None]:
    """The clock so many days back; it goes on from there, so that steps of one day keep their order."""
    return clock.travel(-timedelta(days=days))


def ask(one: Any) -> None:
    """A request, the steps of its case, the calls under its grant."""
    asked = Asked(
        resource=one.resource, items=one.items, purpose_kind=one.purpose.kind, purpose_code=one.purpose.code,
        purpose_text=one.purpose.text, basis=one.basis, ways=one.ways, months=one.months, quota=one.quota,
        row_filter="", masked=one.masked,
    )  # fmt: skip
    with ago(one.days_ago):
        row = open_request(asked, by=identity.demo_actor(one.by))
        events.deliver_own()
    walk(row.case_id, one.steps)
    row.refresh_from_db()
    if one.calls is not None and row.grant_id:
        for number, day in enumerate(one.calls.days_ago):
            with ago(day):
                call(row.grant_id, one.calls.rows[number % len(one.calls.rows)])


def walk(case_id: Any, steps: Iterable[Any]) -> None:
    """Act after act, each by its person on its day, with what follows from it."""
    for step in steps:
        with ago(step.days_ago):
            cases.act(case_id, step.action, by=identity.demo_actor(step.by), data=step.fields)
            events.deliver_own()


def call(grant_id: Any, rows: int) -> None:
    """One call as an application of the consumer makes it."""
    grant = data.grant(grant_id)
    data.shared_read(
        grant.id, caller=data.Caller(grant.consumer), purpose=grant.purpose_word, way="api",
        wanted=data.Wanted(limit=rows),
    )  # fmt: skip


def object_to(one: Any) -> None:
    """A department's objection and the steps of its case."""
    with ago(one.days_ago):
        made = data.raise_objection(
            resource_key=one.resource, record=one.record, item=one.item, claimed=one.claimed, reason=one.reason,
            by=identity.demo_actor(one.by),
        )  # fmt: skip
        events.deliver_own()
    walk(ObjectionCase.objects.get(objection_id=made.pk).case_id, one.steps)
