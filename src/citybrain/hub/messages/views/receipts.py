"""Where a gateway reports receipts: signed, replay-proof by being idempotent."""

import hmac
import json
import os

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from citybrain.hub.messages.actions.receipts import note_receipt
from citybrain.hub.messages.data import OUTSIDE, Receipt
from citybrain.kernel.crypto import hmac_sm3
from citybrain.kernel.guard import public

MOST = 500


@csrf_exempt
@public("called by message gateways; the body is signed with HMAC-SM3 under a shared key")
@require_POST
def receipts(request: HttpRequest, channel: str) -> HttpResponse:
    """Body: ``[{"reference", "arrived", "reason"}]``, header ``X-Signature``: hex HMAC-SM3 of the body.

    403 for a wrong or missing signature, also when no key (``CITYBRAIN_RECEIPT_KEY``) is configured; 400 for a wrong body.
    """
    key = os.environ.get("CITYBRAIN_RECEIPT_KEY", "")
    given = request.headers.get("X-Signature", "")
    wanted = hmac_sm3(key.encode(), channel.encode() + b"\n" + request.body).hex() if key else ""
    if not key or not hmac.compare_digest(wanted.encode(), given.encode()):
        return HttpResponse(status=403)
    if channel not in OUTSIDE:
        return HttpResponse(status=404)
    rows = _rows(request.body)
    if rows is None:
        return HttpResponse(status=400)
    return JsonResponse({"noted": sum(note_receipt(row, channel=channel) for row in rows)})


def _rows(body: bytes) -> list[Receipt] | None:
    try:
        rows = json.loads(body)
        if not isinstance(rows, list) or len(rows) > MOST:
            return None
        return [
            Receipt(str(r["reference"])[:120], r["arrived"] is True, str(r.get("reason", ""))[:200])
            for r in rows
        ]
    except (ValueError, KeyError, TypeError, AttributeError):
        return None
