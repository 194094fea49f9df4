"""Setting up where the rows of a grant are delivered to, running it now, stopping it."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from citybrain.hub.data.grants.actions.exchanges import NEEDED, begin_exchange, set_up_exchange, stop_exchange
from citybrain.hub.data.grants.exchange.work import WAYS
from citybrain.hub.data.grants.permissions import GRANTS
from citybrain.hub.data.grants.queries.reach import exchange_for, kept_grant
from citybrain.hub.data.views.asked import asked
from citybrain.kernel.errors import Invalid
from citybrain.kernel.guard import guard

FIELDS = ("host", "port", "database", "user", "schema", "table", "folder", "host_key", "format")
KEPT = {
    "postgresql": ("host", "port", "database", "user", "schema", "table"),
    "mysql": ("host", "port", "database", "user", "table"),
    "folder": ("folder", "format"),
    "sftp": ("host", "port", "user", "folder", "host_key", "format"),
}


@guard(GRANTS)
def exchange(request: HttpRequest, id: UUID) -> HttpResponse:
    """A form for one kind of place (``?kind=``); a POST sets it up."""
    row = kept_grant(request.actor, id)
    kinds = [kind for kind, way in WAYS.items() if way in row.ways]
    kind = asked(request.POST or request.GET, "kind") or (kinds[0] if kinds else "")
    said = {name: asked(request.POST, name, 1000) for name in FIELDS}
    said["every_hours"] = asked(request.POST, "every_hours", 4) or "24"
    context = {
        "grant": row, "kinds": kinds, "kind": kind, "fields": KEPT.get(kind, ()), "needed": NEEDED.get(kind, ()), "said": said,
    }  # fmt: skip
    if request.method != "POST":
        return render(request, "data/grants/exchange.html", context)
    hours = int(said["every_hours"]) if said["every_hours"].isdecimal() else 0
    target = {name: said[name] for name in KEPT.get(kind, ()) if said[name]}
    try:
        set_up_exchange(
            grant_id=row.pk, kind=kind, target=target, secret=asked(request.POST, "secret", 200), every_hours=hours,
            by=request.actor,
        )  # fmt: skip
    except Invalid as error:
        return render(
            request, "data/grants/exchange.html", {**context, "problems": error.problems}, status=422
        )
    messages.success(request, _("The exchange is set up. Its first run begins within a minute."))
    return redirect("data:grant", id=id)


@guard(GRANTS)
@require_POST
def exchange_step(request: HttpRequest, id: UUID, verb: str) -> HttpResponse:
    """Run now, or stop for good."""
    row = exchange_for(request.actor, id)
    if verb == "run":
        begin_exchange(row, by=request.actor)
        messages.success(request, _("The exchange is waiting to run."))
    else:
        stop_exchange(row.pk, by=request.actor)
        messages.success(request, _("The exchange is stopped."))
    return redirect("data:grant", id=row.grant_id)
