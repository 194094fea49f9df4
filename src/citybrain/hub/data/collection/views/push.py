"""The door other systems push into: POST rows with a key of their own; answered with a receipt before they are taken in.

Header ``Authorization: Bearer <key>``, ``Idempotency-Key``; body a JSON list, ``{"rows": […]}`` or NDJSON. 202 with the
receipt; the same key again gives the same receipt, with other rows 409. A key opens its own source and no other.
"""

import hmac
import json
from typing import Any
from uuid import UUID

from django.http import HttpRequest, JsonResponse
from django.views.decorators.csrf import csrf_exempt

from citybrain.hub.data.collection.actions.receipts import keep_pushed
from citybrain.hub.data.collection.actions.sources import fingerprint
from citybrain.hub.data.models import Source
from citybrain.kernel import ratelimit
from citybrain.kernel.errors import CityError, FieldProblem, Invalid
from citybrain.kernel.guard import public

MOST_BYTES = 8 * 1024 * 1024
CALLS_A_MINUTE = 600
WRONG_A_MINUTE = 30


@csrf_exempt
@public("systems push with a key of their own; no session is read")
def push(request: HttpRequest, source_id: UUID) -> JsonResponse:
    """Take rows in."""
    if request.method != "POST":
        return refused(405, "method", "POST rows here")
    source = Source.objects.filter(pk=source_id, kind="push", active=True).first()
    try:
        if source is None or not opens(request, source):
            ratelimit.allow(f"data.push.wrong:{request.META.get('REMOTE_ADDR', '')}", WRONG_A_MINUTE, 60)
            return refused(401, "key", "this key does not open this source", {"WWW-Authenticate": "Bearer"})
        ratelimit.allow(f"data.push:{source.pk}", CALLS_A_MINUTE, 60)
        receipt, fresh = keep_pushed(
            source, key=request.headers.get("Idempotency-Key", "").strip(), rows=rows_of(request)
        )
    except CityError as error:
        return refused(error.status, error.code, error.message)
    said = {"receipt": str(receipt.pk), "rows": receipt.rows, "repeated": not fresh}
    return JsonResponse(said, status=202)


def opens(request: HttpRequest, source: Source) -> bool:
    """Whether the key shown is this source's."""
    scheme, _blank, key = request.headers.get("Authorization", "").partition(" ")
    known = source.push_hash
    return bool(known) and scheme.lower() == "bearer" and hmac.compare_digest(fingerprint(key.strip()), known)


def rows_of(request: HttpRequest) -> list[Any]:
    """The rows of the body. Invalid when it is too large or no JSON."""
    if int(request.META.get("CONTENT_LENGTH") or 0) > MOST_BYTES:
        raise Invalid([FieldProblem("body", "too_large", "at most 8 MB a request")], status=413)
    body = request.read(MOST_BYTES + 1)
    try:
        text = body.decode("utf-8")
        if "ndjson" in (request.content_type or ""):
            return [json.loads(line) for line in text.splitlines() if line.strip()]
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise Invalid([FieldProblem("body", "json", "the body is no JSON in UTF-8")]) from error
    if isinstance(found, dict) and isinstance(found.get("rows"), list):
        return found["rows"]
    return found if isinstance(found, list) else [found]


def refused(status: int, code: str, message: str, headers: dict[str, str] | None = None) -> JsonResponse:
    """A refusal as JSON."""
    return JsonResponse({"error": {"code": code, "message": message}}, status=status, headers=headers)
