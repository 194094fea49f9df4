"""Officials' work by REST (OpenAPI at /cases/api/openapi.json): the case, what can be done, doing it, one or many.

The same guards as the bench: role, scope, separation of duties, clocks; reading and acting are audited alike. What an
official may not know of is not found. Citizens follow their own cases at /matters/rest/.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import Any
from uuid import UUID

from django.http import HttpRequest, JsonResponse
from django.utils.translation import gettext as _
from ninja import Schema
from pydantic import ConfigDict, Field

from citybrain.hub.cases.actions.act import act
from citybrain.hub.cases.actions.bench import MOST_AT_ONCE, bulk_act
from citybrain.hub.cases.data import ActionView, CaseRecord, CaseView
from citybrain.hub.cases.queries.access import rows_for
from citybrain.hub.cases.queries.views import actions_for, actions_of, case_for
from citybrain.kernel.errors import NotAllowed
from citybrain.kernel.guard import SIGNED_IN
from citybrain.kernel.rest import ErrorOut, RoomAPI

COLUMNS = ("data", "subject_name", "subject_number", "subject_phone")
PARTS = ("materials", "files", "clocks", "intervals", "tasks", "history")

api = RoomAPI(
    "cases",
    "api",
    title="citybrain cases",
    description="For officials: read a case, see what can be done, do it. Session and CSRF token as the pages have them.",
)
REFUSALS = {code: ErrorOut for code in (401, 403, 404, 409, 422, 429)}


class Strict(Schema):
    model_config = ConfigDict(extra="forbid")


class ActIn(Strict):
    fields: dict[str, Any] = Field(default={}, max_length=100)
    comment: str = Field(default="", max_length=2000)
    revision: int | None = Field(
        default=None, ge=0, description="what the caller saw; 409 when it has changed since"
    )
    key: str = Field(
        default="", max_length=80, description="idempotency key: done once, however often it is sent"
    )


class BulkIn(Strict):
    cases: list[UUID] = Field(min_length=1, max_length=MOST_AT_ONCE)
    fields: dict[str, Any] = Field(default={}, max_length=100)
    comment: str = Field(default="", max_length=2000)


class ActionOut(Schema):
    action: str
    name: dict[str, str]
    fields: dict[str, Any]
    possible: bool
    why_not: dict[str, str]
    danger: bool
    primary: bool
    branch: str


class CaseOut(Schema):
    id: UUID
    case_no: str
    state: str
    state_name: dict[str, str]
    revision: int
    light: str
    due_at: str | None
    finished: bool
    outcome: str


class DetailOut(CaseOut):
    matter: str
    matter_name: dict[str, str]
    title: str
    organisation: str
    division: str
    channel: str
    masked: bool
    subject: dict[str, str]
    data: dict[str, Any]
    materials: list[dict[str, Any]]
    clocks: list[dict[str, Any]]
    actions: list[ActionOut]


class BulkOut(Schema):
    done: list[UUID]
    refused: dict[str, Any]


def addresses() -> list[Any]:
    """The addresses of the interface."""
    return api.addresses(SIGNED_IN)


def official(request: HttpRequest) -> Any:
    """The actor, an official in a post."""
    actor = request.actor  # type: ignore[attr-defined]
    if actor.kind != "official":
        raise NotAllowed(_("Only officials handle cases here."))
    return actor


def case_out(record: CaseRecord) -> dict[str, Any]:
    return {
        "id": str(record.id), "case_no": record.case_no, "state": record.state, "state_name": record.state_name,
        "revision": record.revision, "light": record.light, "finished": record.finished, "outcome": record.outcome,
        "due_at": record.due_at and record.due_at.isoformat(),
    }  # fmt: skip


def action_out(view: ActionView) -> dict[str, Any]:
    return {name: getattr(view, name) for name in ActionOut.model_fields}


def detail_out(view: CaseView, actions: list[ActionView]) -> dict[str, Any]:
    record = view.record
    shown = {
        name: getattr(record, name)
        for name in ("matter", "matter_name", "title", "organisation", "division", "channel")
    }
    answers = {k: v for k, v in view.data.items() if not k.startswith(("_", "certificate__"))}
    subject = {"name": view.subject_name, "number": view.subject_number, "phone": view.subject_phone}
    return {
        **case_out(record), **shown, "masked": view.masked, "subject": subject, "data": answers,
        "materials": [asdict(m) for m in view.materials], "clocks": [asdict(c) for c in view.clocks],
        "actions": [action_out(a) for a in actions],
    }  # fmt: skip


@api.get("/{uuid:case_id}", response={200: DetailOut, **REFUSALS}, url_name="case", summary="A case, audited")
def one(request: HttpRequest, case_id: UUID) -> JsonResponse:
    actor = official(request)
    rows = rows_for(actor, case_id, fields=COLUMNS, parts=PARTS)
    view = case_for(actor, case_id, rows=rows, parts=("data", "subject", "materials", "clocks"))
    return JsonResponse(detail_out(view, actions_of(actor, rows)))


@api.get(
    "/{uuid:case_id}/actions", response={200: list[ActionOut], **REFUSALS}, summary="What can be done now"
)
def actions(request: HttpRequest, case_id: UUID) -> JsonResponse:
    return JsonResponse([action_out(a) for a in actions_for(official(request), case_id)], safe=False)


@api.post("/{uuid:case_id}/acts/{action}", response={200: CaseOut, **REFUSALS}, summary="Perform an act")
def perform(request: HttpRequest, case_id: UUID, action: str, body: ActIn) -> JsonResponse:
    record = act(
        case_id, action, by=official(request), data=body.fields, comment=body.comment, revision=body.revision,
        idempotency_key=body.key,
    )  # fmt: skip
    return JsonResponse(case_out(record))


@api.post(
    "/bulk/{action}",
    response={200: BulkOut, **REFUSALS},
    summary="The same act on many cases, each for itself",
)
def bulk(request: HttpRequest, action: str, body: BulkIn) -> JsonResponse:
    results = bulk_act(body.cases, action, by=official(request), data=body.fields, comment=body.comment)
    return JsonResponse(
        {
            "done": [str(case_id) for case_id, error in results.items() if error is None],
            "refused": {
                str(case_id): error.as_dict() for case_id, error in results.items() if error is not None
            },
        }
    )
