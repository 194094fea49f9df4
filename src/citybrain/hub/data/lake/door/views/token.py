"""OAuth 2 token endpoint of the lake's door: client credentials (RFC 6749 §4.4), and renewing a token that still holds."""

import base64
import binascii

from django.http import HttpRequest, JsonResponse
from django.views.decorators.csrf import csrf_exempt

from citybrain.hub.data.lake.door.actions.tokens import (
    SECONDS,
    client_by_secret,
    client_by_token,
    issue_token,
)
from citybrain.hub.data.lake.door.domain.spec import DoorError
from citybrain.hub.data.lake.door.views.door import FAILURES_A_MINUTE, actor
from citybrain.hub.data.models import LakeClient
from citybrain.hub.data.views.asked import asked
from citybrain.kernel import audit, ratelimit
from citybrain.kernel.errors import TooMany
from citybrain.kernel.guard import actor_of, public

ACCESS = "urn:ietf:params:oauth:token-type:access_token"
EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange"


@public("Iceberg clients sign in here with their own secret")
@csrf_exempt
def tokens(request: HttpRequest) -> JsonResponse:
    """``client_credentials`` by form fields or HTTP Basic; ``token-exchange`` of a token that still holds."""
    if request.method != "POST":
        return refused("invalid_request", 405)
    kind = asked(request.POST, "grant_type")
    if kind not in ("client_credentials", EXCHANGE):
        return refused("unsupported_grant_type", 400)
    client = exchanged(request) if kind == EXCHANGE else signed_in(request)
    if client is None:
        return failed(request)
    audit.record(
        "data.lake_token", by=actor(client, request), obj=f"lake_client:{client.pk}", organisation=client.organisation
    )  # fmt: skip
    said = {
        "access_token": issue_token(client),
        "token_type": "bearer",
        "expires_in": SECONDS,
        "scope": "catalog",
    }
    if kind == EXCHANGE:
        said["issued_token_type"] = ACCESS
    return JsonResponse(said)


def signed_in(request: HttpRequest) -> LakeClient | None:
    """The client whose id and secret were sent."""
    sent = asked(request.POST, "client_id"), asked(request.POST, "client_secret", 200)
    return client_by_secret(*(sent if sent[0] else basic(request)))


def basic(request: HttpRequest) -> tuple[str, str]:
    """Id and secret of HTTP Basic."""
    scheme, _, text = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return "", ""
    try:
        name, _, secret = base64.b64decode(text[:400], validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return "", ""
    return name, secret


def exchanged(request: HttpRequest) -> LakeClient | None:
    """The client of a token that still holds."""
    try:
        return client_by_token(asked(request.POST, "subject_token", 600))
    except DoorError:
        return None


def failed(request: HttpRequest) -> JsonResponse:
    """401, counted by address and written down."""
    ip = actor_of(request).ip
    try:
        ratelimit.allow(f"lake door failed:{ip}", FAILURES_A_MINUTE, 60)
    except TooMany as error:
        found = refused("slow_down", 429)
        found["Retry-After"] = str(error.retry_after)
        return found
    audit.record("data.lake_token_refused", by=actor_of(request), obj="lake:token")
    return refused("invalid_client", 401)


def refused(word: str, status: int) -> JsonResponse:
    """OAuth's form of a refusal."""
    return JsonResponse({"error": word, "error_description": word.replace("_", " ")}, status=status)
