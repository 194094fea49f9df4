"""Rating a case by REST (OpenAPI at /rest/openapi.json): one case, one rating, by the person who applied."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, JsonResponse
from ninja import Schema
from pydantic import ConfigDict, Field

from citybrain.apps.services.actions import rating
from citybrain.apps.services.views.my import BAD_TAGS, GOOD_TAGS
from citybrain.kernel.errors import FieldProblem, Invalid
from citybrain.kernel.rest import ErrorOut, RoomAPI
from citybrain.kernel.text import Text

TAGS = {*BAD_TAGS, *GOOD_TAGS}
NO_TAG = Text(zh="没有这个标签", en="There is no such tag")

api = RoomAPI("services", "rest", title="citybrain services", description="Rate the service (好差评).")


class RatingIn(Schema):
    model_config = ConfigDict(extra="forbid")

    grade: int = Field(ge=1, le=5, description="1 very satisfied … 5 very dissatisfied")
    text: str = Field(default="", max_length=rating.TEXT_LIMIT)
    tags: list[str] = Field(default=[], max_length=rating.TAG_LIMIT)
    anonymous: bool = False


class RatingOut(Schema):
    id: UUID
    case_id: UUID
    grade: int
    rectification_case_id: UUID | None


def addresses() -> list[Any]:
    """The addresses of the interface."""
    return api.addresses("services.apply")


@api.post(
    "/cases/{uuid:case_id}/rating",
    response={201: RatingOut, **{code: ErrorOut for code in (401, 403, 404, 409, 422)}},
    summary="Rate a finished case",
)
def rate(request: HttpRequest, case_id: UUID, body: RatingIn) -> JsonResponse:
    if unknown := set(body.tags) - TAGS:
        raise Invalid([FieldProblem("tags", "unknown", f"{NO_TAG.say()}: {min(unknown)[:40]}")])
    row = rating.rate_case(
        case_id, grade=body.grade, by=request.actor, text=body.text.strip(), tags=body.tags,  # type: ignore[attr-defined]
        anonymous=body.anonymous,
    )  # fmt: skip
    said = {
        "id": row.pk,
        "case_id": case_id,
        "grade": row.grade,
        "rectification_case_id": row.rectification_case_id,
    }
    return JsonResponse(
        {k: v if v is None or isinstance(v, int) else str(v) for k, v in said.items()}, status=201
    )
