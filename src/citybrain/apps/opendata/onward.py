"""What open data offers next on the page of a resource: propose to open it, or see it on the portal."""

from collections.abc import Iterator
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from citybrain.apps.opendata.models import OpenDataset
from citybrain.apps.opendata.permissions import PROPOSE
from citybrain.hub.identity import api as identity
from citybrain.ui import onward
from citybrain.ui.onward import Step


@onward.offer("data.resource")
def of_resource(request: HttpRequest, row: Any) -> Iterator[Step]:
    """Its open dataset when there is one; else the proposal, for those who may make it."""
    made = OpenDataset.objects.filter(source=f"resource:{row.key}", state="published").first()
    if made is not None:
        yield Step(_("Its open dataset"), reverse("opendata:dataset", args=[made.slug]), 60)
        return
    open_to_it = row.state == "published" and row.opening != "none" and row.owner
    if open_to_it and identity.may(request.actor, PROPOSE, organisation=row.owner):
        yield Step(_("Propose to open data"), reverse("opendata:propose", args=[row.key]), 60)
