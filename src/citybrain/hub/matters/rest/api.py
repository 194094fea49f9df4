"""Read-only REST of the catalogue (OpenAPI at /matters/api/openapi.json): search, guides, situations, browsing."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from ninja import NinjaAPI, Query, Schema

from citybrain.hub.matters.data import Entry, GuideView
from citybrain.hub.matters.domain.document import MatterDocument
from citybrain.hub.matters.queries.browsing import browse, in_theme
from citybrain.hub.matters.queries.guides import guide
from citybrain.hub.matters.queries.search import search
from citybrain.hub.matters.queries.situations import situations
from citybrain.kernel import ratelimit
from citybrain.kernel.errors import CityError, NotFound
from citybrain.kernel.guard import public

PER_MINUTE = 240


class CatalogueAPI(NinjaAPI):
    """Knows that it stands inside the room's own namespace."""

    def get_root_path(self, path_params: dict[str, Any]) -> str:
        return reverse("matters:api-root", kwargs=path_params)


api = CatalogueAPI(
    title="citybrain matters",
    version="1",
    urls_namespace="matters-api",
    description="The public catalogue of government matters. Read only.",
    docs_url=None,
)


@api.exception_handler(CityError)
def refused(request: HttpRequest, error: CityError) -> HttpResponse:
    """Every refusal as JSON: code, message, what is safe, what to do."""
    response = api.create_response(request, error.as_dict(), status=error.status)
    if hasattr(error, "retry_after"):
        response["Retry-After"] = str(error.retry_after)
    return response


class EntryOut(Schema):
    kind: str
    key: str
    name: dict[str, str]
    summary: dict[str, str]
    department: str
    online_depth: int
    visits: int
    promised: dict[str, str]
    score: float = 0
    why: str = ""


class BodyOut(Schema):
    organisation: str
    name: dict[str, str]
    level: str
    jurisdiction: str
    division: str
    implementation_code: str


class GuideOut(Schema):
    key: str
    kind: str
    version: int
    state: str
    base_code: str
    code_confirmed: bool
    online_depth: int
    bodies: list[BodyOut]
    elements: dict[str, Any]
    unconfirmed: list[str]


class ThemeOut(Schema):
    axis: str
    key: str
    name: dict[str, str]
    count: int


class SituationOut(Schema):
    answers: dict[str, str]
    next: dict[str, Any] | None
    refused: dict[str, str] | None
    go_to: str
    complete: bool
    materials: list[dict[str, Any]]
    steps: list[dict[str, Any]]


def addresses() -> list[Any]:
    """The addresses of the interface, inside the room's own namespace; all of them public."""
    patterns = api.urls[0]
    for pattern in patterns:
        public("the catalogue is public; reading it needs no account")(pattern.callback)
    return patterns


def entry_out(e: Entry) -> dict[str, Any]:
    return {
        "kind": e.kind, "key": e.key, "name": e.name, "summary": e.summary, "department": e.department,
        "online_depth": e.depth, "visits": e.visits, "promised": e.promised.as_dict(), "score": e.score, "why": e.why,
    }  # fmt: skip


def unconfirmed(view: GuideView) -> list[str]:
    """Element groups whose evidence nobody has confirmed (待核实)."""
    groups = type(view.document).model_fields if isinstance(view.document, MatterDocument) else {}
    return [
        name
        for name in groups
        if name not in ("key", "version", "evidence") and not view.evidence(name).confirmed
    ]


def bounded(request: HttpRequest) -> None:
    """At most 240 calls a minute from one address."""
    ratelimit.allow(f"matters.api:{request.META.get('REMOTE_ADDR', '')}", PER_MINUTE, 60)


@api.get("/matters", response=list[EntryOut], summary="Search the catalogue in everyday words")
def find(
    request: HttpRequest, q: str = Query(max_length=200), limit: int = Query(20, ge=1, le=100)
) -> list[dict]:
    bounded(request)
    return [entry_out(e) for e in search(q, limit)]


@api.get("/matters/{key}", response=GuideOut, summary="One guide with every element")
def one(request: HttpRequest, key: str, division: str = "", version: int = 0) -> dict[str, Any]:
    bounded(request)
    view = guide(key, division=division, version=version)
    if view.state in ("draft", "cancelled"):
        raise NotFound()
    return {
        "key": view.key, "kind": view.kind, "version": view.version, "state": view.state, "base_code": view.base_code,
        "code_confirmed": view.code_confirmed, "online_depth": view.depth,
        "bodies": [{k: getattr(b, k) for k in BodyOut.model_fields} for b in view.bodies],
        "elements": view.document.model_dump(mode="json", exclude_none=True), "unconfirmed": unconfirmed(view),
    }  # fmt: skip


@api.get("/matters/{key}/situations", response=SituationOut, summary="Follow the situation questions")
def questions(request: HttpRequest, key: str) -> dict[str, Any]:
    bounded(request)
    view = situations(key, {k: v for k, v in list(request.GET.items())[:30]})
    return {
        "answers": view.answers,
        "next": view.next.model_dump(mode="json", exclude_none=True) if view.next else None,
        "refused": view.refused.as_dict() if view.refused else None,
        "go_to": view.go_to,
        "complete": view.complete,
        "materials": [m.model_dump(mode="json", exclude_none=True) for m in view.materials],
        "steps": [s.model_dump(mode="json", exclude_none=True) for s in view.steps],
    }


@api.get("/browse/{axis}", response=list[ThemeOut], summary="Entries of a browse axis with counts")
def themes(request: HttpRequest, axis: str) -> list[dict[str, Any]]:
    bounded(request)
    return [{"axis": t.axis, "key": t.key, "name": t.name, "count": t.count} for t in browse(axis)]


@api.get("/browse/{axis}/{key}", response=list[EntryOut], summary="Matters under one entry")
def under(request: HttpRequest, axis: str, key: str) -> list[dict[str, Any]]:
    bounded(request)
    return [entry_out(e) for e in in_theme(axis, key)]
