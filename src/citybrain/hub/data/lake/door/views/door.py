"""What every call of the door has in common: a token, bounds, one audit row, answers in the specification's form."""

import functools
import logging
from collections.abc import Callable
from typing import Any

from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt

from citybrain.hub.data.lake.door.actions.tokens import client_by_token
from citybrain.hub.data.lake.door.domain.spec import DoorError
from citybrain.hub.data.models import LakeClient
from citybrain.kernel import audit, clock, ratelimit
from citybrain.kernel.actor import Actor
from citybrain.kernel.errors import TooMany
from citybrain.kernel.guard import actor_of, public

CALLS_A_MINUTE = 1200
FAILURES_A_MINUTE = 30
LARGEST_BODY = 1024 * 1024
USED_EVERY = 60
View = Callable[..., Any]
log = logging.getLogger(__name__)


def door(call: str, *methods: str) -> Callable[[View], View]:
    """A view ``(request, client, actor, **names) -> (status, body text or None)`` behind the door."""

    def wrap(view: View) -> View:
        @functools.wraps(view)
        def inside(request: HttpRequest, **names: str) -> HttpResponse:
            try:
                return entered(view, request, call, methods, names)
            except DoorError as error:
                return refusal(error)
            except TooMany as error:
                found = refusal(DoorError(429, "TooManyRequestsException", str(error)))
                found["Retry-After"] = str(error.retry_after)
                return found
            except DatabaseError:
                log.exception("iceberg door: %s", call)
                return refusal(DoorError(503, "ServiceUnavailableException", "try again in a moment"))

        return public("Iceberg clients authenticate themselves by token")(csrf_exempt(inside))

    return wrap


def entered(
    view: View, request: HttpRequest, call: str, methods: tuple[str, ...], names: dict[str, str]
) -> HttpResponse:
    """The call of a known client. Its audit row is written before the answer leaves: no evidence, no answer."""
    client = client_of(request)
    ratelimit.allow(f"lake door:{client.pk}", CALLS_A_MINUTE, 60)
    by = actor(client, request)
    done = {"call": call, "method": request.method}
    try:
        if request.method not in methods:
            raise DoorError(405, "UnsupportedOperationException", f"{request.method} is not offered here")
        if len(request.body) > LARGEST_BODY:
            raise DoorError(413, "BadRequestException", "the body is too large")
        status, body = view(request, client, by, **names)
    except DoorError as error:
        audited(client, by, names, {**done, "status": error.status, "refused": error.kind})
        raise
    audited(client, by, names, {**done, "status": status})
    if body is None:
        return HttpResponse(status=status)
    return HttpResponse(body, status=status, content_type="application/json")


def client_of(request: HttpRequest) -> LakeClient:
    """The client of the bearer token; guesses are counted by address."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    try:
        if scheme.lower() != "bearer" or not token:
            raise DoorError(401, "NotAuthorizedException", "a bearer token is needed")
        return client_by_token(token.strip())
    except DoorError:
        ratelimit.allow(f"lake door failed:{actor_of(request).ip}", FAILURES_A_MINUTE, 60)
        raise


def actor(client: LakeClient, request: HttpRequest) -> Actor:
    """Who acts: the organisation by its client. Holds no permission of the house."""
    return Actor(
        kind="official", organisation=client.organisation, authority=f"lake_client:{client.pk}", terminal="api",
        name=client.name, ip=actor_of(request).ip,
    )  # fmt: skip


def audited(client: LakeClient, by: Actor, names: dict[str, str], done: dict[str, Any]) -> None:
    """One row a call, and when the client was last seen."""
    where = ".".join(names[part] for part in ("namespace", "table") if part in names)
    audit.record(
        "data.lake_door", by=by, obj=f"lake:{where[:120]}", organisation=client.organisation, after=done,
        purpose=client.purpose,
    )  # fmt: skip
    now = clock.now()
    if client.used_at is None or (now - client.used_at).total_seconds() > USED_EVERY:
        LakeClient.objects.filter(pk=client.pk).update(used_at=now)


def refusal(error: DoorError) -> HttpResponse:
    """The error's form; 401 says how to sign in."""
    found = JsonResponse(error.body(), status=error.status)
    if error.status == 401:
        found["WWW-Authenticate"] = 'Bearer realm="lake"'
    return found
