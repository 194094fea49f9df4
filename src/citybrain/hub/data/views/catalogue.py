"""The catalogue of operational datasets: what exists, who owns it, how fresh it is. Shows no rows."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from citybrain.hub.data.domain import registry
from citybrain.hub.data.permissions import VIEW
from citybrain.hub.data.queries.catalogue import catalogue as entries
from citybrain.hub.data.queries.catalogue import catalogue_record, freshness
from citybrain.hub.data.views.asked import asked
from citybrain.hub.identity import api as identity
from citybrain.kernel.errors import NotFound
from citybrain.kernel.guard import guard
from citybrain.kernel.text import say


@guard(VIEW)
def catalogue(request: HttpRequest) -> HttpResponse:
    """Every dataset with owner, number of columns, how many are personal; searchable by title and column."""
    q = asked(request.GET, "q", 60).lower()
    found = [(entry, owner_name(entry.owner)) for entry in entries() if matches(entry, q)]
    return render(request, "data/catalogue.html", {"q": q, "entries": found})


@guard(VIEW)
def detail(request: HttpRequest, key: str) -> HttpResponse:
    """One dataset: columns with type, grade and personal mark, owner, sharing, freshness, way to the rows."""
    entry = catalogue_record(key)
    about, newest = freshness(registry.dataset(key)) if registry.has_dataset(key) else (0, None)
    context = {
        "entry": entry, "owner": owner_name(entry.owner), "about": about, "newest": newest,
        "may_read": registry.has_dataset(key) and request.actor.may(registry.dataset(key).permission),
        "may_export": request.actor.may("data.export"),
    }  # fmt: skip
    return render(request, "data/detail.html", context)


def matches(entry, q: str) -> bool:
    """Whether a search word occurs in the key, the title or a column."""
    words = [entry.key, *entry.title.as_dict().values()]
    words += [text for c in entry.columns for text in (c["name"], *c["title"].values())]
    return not q or any(q in word.lower() for word in words)


def owner_name(code: str) -> str:
    """Name of the owning organisation; its code when identity does not know it."""
    if not code:
        return ""
    try:
        return say(identity.organisation(code).name)
    except NotFound:
        return code
