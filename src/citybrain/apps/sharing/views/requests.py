"""Data requests: the list, the form, one request."""

from uuid import UUID

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from citybrain.apps.sharing.actions.requests import WAYS, Asked, open_request
from citybrain.apps.sharing.models import DataRequest
from citybrain.apps.sharing.permissions import BENCH, REQUEST
from citybrain.apps.sharing.queries.lists import case_view, light, narrowed, row_for, rows_of, states
from citybrain.apps.sharing.queries.units import unit_name
from citybrain.apps.sharing.views.asked import asked, number
from citybrain.hub.data import api as data
from citybrain.kernel.errors import Conflict, FieldProblem, Invalid, NotFound
from citybrain.kernel.guard import guard

PAGE = 25


@guard(BENCH)
def requests(request: HttpRequest) -> HttpResponse:
    """Requests my units made or have to answer, newest first."""
    said = {name: asked(request.GET, name, 60) for name in ("q", "state", "light", "page")}
    page = Paginator(narrowed(rows_of(request.actor, DataRequest), said), PAGE).get_page(said["page"])
    rows = [(row, unit_name(row.consumer), unit_name(row.provider), light(row.due_at)) for row in page]
    context = {"page": page, "rows": rows, "asked": said, "states": states(request.actor, DataRequest)}
    return render(request, "sharing/requests/list.html", context)


@guard(REQUEST)
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest, key: str) -> HttpResponse:
    """The form for one resource; what is wrong is said at its field and nothing typed is lost."""
    resource = data.resource(key)
    if resource.state != "published" or not resource.alive:  # another unit's draft is not known of here
        raise NotFound(_("There is no such resource."))
    said = (
        said_in(request.POST)
        if request.method == "POST"
        else {"months": "12", "quota": "1000", "ways": ["api"]}
    )
    problems: list[FieldProblem] = []
    refused: Conflict | None = None
    if request.method == "POST":
        try:
            return redirect(
                "sharing:request", open_request(as_asked(key, request.POST, said), by=request.actor).pk
            )
        except Invalid as error:
            problems = error.problems
        except Conflict as error:
            refused = error
    context = {
        "resource": resource, "provider": unit_name(resource.owner), "said": said, "problems": problems,
        "wrong": {p.path: p.message for p in problems}, "refused": refused, "ways": WAYS,
    }  # fmt: skip
    return render(
        request, "sharing/requests/new.html", context, status=422 if problems else 409 if refused else 200
    )


def said_in(post) -> dict:
    """What was typed, for showing the form again."""
    words = ("purpose_kind", "purpose_code", "purpose_text", "basis", "months", "quota", "row_filter")
    return {name: asked(post, name, 500) for name in words} | {
        "items": [v[:60] for v in post.getlist("items")[:400]], "ways": [v[:20] for v in post.getlist("ways")[:10]],
        "masked": [v[:60] for v in post.getlist("masked")[:400]],
    }  # fmt: skip


def as_asked(key: str, post, said: dict) -> Asked:
    """The form as a request."""
    return Asked(
        resource=key, items=said["items"], purpose_kind=said["purpose_kind"], purpose_code=said["purpose_code"],
        purpose_text=said["purpose_text"], basis=said["basis"], ways=said["ways"], months=number(post, "months", 12),
        quota=number(post, "quota", 1000), row_filter=said["row_filter"], masked=said["masked"],
    )  # fmt: skip


@guard(BENCH)
def detail(request: HttpRequest, request_id: UUID) -> HttpResponse:
    """What was asked, by whom, how far it is; the steps stand on the case."""
    row = row_for(request.actor, DataRequest, request_id)
    view = case_view(request.actor, row.case_id)
    resource = data.resource(row.resource)
    titles = {item.name: item.title for item in resource.items}
    context = {
        "row": row, "view": view, "resource": resource, "light": view.record.light, "form": view.data,
        "consumer": unit_name(row.consumer), "provider": unit_name(row.provider),
        "items": [titles.get(name, name) for name in row.items],
        "grant": data.grant(row.grant_id) if row.grant_id else None,
    }  # fmt: skip
    return render(request, "sharing/requests/detail.html", context)
