"""Interfaces for programs: rows of a dataset, CKAN's action interface, and the page that explains both."""

from __future__ import annotations

import json
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods

from citybrain.apps.opendata.actions.count import count
from citybrain.apps.opendata.queries import catalogue, ckan, ckan_shapes, rows
from citybrain.apps.opendata.views.asked import ANONYMOUS, KEYED, base, count_call, shared, whole, word
from citybrain.kernel.errors import CityError, Invalid, NotAllowed, NotFound, TooMany
from citybrain.kernel.guard import public

RESERVED = {"limit", "offset", "q", "columns"}
LARGEST_BODY = 64 * 1024
NESTED = ("filters", "facet.field", "fq_list", "fields", "organizations", "groups")
KINDS: tuple[tuple[type[CityError], str], ...] = (
    (NotFound, "Not Found Error"), (NotAllowed, "Authorization Error"), (TooMany, "Rate Limit Error"),
)  # fmt: skip


@public("Explains the interfaces.")
@require_GET
def manual(request: HttpRequest) -> HttpResponse:
    """How to ask for rows, with examples of a dataset that is here."""
    example = next(iter(catalogue.newest(1)), None)
    return render(request, "opendata/portal/api.html", {
        "base": base(request), "example": example, "anonymous": ANONYMOUS[0], "keyed": KEYED[0], "actions": sorted(ckan.ACTIONS),
    })  # fmt: skip


@public("Open data are for everybody; quotas keep the house standing.")
@require_GET
def dataset_rows(request: HttpRequest, slug: str) -> HttpResponse:
    """Rows as JSON: ``limit``, ``offset``, ``q``, ``columns``, and any column as a condition."""
    count_call(request)
    row = rows.public_dataset(slug)
    wanted = {name: request.GET.getlist(name)[:50] for name in request.GET if name not in RESERVED}
    columns = tuple(c for c in word(request.GET, "columns", 2000).split(",") if c)
    asked = rows.Asked(wanted, word(request.GET, "q"), columns, whole(request.GET, "limit", 100, rows.MOST),
                       whole(request.GET, "offset", 0, rows.MOST_OFFSET))  # fmt: skip
    version = rows.public_version(row)
    answer = rows.rows(version, asked)
    count(row, "calls")
    after = asked.offset + len(answer.rows)
    made = {
        "dataset": row.slug, "version": version.number, "total": answer.total, "limit": asked.limit, "offset": asked.offset,
        "rows": answer.rows, "next": next_address(request, after) if answer.rows and after < answer.total else None,
    }  # fmt: skip
    return shared(JsonResponse(made, json_dumps_params={"ensure_ascii": False}))


def next_address(request: HttpRequest, offset: int) -> str:
    """The same question, further on."""
    query = request.GET.copy()
    query["offset"] = str(offset)
    return f"{base(request)}{request.path}?{query.urlencode()}"


@public("The read part of CKAN's interface over public datasets.")
@csrf_exempt
@require_http_methods(["GET", "POST"])
def action(request: HttpRequest, name: str) -> HttpResponse:
    """One action, answered and refused in CKAN's form. Nothing here changes anything, so no token is asked for."""
    about = f"{base(request)}/opendata/api/3/action/help_show?name={name}"
    try:
        count_call(request)
        if name not in ckan.ACTIONS:
            raise NotFound(f"Action name not known: {name}")
        result = ckan.ACTIONS[name](base(request), said(request))
        if name == "datastore_search":
            count_resource(request)
    except CityError as error:
        return shared(refusal(about, error))
    made = {"help": about, "success": True, "result": result}
    return shared(JsonResponse(made, json_dumps_params={"ensure_ascii": False}))


def count_resource(request: HttpRequest) -> None:
    """A call of the dataset behind the resource."""
    row, _version, _made = ckan.resource_row(base(request), str(said(request).get("resource_id", "")))
    count(row, "calls")


def said(request: HttpRequest) -> dict[str, Any]:
    """Parameters from the query, a form or a JSON object; nested ones of a query are JSON texts. Invalid."""
    if request.method == "GET" or request.content_type != "application/json":
        given: dict[str, Any] = {**request.GET.dict(), **request.POST.dict()}
        return {k: nested(k, v) if k in NESTED else v for k, v in given.items()}
    body = request.body
    if len(body) > LARGEST_BODY:
        raise ckan_shapes.problem("body", "Too large")
    try:
        made = json.loads(body or b"{}")
    except (ValueError, RecursionError) as error:
        raise ckan_shapes.problem("body", "Bad JSON") from error
    if not isinstance(made, dict):
        raise ckan_shapes.problem("body", "Must be an object")
    return {str(k): v for k, v in made.items()}


def nested(name: str, text: str) -> Any:
    """A JSON text inside a query; a plain word where CKAN takes one. Invalid."""
    if not text:
        return None
    if name not in ("filters", "fq_list") and not text.startswith("["):
        return text
    try:
        return json.loads(text[:20_000])
    except (ValueError, RecursionError) as error:
        raise ckan_shapes.problem(name, "Cannot parse JSON") from error


def refusal(about: str, error: CityError) -> JsonResponse:
    """A refusal as CKAN words it."""
    if isinstance(error, Invalid):
        told: dict[str, Any] = {
            "__type": "Validation Error",
            **{p.path: [str(p.message)] for p in error.problems},
        }
        status = 409
    else:
        kind = next((word for cls, word in KINDS if isinstance(error, cls)), "Internal Server Error")
        told, status = {"__type": kind, "message": error.message}, error.status
    answer = JsonResponse({"help": about, "success": False, "error": told}, status=status)
    if isinstance(error, TooMany):
        answer["Retry-After"] = str(error.retry_after)
    return answer
