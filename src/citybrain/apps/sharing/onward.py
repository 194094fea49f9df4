"""What sharing offers next on pages of the data room: ask for a resource, follow the work on its problems."""

from collections.abc import Iterator
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from citybrain.apps.sharing.models import QualityWork
from citybrain.apps.sharing.permissions import BENCH, REQUEST
from citybrain.apps.sharing.queries.lists import rows_of
from citybrain.hub.data import api as data
from citybrain.ui import onward
from citybrain.ui.onward import Step


@onward.offer("data.resource")
def of_resource(request: HttpRequest, row: Any) -> Iterator[Step]:
    """Other units ask for what is shared; those who may use it already find their grant."""
    actor = request.actor
    if not actor.may(REQUEST) or row.state != "published" or row.sharing == "none":
        return
    if not row.owner or row.owner == actor.organisation:
        return
    held = [g for g in data.grants_on(row.key) if g.consumer == actor.organisation and g.state == "active"]
    if held and actor.may("data.keys"):
        yield Step(_("Use your grant"), reverse("data:grant", args=[held[0].id]), 38)
    yield Step(_("Ask for these data"), reverse("sharing:request_new", args=[row.key]), 40, main=not held)


@onward.offer("data.problems")
def of_problems(request: HttpRequest, record: data.ResourceRecord) -> Iterator[Step]:
    """The open work on the table's problems, for whoever takes part in it."""
    if not request.actor.may(BENCH):
        return
    for work in rows_of(request.actor, QualityWork).filter(resource=record.key, closed_at=None)[:3]:
        title = _("Work order %(number)s") % {"number": work.case_no}
        yield Step(title, reverse("cases:detail", args=[work.case_id]), 20)
