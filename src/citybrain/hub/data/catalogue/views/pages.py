"""The catalogue of operational datasets: what exists, who owns it, how fresh it is. Shows no rows."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from citybrain.hub.data.catalogue.queries.resources import catalogue as entries
from citybrain.hub.data.catalogue.queries.resources import dataset_of, freshness, resource
from citybrain.hub.data.permissions import VIEW
from citybrain.hub.data.views.asked import asked
from citybrain.hub.identity import api as identity
from citybrain.kernel.actor import Actor
from citybrain.kernel.errors import NotFound
from citybrain.kernel.guard import guard
from citybrain.kernel.text import say


@guard(VIEW)
def catalogue(request: HttpRequest) -> HttpResponse:
    """Every dataset with owner, number of columns, how many are personal; searchable by title and column."""
    q = asked(request.GET, "q", 60).lower()
    found = [(entry, owner_name(entry.owner)) for entry in entries() if matches(entry, q)]
    return render(request, "data/catalogue/list.html", {"q": q, "entries": found})


@guard(VIEW)
def detail(request: HttpRequest, key: str) -> HttpResponse:
    """One dataset: columns with type, grade and personal mark, owner, sharing, freshness, way to the rows."""
    entry = resource(key)
    about, newest = freshness(key) if entry.alive else (0, None)
    context = {
        "entry": entry, "owner": owner_name(entry.owner), "about": about, "newest": newest,
        "may_read": readable(request.actor, key),
        "may_export": request.actor.may("data.export"),
    }  # fmt: skip
    return render(request, "data/catalogue/detail.html", context)


def readable(actor: Actor, key: str) -> bool:
    """Whether the dataset has rows to look at and the actor holds its permission."""
    try:
        return actor.may(dataset_of(key).permission)
    except NotFound:
        return False


def matches(entry, q: str) -> bool:
    """Whether a search word occurs in the key, the title or a column."""
    words = [entry.key, *entry.title.as_dict().values()]
    words += [text for i in entry.items for text in (i.name, *i.title.as_dict().values())]
    return not q or any(q in word.lower() for word in words)


def owner_name(code: str) -> str:
    """Name of the owning organisation; its code when identity does not know it."""
    if not code:
        return ""
    try:
        return say(identity.organisation(code).name)
    except NotFound:
        return code
