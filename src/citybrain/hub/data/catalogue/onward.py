"""What the catalogue offers next on the page of a resource: describe, look at the quality, publish."""

from collections.abc import Iterator

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from citybrain.hub.data.catalogue.queries.access import may_describe, may_publish
from citybrain.hub.data.models import Resource
from citybrain.ui import onward
from citybrain.ui.onward import Step


@onward.offer("data.resource")
def of_resource(request: HttpRequest, row: Resource) -> Iterator[Step]:
    """For those who keep it: describe and publish what is not published; for all: how good its rows are."""
    if row.kind == "lake" and row.rows:
        yield Step(_("See its quality"), reverse("data:quality_resource", args=[row.key]), 20)
    if row.kind == "operational" or row.state == "published":
        return
    if may_publish(request.actor, row):
        yield Step(_("Check and publish"), reverse("data:resource_state", args=[row.key]), 30, main=True)
    elif may_describe(request.actor, row):
        yield Step(_("Describe it"), reverse("data:edit_resource", args=[row.key]), 30, main=True)
