"""Versions of a resource side by side, and its lineage drawn."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from citybrain.hub.data.catalogue.domain.lineage import draw
from citybrain.hub.data.catalogue.queries.access import resource_for
from citybrain.hub.data.catalogue.queries.editions import compared, editions, say_value
from citybrain.hub.data.catalogue.queries.lineage import edges_of, graph
from citybrain.hub.data.catalogue.views.pages import frame
from citybrain.hub.data.permissions import VIEW
from citybrain.hub.data.views.asked import asked
from citybrain.kernel.guard import guard
from citybrain.kernel.text import say


@guard(VIEW)
def versions(request: HttpRequest, key: str) -> HttpResponse:
    """Who changed what when; two versions side by side when two are chosen."""
    row = resource_for(request.actor, key)
    older, newer = number(asked(request.GET, "older")), number(asked(request.GET, "newer"))
    context = frame(request, row, "versions") | {
        "editions": editions(row),
        "say_value": say_value,
        "compared": None,
    }
    context["item_names"] = {item.name: say(item.title) for item in row.items.all()}
    if older and newer:
        context["compared"] = compared(row, min(older, newer), max(older, newer))
    context["asked"] = {"older": older or row.version - 1, "newer": newer or row.version}
    return render(request, "data/catalogue/versions.html", context)


def number(text: str) -> int:
    """A version's number; 0 for anything else."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else 0


@guard(VIEW)
def lineage(request: HttpRequest, key: str) -> HttpResponse:
    """Where it comes from and where it goes: a picture with links, and the same as lists item by item."""
    row = resource_for(request.actor, key)
    around = graph(request.actor, key, href=lambda name: reverse("data:lineage", args=[name]))
    title = _("Lineage of %(name)s") % {"name": say(row.title)}
    said = _("%(nodes)d things, %(edges)d connections; the lists below say the same.") % {
        "nodes": len(around.nodes), "edges": len(around.edges),
    }  # fmt: skip
    drawing = draw(around.nodes, around.edges, current=key, title=title, description=said)
    into, out = edges_of(request.actor, key)
    names = {node.key: node.title for node in around.nodes}
    context = frame(request, row, "lineage") | {
        "drawing": drawing, "around": around, "into": into, "out": out, "names": names,
        "item_names": {item.name: say(item.title) for item in row.items.all()},
    }  # fmt: skip
    return render(request, "data/catalogue/lineage.html", context)
