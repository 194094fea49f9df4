"""Applying by REST, one request for a whole application (OpenAPI at /matters/rest/openapi.json).

For clients with pages of their own; a person signed in applies for whom the person acts for. Officials receive for
others at their window instead.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, JsonResponse
from django.urls import reverse
from ninja import File, Schema
from ninja.files import UploadedFile
from pydantic import ConfigDict, Field

from citybrain.hub.cases import api as cases
from citybrain.hub.matters.actions.at_once import Brought, apply_at_once
from citybrain.hub.matters.queries.forms import form_of
from citybrain.kernel.errors import NotAllowed
from citybrain.kernel.guard import SIGNED_IN
from citybrain.kernel.rest import ErrorOut, RoomAPI, bounded
from citybrain.kernel.text import Text

FILES_PER_MINUTE = 300

api = RoomAPI(
    "matters",
    "rest",
    title="citybrain applications",
    description="Apply in one request, follow the case. Session and CSRF token as the pages have them.",
)


class Strict(Schema):
    model_config = ConfigDict(extra="forbid")


class MaterialIn(Strict):
    """How one material comes: one of the three."""

    files: list[str] = Field(default=[], max_length=20, description="ids from POST files")
    certificate: str = Field(default="", max_length=64, description="id of a certificate of one's own wallet")
    promise: bool = False


class ApplicationIn(Strict):
    matter: str = Field(max_length=80)
    situation: dict[str, str] = Field(default={}, max_length=60)
    form: dict[str, Any] = Field(max_length=600)
    materials: dict[str, MaterialIn] = Field(default={}, max_length=100)
    declared: bool = Field(default=False, description="the declaration was read and agreed to")
    key: str = Field(min_length=8, max_length=80, description="idempotency key: the same key, the same case")
    organisation: str = Field(
        default="", max_length=60, description="a competent unit, where the form asks no place"
    )


class CaseOut(Schema):
    id: UUID
    case_no: str
    matter: str
    matter_name: dict[str, str]
    organisation: str
    state: str
    state_name: dict[str, str]
    outcome: str
    finished: bool
    revision: int
    submitted_at: str | None
    due_at: str | None
    href: str


class FileOut(Schema):
    id: str
    name: str
    media_type: str
    size: int


class StepOut(Schema):
    at: str
    action: str
    name: dict[str, str]
    state: str
    text: dict[str, str]
    organisation: str
    data: dict[str, Any]


class FollowOut(CaseOut):
    materials: list[dict[str, Any]]
    timeline: list[StepOut]


class FormOut(Schema):
    """The form of a matter for a situation; ``complete`` false: answer ``next`` first."""

    matter: str
    version: int
    complete: bool
    situation: dict[str, str]
    next: dict[str, Any] | None = None
    form: dict[str, Any] | None = None
    form_schema: dict[str, Any] | None = Field(default=None, alias="schema")
    pages: list[dict[str, Any]] = []
    prefill: dict[str, Any] = {}
    materials: list[dict[str, Any]] = []
    declaration: dict[str, str] | None = None


REFUSALS = {code: ErrorOut for code in (401, 403, 404, 409, 422, 429)}


def addresses() -> list[Any]:
    """The addresses of the interface."""
    return api.addresses(SIGNED_IN)


def citizen(request: HttpRequest) -> Any:
    """The actor, who applies for themselves or whom they act for."""
    actor = request.actor  # type: ignore[attr-defined]
    if actor.kind != "citizen":
        raise NotAllowed(
            Text(
                zh="工作人员请用本人的公民账号办理个人事项",
                en="Officials apply with their own citizen sign-in",
            ).say()
        )
    return actor


def case_out(record: cases.CaseRecord) -> dict[str, Any]:
    return {
        "id": str(record.id), "case_no": record.case_no, "matter": record.matter, "matter_name": record.matter_name,
        "organisation": record.organisation, "state": record.state, "state_name": record.state_name,
        "outcome": record.outcome, "finished": record.finished, "revision": record.revision,
        "submitted_at": record.submitted_at and record.submitted_at.isoformat(),
        "due_at": record.due_at and record.due_at.isoformat(),
        "href": reverse("matters:rest-application", args=[record.id]),
    }  # fmt: skip


@api.get(
    "/matters/{key}/form", response={200: FormOut, **REFUSALS}, summary="The form of a matter for a situation"
)
def form(request: HttpRequest, key: str) -> JsonResponse:
    """Query parameters are the situation answers, by question key."""
    answers = {k: v for k, v in list(request.GET.items())[:60]}
    return JsonResponse(form_of(key, answers, citizen(request)))


@api.post("/files", response={201: FileOut, **REFUSALS}, summary="Upload a file for an application to come")
def upload(request: HttpRequest, file: UploadedFile = File(...)) -> JsonResponse:
    actor = citizen(request)
    bounded(request, "matters.rest.files", FILES_PER_MINUTE)
    file_id, stored = cases.keep_waiting(file, by=actor)
    said = {"id": file_id, "name": stored.name, "media_type": stored.media_type, "size": stored.size}
    return JsonResponse(said, status=201)


@api.post("/applications", response={201: CaseOut, **REFUSALS}, summary="Submit a whole application")
def apply(request: HttpRequest, body: ApplicationIn) -> JsonResponse:
    actor = citizen(request)
    record = apply_at_once(
        body.matter,
        by=actor,
        situation=body.situation,
        form=body.form,
        materials={k: Brought(m.files, m.certificate, m.promise) for k, m in body.materials.items()},
        declared=body.declared,
        idempotency_key=f"rest:{body.key}",
        organisation=body.organisation,
        channel="kiosk" if actor.terminal == "kiosk" else "online",
        demo=bool(getattr(request.user, "demo", False)),
    )
    return JsonResponse(case_out(record), status=201)


@api.get(
    "/applications/{uuid:case_id}",
    response={200: FollowOut, **REFUSALS},
    url_name="application",
    summary="Status and timeline",
)
def follow(request: HttpRequest, case_id: UUID) -> JsonResponse:
    actor = citizen(request)
    view = cases.case_for(actor, case_id, purpose="own", parts=("materials",))
    materials = [
        {
            "key": m.key, "name": m.name, "state": m.state, "source": m.source, "note": m.note,
            "files": [{"id": str(a.id), "name": a.name, "size": a.size} for a in m.attachments],
        }
        for m in view.materials
    ]  # fmt: skip
    steps = [
        {
            "at": t.at.isoformat(), "action": t.action, "name": t.name, "state": t.to_state, "text": t.public_text,
            "organisation": t.organisation, "data": t.data,
        }
        for t in cases.timeline(actor, case_id)
    ]  # fmt: skip
    return JsonResponse({**case_out(view.record), "materials": materials, "timeline": steps})


@api.get("/applications", response={200: list[CaseOut], **REFUSALS}, summary="My cases, newest first")
def mine(request: HttpRequest, page: int = 1) -> JsonResponse:
    found = cases.my_cases(citizen(request), page=max(1, min(page, 1000)), size=20)
    return JsonResponse([case_out(row) for row in found.rows], safe=False)
