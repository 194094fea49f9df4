"""The lake on screen: every table with its files and snapshots, what upkeep it needs, how it was at a moment."""

from datetime import datetime
from typing import Any

from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from citybrain.hub.data.lake import tasks
from citybrain.hub.data.lake.queries import facts
from citybrain.hub.data.lake.reading import Asked, query
from citybrain.hub.data.lake.tables import table
from citybrain.hub.data.models import Resource
from citybrain.hub.data.permissions import WORK
from citybrain.hub.data.views.asked import asked
from citybrain.hub.identity import api as identity
from citybrain.kernel import clock
from citybrain.kernel.actor import Actor
from citybrain.kernel.errors import NotFound, Unavailable
from citybrain.kernel.guard import guard

PAGE = 25
SNAPSHOTS = 20
SORTS = {
    "key": "key",
    "-key": "-key",
    "rows": "rows",
    "-rows": "-rows",
    "received": "received_at",
    "-received": "-received_at",
}


def rows_of(actor: Actor):
    """Tables of the units the actor works for."""
    scope = identity.scope_q(identity.scope(actor, WORK), "owner")
    return Resource.objects.filter(scope, kind="lake")


def row_for(actor: Actor, key: str) -> Resource:
    """The only way to a table; NotFound for those of other units."""
    found = rows_of(actor).filter(pk=key.replace("\0", "")).first()
    if found is None:
        raise NotFound("no such table / 没有这个数据表", code="no_table")
    return found


@guard(WORK)
def lake(request: HttpRequest) -> HttpResponse:
    """Tables by name, searched and sorted."""
    said = {name: asked(request.GET, name) for name in ("q", "sort", "page")}
    found = rows_of(request.actor).order_by(SORTS.get(said["sort"], "key"), "key")
    if said["q"]:
        word = said["q"]
        found = found.filter(
            Q(key__icontains=word) | Q(title__zh__icontains=word) | Q(title__en__icontains=word)
        )
    page = Paginator(found, PAGE).get_page(said["page"])
    listed = facts.tables_of(list(page))
    return render(request, "data/lake/list.html", {"page": page, "tables": listed, "asked": said})


@guard(WORK)
def lake_table(request: HttpRequest, key: str) -> HttpResponse:
    """One table: files, upkeep, snapshots, shapes; with ``at`` how many rows it had then."""
    row = row_for(request.actor, key)
    said = {name: asked(request.GET, name) for name in ("at", "page")}
    told = facts.one_table(row)
    page = Paginator(facts.snapshots(table(key)), SNAPSHOTS).get_page(said["page"])
    then, problem = rows_then(key, said["at"])
    context = {"entry": row, "told": told, "page": page, "asked": said, "then": then, "problem": problem}
    return render(request, "data/lake/table.html", context)


def rows_then(key: str, said: str) -> tuple[int | None, str]:
    """How many rows the table had at a moment, or why that cannot be said."""
    if not said:
        return None, ""
    moment = moment_of(said)
    if moment is None:
        return None, _("Write the moment as 2026-03-01 or 2026-03-01T08:00.")
    try:
        return query(Asked(f"SELECT count(*) FROM {key}", as_of=moment)).rows[0][0], ""  # noqa: S608 - from the catalogue
    except NotFound:
        return None, _("History does not reach back so far.")
    except Unavailable:
        return None, _("Counting took too long; try again later.")


def moment_of(said: str) -> datetime | None:
    """A day (its end) or a minute in city time; None for anything else."""
    try:
        moment = datetime.fromisoformat(said)
    except ValueError:
        return None
    if len(said) <= len("2026-03-01"):
        moment = moment.replace(hour=23, minute=59, second=59)
    return clock.at_local(moment)


@guard(WORK)
@require_POST
def upkeep(request: HttpRequest, key: str) -> HttpResponse:
    """Queue upkeep of a table; leads to the work."""
    row = row_for(request.actor, key)
    kind = asked(request.POST, "kind")
    if kind not in tasks.KINDS:
        return redirect("data:lake_table", row.pk)
    made: Any = tasks.begin(kind, row.pk, request.actor)
    return redirect("data:job", made.pk)
