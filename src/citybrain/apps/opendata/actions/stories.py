"""Telling the demo city's stories of open data: releases, remarks, stars and requests through the doors that people use."""

import time
from collections.abc import Iterable
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import transaction

from citybrain.apps.opendata.actions.build import make_version
from citybrain.apps.opendata.actions.propose import propose_release
from citybrain.apps.opendata.actions.request import request_data
from citybrain.apps.opendata.actions.voices import give_stars, say_comment
from citybrain.apps.opendata.domain.treatment import Treatment
from citybrain.apps.opendata.models import OpenDataset
from citybrain.hub.cases import api as cases
from citybrain.hub.data import api as data
from citybrain.hub.identity import api as identity
from citybrain.hub.packs import api as packs
from citybrain.kernel import clock, events
from citybrain.kernel.actor import Actor
from citybrain.kernel.errors import Conflict
from citybrain.kernel.text import Text

KIND = "opendata.stories"
PATIENCE, LOOK = 900, 1.0  # seconds until the rows have to be there; seconds between two looks


def begin_stories(pack: str, key: str, *, by: Actor) -> None:
    """Queue the stories of a document."""
    refuse_production()
    title = Text(zh="演示城市的数据开放", en="Open data of the demo city")
    data.begin_job(KIND, by=by, subject=f"{pack}:{key}", title=title, organisation="350900-fgw", alone=True)


def refuse_production() -> None:
    """Nobody plays officials and citizens in a real city."""
    if settings.MODE != "demo":
        raise packs.PackError(
            zh="生产模式不装载演示数据", en="Demo stories are not told in production", code="demo_only"
        )


def tell_stories(run: data.Run) -> dict[str, Any]:
    """The work of the job: one story after the other, each in a transaction with its checkpoint."""
    refuse_production()
    pack, _sign, key = run.subject.partition(":")
    said: Any = next(d.data for d in packs.Library().pack(pack).docs("open_stories") if d.key == key)
    wait_for_rows(run, {one.resource for one in said.releases})
    identity.begin_demo_keys()
    stories = [(release, one) for one in said.releases]
    stories += [(voice, one) for one in said.voices] + [(ask, one) for one in said.requests]
    for number, (tell, one) in enumerate(stories):
        if number < run.checkpoint.get("told", 0):
            continue
        with transaction.atomic():
            tell(one)
            run.step(done=number + 1, total=len(stories), told=number + 1)
        run.look()
    return {"told": len(stories)}


def wait_for_rows(run: data.Run, resources: Iterable[str]) -> None:
    """Until the synthetic rows have been loaded. Conflict when they do not come."""
    until = time.monotonic() + PATIENCE
    while missing := [key for key in resources if not data.resource(key).rows]:
        if time.monotonic() > until:
            raise Conflict(f"no rows yet in {', '.join(missing)} / 数据尚未装载", code="no_rows")
        run.look()
        time.sleep(LOOK)


def ago(days: int) -> AbstractContextManager[None]:
    """The clock so many days back; it goes on from there."""
    return clock.travel(-timedelta(days=days))


def release(one: Any) -> None:
    """A proposal, its first version with the report, the steps of its case."""
    said = {
        "slug": one.slug, "title_zh": one.title.zh, "title_en": one.title.en, "summary_zh": one.summary.zh,
        "summary_en": one.summary.en, "theme": one.theme, "keywords": ",".join(one.keywords), "cycle": one.cycle,
        "licence": one.licence,
    }  # fmt: skip
    treatment = Treatment(columns=one.columns, k=one.k, reference=one.reference, division=one.division)
    by = identity.demo_actor(one.by)
    with ago(one.days_ago):
        made = propose_release(one.resource, said=said, treatment=treatment, by=by)
        make_version(made, 1, by=by)
        events.deliver_own()
    for step in one.steps:
        with ago(step.days_ago):
            cases.act(made.case_id, step.action, by=identity.demo_actor(step.by), data=step.fields)
            events.deliver_own()


def voice(one: Any) -> None:
    """A citizen's stars and remark; the remark waits for a steward's look."""
    dataset, by = OpenDataset.objects.get(slug=one.slug), identity.demo_actor(one.by)
    with ago(one.days_ago):
        if one.stars:
            give_stars(dataset, one.stars, by=by)
        if one.remark:
            say_comment(dataset, one.remark, by=by)


def ask(one: Any) -> None:
    """A citizen asks for data that are not open yet."""
    with ago(one.days_ago):
        request_data({"title": one.title, "purpose": one.purpose}, by=identity.demo_actor(one.by))
        events.deliver_own()
