"""The catalogue on screen: what data there is, who provides it, under which limits. Shows no rows."""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from citybrain.hub.data.catalogue.actions.publish import publish_problems
from citybrain.hub.data.catalogue.domain import choices
from citybrain.hub.data.catalogue.permissions import CATALOGUE
from citybrain.hub.data.catalogue.queries.access import may_describe, may_publish, resource_for, resources_for
from citybrain.hub.data.catalogue.queries.forms import form_file
from citybrain.hub.data.catalogue.queries.known import unit_name
from citybrain.hub.data.catalogue.queries.resources import dataset_of, freshness
from citybrain.hub.data.catalogue.queries.search import FACETS, SORTS, facets, found
from citybrain.hub.data.domain.csv_text import csv_text
from citybrain.hub.data.models import CatalogueClass, Resource
from citybrain.hub.data.permissions import VIEW
from citybrain.hub.data.views.asked import asked
from citybrain.hub.identity import api as identity
from citybrain.kernel import clock
from citybrain.kernel.actor import Actor
from citybrain.kernel.errors import NotFound
from citybrain.kernel.guard import guard
from citybrain.kernel.text import say

PAGE = 25
MOST_EXPORTED = 5_000
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def said_of(request: HttpRequest) -> dict[str, str]:
    """What was typed and chosen."""
    return {name: asked(request.GET, name) for name in ("q", "sort", "page", *FACETS)}


@guard(VIEW)
def catalogue(request: HttpRequest) -> HttpResponse:
    """Resources by word, class, department, sharing, opening, cycle, grade, layer and state; sorted and paged."""
    said = said_of(request)
    chosen = {name: said[name] for name in FACETS}
    rows = resources_for(request.actor)
    page = Paginator(found(rows, said["q"], chosen, said["sort"]), PAGE).get_page(said["page"])
    context = {
        "asked": said, "page": page, "facets": facets(rows, said["q"], chosen), "words": choices,
        "units": {row.owner: unit_name(row.owner) for row in page}, "base": address(said, page=False),
        "may_edit": request.actor.may(CATALOGUE), "sorts": list(SORTS),
    }  # fmt: skip
    return render(request, "data/catalogue/list.html", context)


def address(said: dict[str, str], *, page: bool = True) -> str:
    """The list's own query, so that sorting, paging and export keep what was chosen."""
    from urllib.parse import urlencode

    kept = {k: v for k, v in said.items() if v and (page or k != "page")}
    return f"?{urlencode(kept)}"


@guard(VIEW)
def export(request: HttpRequest) -> HttpResponse:
    """What the list shows as CSV, or as the departments' form (XLSX) that can be filled on and read back."""
    said = said_of(request)
    rows = found(resources_for(request.actor), said["q"], {n: said[n] for n in FACETS}, said["sort"])
    if request.GET.get("as") == "form":
        return download(form_file(rows[:500]), XLSX, "xlsx")
    head = [_("Resource code"), _("Resource"), _("Key"), _("Provider"), _("Provider code"), _("Class"), _("Layer"), _("Update cycle"), _("Sharing"), _("Opening"), _("Grade"), _("State"), _("Version"), _("Rows"), _("Received")]  # fmt: skip
    lines = [exported(row) for row in rows[:MOST_EXPORTED]]
    return download(csv_text(head, lines).encode(), "text/csv; charset=utf-8", "csv")


def exported(row: Resource) -> list[object]:
    """One line of the CSV."""
    words = [
        choices.say_choice(name, getattr(row, name))
        for name in ("layer", "cycle", "sharing", "opening", "grade", "state")
    ]
    return [row.code, say(row.title), row.pk, unit_name(row.owner), row.owner, row.classification, *words, row.version, row.rows, row.received_at]  # fmt: skip


def download(content: bytes, kind: str, suffix: str) -> HttpResponse:
    """A file that browsers neither sniff nor keep."""
    answer = HttpResponse(content, content_type=kind)
    answer["Content-Disposition"] = f'attachment; filename="catalogue-{clock.local():%Y%m%d-%H%M}.{suffix}"'
    answer["X-Content-Type-Options"], answer["Cache-Control"] = "nosniff", "no-store"
    return answer


def frame(request: HttpRequest, row: Resource, tab: str) -> dict[str, object]:
    """What every tab of a resource's page needs."""
    actor = request.actor
    watching = row.subscriptions.filter(account_id=actor.account_id).exists() if actor.account_id else False
    return {
        "entry": row, "tab": tab, "words": choices, "owner": unit_name(row.owner), "watching": watching,
        "may_edit": may_describe(actor, row), "may_publish": may_publish(actor, row), "may_read": readable(actor, row.pk),
    }  # fmt: skip


@guard(VIEW)
def detail(request: HttpRequest, key: str) -> HttpResponse:
    """One resource: its core metadata, its freshness, what it is bound to."""
    row = resource_for(request.actor, key)
    about, newest = freshness(key) if row.alive else (0, None)
    found_class = CatalogueClass.objects.filter(pk=row.classification).first() if row.classification else None
    missing = publish_problems(row) if row.kind == "lake" and row.state != "published" else []
    context = frame(request, row, "overview") | {
        "gaps": missing if may_describe(request.actor, row) else [],
        "about": about, "newest": newest, "class_name": say(found_class.name) if found_class else "",
        "uscc": uscc_of(row.owner), "duties": row.duties.filter(hidden=False),
    }  # fmt: skip
    return render(request, "data/catalogue/detail.html", context)


@guard(VIEW)
def items(request: HttpRequest, key: str) -> HttpResponse:
    """The items of a resource."""
    row = resource_for(request.actor, key)
    return render(request, "data/catalogue/items.html", frame(request, row, "items"))


def readable(actor: Actor, key: str) -> bool:
    """Whether the dataset has rows to look at and the actor holds its permission."""
    try:
        return actor.may(dataset_of(key).permission)
    except NotFound:
        return False


def uscc_of(code: str) -> str:
    """The provider's unified social credit code, when the directory knows it."""
    try:
        return identity.organisation(code).uscc if code else ""
    except NotFound:
        return ""
