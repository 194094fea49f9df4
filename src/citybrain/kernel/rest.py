"""Interfaces for other clients: JSON beside the pages, with the pages' own protection.

Signed in by the same session, guarded by the same permissions, protected by the same CSRF token (header
``X-CSRFToken``); refusals answer ``{"error": {code, message, safe, todo, problems: [{path, code, message}]}}``. Refuses
anonymous callers with 401 instead of a sign-in page.
"""

from __future__ import annotations

import functools
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from ninja import NinjaAPI, Schema
from ninja.errors import HttpError, ValidationError

from citybrain.kernel import ratelimit
from citybrain.kernel.errors import CityError, FieldProblem, Invalid
from citybrain.kernel.guard import actor_of, guard, public

MOST_TOLD = 50


class ProblemOut(Schema):
    """One thing wrong with one field."""

    path: str
    code: str
    message: str


class RefusalOut(Schema):
    code: str
    message: str
    safe: str
    todo: str
    problems: list[ProblemOut] = []


class ErrorOut(Schema):
    """Every refusal."""

    error: RefusalOut


class RoomAPI(NinjaAPI):
    """An interface inside a room's namespace; refusals pass to the project, which answers JSON."""

    def __init__(self, room: str, name: str, **kw: Any) -> None:
        super().__init__(version="1", urls_namespace=f"{room}-{name}", docs_url=None, **kw)
        self.room, self.name = room, name
        self.add_exception_handler(ValidationError, _malformed)
        self.add_exception_handler(HttpError, _unreadable)

    def get_root_path(self, path_params: dict[str, Any]) -> str:
        return reverse(f"{self.room}:{self.name}-api-root", kwargs=path_params)

    def addresses(self, permission: str) -> list[Any]:
        """The addresses, for actors that hold the permission; the description is public. Names begin with ours."""
        patterns = self.urls[0]
        for pattern in patterns:
            if pattern.name in ("openapi-json", "api-root"):
                public("describes the interface, holds no data")(pattern.callback)
            else:
                pattern.callback = _protected(pattern.callback, permission)
            pattern.name = f"{self.name}-{pattern.name}"
        return patterns


def _protected(view: Any, permission: str) -> Any:
    inside = guard(permission)(view)

    @functools.wraps(inside)
    def protected(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not actor_of(request).is_authenticated:
            said = {
                "code": "sign_in",
                "message": _("Please sign in first."),
                "safe": "",
                "todo": "",
                "problems": [],
            }
            return JsonResponse({"error": said}, status=401, headers={"WWW-Authenticate": "Session"})
        return inside(request, *args, **kwargs)

    protected.csrf_exempt = False  # type: ignore[attr-defined]  # the library exempts its views; these have a session
    return protected


def answer(request: HttpRequest, error: CityError) -> HttpResponse:
    """A refusal in the interface's form."""
    return JsonResponse({"error": error.as_dict()}, status=error.status)


def _malformed(request: HttpRequest, error: Any) -> HttpResponse:
    """Input of the wrong shape: named by its place in the body."""
    problems = [
        FieldProblem(".".join(str(p) for p in e["loc"][2:] or e["loc"]), "shape", str(e["msg"]))
        for e in error.errors
    ]
    return answer(request, Invalid(problems[:MOST_TOLD], _("The input does not have the described shape.")))


def _unreadable(request: HttpRequest, error: Any) -> HttpResponse:
    return answer(request, Invalid([FieldProblem("", "unreadable", _("The input could not be read."))]))


def bounded(request: HttpRequest, what: str, most: int, seconds: float = 60) -> None:
    """At most so many calls of a kind by one account; TooMany otherwise."""
    ratelimit.allow(f"{what}:{actor_of(request).account_id}", most, seconds)
