"""What every machine door shares: signed callers, bounded JSON in, JSON out, refusals with codes, what is left of the quota."""

import functools
import json
import logging
from collections.abc import Callable
from typing import Any, TypeAlias
from uuid import UUID

from django.db import DataError, InterfaceError, OperationalError
from django.http import HttpRequest, JsonResponse, UnreadablePostError
from django.http.request import RawPostDataException
from django.utils.translation import gettext as _

from citybrain.hub.data.grants.actions.authenticate import Call, authenticate
from citybrain.hub.data.grants.data import Caller
from citybrain.hub.data.grants.domain.values import shown
from citybrain.kernel import audit, clock
from citybrain.kernel.actor import Actor
from citybrain.kernel.errors import CityError, FieldProblem, Invalid, NotAllowed, NotFound, Unavailable

log = logging.getLogger(__name__)
LARGEST = 262_144
HEADERS = ("Key", "Timestamp", "Nonce", "Grant", "Purpose", "Signature")


class Signed:
    """A call whose caller is known: ``caller``, ``grant``, ``purpose``, ``body`` (a JSON object, {} for none)."""

    def __init__(self, request: HttpRequest, call: Call, caller: Caller) -> None:
        self.request, self.caller, self.purpose = request, caller, call.purpose
        self.grant_text, self.body = call.grant, body_of(call.body)

    @property
    def grant(self) -> UUID:
        """The grant the call names; NotFound when it is no id."""
        try:
            return UUID(self.grant_text)
        except ValueError:
            raise NotFound(_("There is no such grant."), code="no_grant") from None


Answer: TypeAlias = dict[str, Any] | JsonResponse


def machine(*methods: str) -> Callable[[Callable[..., Answer]], Callable[..., JsonResponse]]:
    """A door for signed calls of these methods; the view gets a ``Signed`` and gives a JSON-able answer."""

    def wrap(view: Callable[..., Answer]) -> Callable[..., JsonResponse]:
        @functools.wraps(view)
        def door(request: HttpRequest, **named: Any) -> JsonResponse:
            try:
                if request.method not in methods:
                    raise CityError(_("The method is not allowed here."), code="method", status=405)
                signed = signed_call(request)
                answer = kept_on_record(lambda: view(signed, **named), signed)
                return answer if isinstance(answer, JsonResponse) else as_json(answer)
            except CityError as error:
                return refusal(error)
            except (RawPostDataException, UnreadablePostError, DataError):
                return refusal(CityError(_("The request cannot be read."), code="unreadable"))
            except (OperationalError, InterfaceError):
                log.warning("the database did not answer a machine door", exc_info=True)
                return refusal(Unavailable(_("The system cannot answer at this moment."), retry_after=5))

        return door

    return wrap


def signed_call(request: HttpRequest) -> Signed:
    """The call with its caller; NotAuthentic otherwise."""
    given = {name.lower(): request.headers.get(f"X-Share-{name}", "")[:400] for name in HEADERS}
    body = request.body
    if len(body) > LARGEST:
        raise CityError(_("What was sent is larger than allowed."), code="too_large", status=413)
    call = Call(
        method=request.method or "", path=request.get_full_path(), body=body,
        address=request.META.get("REMOTE_ADDR", ""), **given,
    )  # fmt: skip
    return Signed(request, call, authenticate(call))


def kept_on_record(do: Callable[[], Answer], signed: Signed) -> Answer:
    """A refusal for want of right leaves an audit row: it says who tried what for which purpose."""
    try:
        return do()
    except (NotAllowed, NotFound) as error:
        caller = signed.caller
        audit.record(
            "data.refuse_share", by=Actor.system(f"share key {caller.key_id}"), obj=f"grant:{signed.grant_text[:36]}",
            organisation=caller.consumer, purpose=signed.purpose[:200],
            after={"code": error.code, "address": caller.address, "path": signed.request.path[:200]},
        )  # fmt: skip
        raise


def body_of(raw: bytes) -> dict[str, Any]:
    """A JSON object; {} for no body. Invalid otherwise, and for a depth no call needs."""
    if not raw:
        return {}
    try:
        found = json.loads(raw)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise Invalid([FieldProblem("", "json", _("The body must be a JSON object."))])
    return found


def refusal(error: CityError) -> JsonResponse:
    """``{"error": {code, message, …}}``."""
    answer = JsonResponse({"error": error.as_dict()}, status=error.status)
    if hasattr(error, "retry_after"):
        answer["Retry-After"] = str(error.retry_after)
    if error.status == 401:
        answer["WWW-Authenticate"] = "SHARE-HMAC-SM3"
    answer["Cache-Control"] = "no-store"
    return answer


def as_json(answer: dict[str, Any], *, quota: int = 0, remaining: int = 0, status: int = 200) -> JsonResponse:
    """The answer, with what is left of today's quota (draft RateLimit headers)."""
    made = JsonResponse(answer, status=status, encoder=Encoder, json_dumps_params={"ensure_ascii": False})
    made["Cache-Control"] = "no-store"
    if quota:
        now = clock.local()
        made["RateLimit-Limit"], made["RateLimit-Remaining"] = str(quota), str(remaining)
        made["RateLimit-Reset"] = str(86_400 - (now.hour * 3600 + now.minute * 60 + now.second))
    return made


class Encoder(json.JSONEncoder):
    """Exact numbers as text, dates and times in ISO form, times in the city's zone."""

    def default(self, o: Any) -> Any:
        return shown(o)
