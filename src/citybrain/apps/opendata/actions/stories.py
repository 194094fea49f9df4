"""Telling the demo city's stories of open data: releases, remarks, stars and requests through the doors that people use."""

from typing import Any

from citybrain.apps.opendata.actions.build import make_version
from citybrain.apps.opendata.actions.propose import propose_release
from citybrain.apps.opendata.actions.request import request_data
from citybrain.apps.opendata.actions.voices import give_stars, say_comment
from citybrain.apps.opendata.domain.treatment import Treatment
from citybrain.apps.opendata.models import OpenDataset
from citybrain.hub.cases import api as cases
from citybrain.hub.data import api as data
from citybrain.hub.identity import api as identity
from citybrain.kernel import events
from citybrain.kernel.actor import Actor
from citybrain.kernel.text import Text

KIND = "opendata.stories"


def begin_stories(pack: str, key: str, *, by: Actor) -> None:
    """Queue the stories of a document."""
    title = Text(zh="演示城市的数据开放", en="Open data of the demo city")
    data.begin_stories(KIND, title, pack=pack, key=key, by=by)


def tell_stories(run: data.Run) -> dict[str, Any]:
    """The work of the job."""
    said = data.said_in(run, "open_stories")
    stories = [(release, one) for one in said.releases]
    stories += [(voice, one) for one in said.voices] + [(ask, one) for one in said.requests]
    return data.tell_stories(run, {one.resource for one in said.releases}, stories)


def release(one: Any) -> None:
    """A proposal, its first version with the report, the steps of its case."""
    said = {
        "slug": one.slug, "title_zh": one.title.zh, "title_en": one.title.en, "summary_zh": one.summary.zh,
        "summary_en": one.summary.en, "theme": one.theme, "keywords": ",".join(one.keywords), "cycle": one.cycle,
        "licence": one.licence,
    }  # fmt: skip
    treatment = Treatment(columns=one.columns, k=one.k, reference=one.reference, division=one.division)
    by = identity.demo_actor(one.by)
    with data.ago(one.days_ago):
        made = propose_release(one.resource, said=said, treatment=treatment, by=by)
        make_version(made, 1, by=by)
        events.deliver_own()
    for step in one.steps:
        with data.ago(step.days_ago):
            cases.act(made.case_id, step.action, by=identity.demo_actor(step.by), data=step.fields)
            events.deliver_own()


def voice(one: Any) -> None:
    """A citizen's stars and remark; the remark waits for a steward's look."""
    dataset, by = OpenDataset.objects.get(slug=one.slug), identity.demo_actor(one.by)
    with data.ago(one.days_ago):
        if one.stars:
            give_stars(dataset, one.stars, by=by)
        if one.remark:
            say_comment(dataset, one.remark, by=by)


def ask(one: Any) -> None:
    """A citizen asks for data that are not open yet."""
    with data.ago(one.days_ago):
        request_data({"title": one.title, "purpose": one.purpose}, by=identity.demo_actor(one.by))
        events.deliver_own()
