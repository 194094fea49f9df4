"""What collecting offers next: where rows of a table come from, where corrected rows go in."""

from collections.abc import Iterator

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from citybrain.hub.data.collection.permissions import COLLECT
from citybrain.hub.data.collection.queries.owned import collections_of
from citybrain.hub.data.data import ResourceRecord
from citybrain.hub.data.models import CollectionRun, Resource
from citybrain.hub.identity import api as identity
from citybrain.ui import onward
from citybrain.ui.onward import Step


def collects(request: HttpRequest, owner: str) -> bool:
    """Whether the actor brings in data of the unit."""
    return bool(owner) and identity.may(request.actor, COLLECT, organisation=owner)


@onward.offer("data.resource")
def of_resource(request: HttpRequest, row: Resource) -> Iterator[Step]:
    """The collection that fills the table, or how to begin one."""
    if row.kind != "lake" or row.layer != "raw" or not collects(request, row.owner):
        return
    made = collections_of(request.actor).filter(resource=row.key).order_by("-created_at").first()
    if made is not None:
        yield Step(_("Its collection"), reverse("data:collection", args=[made.pk]), 10)
    else:
        yield Step(_("Collect its rows"), reverse("data:new_collection"), 10, main=not row.rows)


@onward.offer("data.problems")
def of_problems(request: HttpRequest, record: ResourceRecord) -> Iterator[Step]:
    """Corrected rows come in by the collection that brought the wrong ones."""
    if not collects(request, record.owner):
        return
    made = collections_of(request.actor).filter(resource=record.key, state="active").order_by("-created_at")
    for one in made[:3]:
        title = _("Bring the corrected rows in: %(title)s") % {"title": one.title}
        yield Step(title, reverse("data:collection", args=[one.pk]), 10, main=True)


@onward.offer("data.run")
def of_run(request: HttpRequest, run: CollectionRun) -> Iterator[Step]:
    """After the rows are in: the dataset they went into, and whether they are good."""
    if not run.accepted:
        return
    key = run.collection.resource
    yield Step(_("To the dataset"), reverse("data:detail", args=[key]), 10, main=not run.rejected)
    yield Step(_("See its quality"), reverse("data:quality_resource", args=[key]), 20)
