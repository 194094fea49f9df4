"""Telling the demo city's stories: every request, answer, call and objection goes through the doors that people use."""

from collections.abc import Iterable
from typing import Any

from citybrain.apps.sharing.actions.requests import Asked, open_request
from citybrain.apps.sharing.models import ObjectionCase
from citybrain.hub.cases import api as cases
from citybrain.hub.data import api as data
from citybrain.hub.identity import api as identity
from citybrain.kernel import events
from citybrain.kernel.actor import Actor
from citybrain.kernel.text import Text

KIND = "sharing.stories"


def begin_stories(pack: str, key: str, *, by: Actor) -> None:
    """Queue the stories of a document."""
    title = Text(zh="演示城市的数据供需", en="Requests for data in the demo city")
    data.begin_stories(KIND, title, pack=pack, key=key, by=by)


def tell_stories(run: data.Run) -> dict[str, Any]:
    """The work of the job."""
    said = data.said_in(run, "data_stories")
    stories = [(ask, one) for one in said.requests] + [(object_to, one) for one in said.objections]
    return data.tell_stories(run, said.resources, stories)


def ask(one: Any) -> None:
    """A request, the steps of its case, the calls under its grant."""
    asked = Asked(
        resource=one.resource, items=one.items, purpose_kind=one.purpose.kind, purpose_code=one.purpose.code,
        purpose_text=one.purpose.text, basis=one.basis, ways=one.ways, months=one.months, quota=one.quota,
        row_filter="", masked=one.masked,
    )  # fmt: skip
    with data.ago(one.days_ago):
        row = open_request(asked, by=identity.demo_actor(one.by))
        events.deliver_own()
    walk(row.case_id, one.steps)
    row.refresh_from_db()
    if one.calls is not None and row.grant_id:
        for number, day in enumerate(one.calls.days_ago):
            with data.ago(day):
                call(row.grant_id, one.calls.rows[number % len(one.calls.rows)])


def walk(case_id: Any, steps: Iterable[Any]) -> None:
    """Act after act, each by its person on its day, with what follows from it."""
    for step in steps:
        with data.ago(step.days_ago):
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
    with data.ago(one.days_ago):
        made = data.raise_objection(
            resource_key=one.resource, record=one.record, item=one.item, claimed=one.claimed, reason=one.reason,
            by=identity.demo_actor(one.by),
        )  # fmt: skip
        events.deliver_own()
    walk(ObjectionCase.objects.get(objection_id=made.pk).case_id, one.steps)
