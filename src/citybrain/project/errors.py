"""Every refusal and every failure, told to a person or a program: what happened, what is safe, what to do.

One answer in two forms: a page, JSON. Never shows a trace, a query or a file name. Unknown
exceptions stay 500 and are logged by Django; known ones of the database become 503 (down) or 400 (data it cannot hold).
"""

import errno
import logging
import sys
from collections.abc import Callable

from django.core.exceptions import (
    BadRequest,
    PermissionDenied,
    RequestDataTooBig,
    TooManyFieldsSent,
    TooManyFilesSent,
    ValidationError,
)
from django.db import DataError, InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, UnreadablePostError
from django.http.request import RawPostDataException
from django.template.loader import render_to_string
from django.utils.html import escape
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from citybrain.kernel.errors import CityError, NotAllowed, NotFound, Unavailable

logger = logging.getLogger(__name__)
DISK_FULL = {errno.ENOSPC, errno.EDQUOT}
TOO_LARGE = (RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent)
TITLES = {
    400: _("This request cannot be understood"),
    403: _("You may not do this"),
    404: _("There is no such page"),
    405: _("This address does not take such requests"),
    409: _("Somebody else was faster"),
    413: _("The files are too large"),
    422: _("Some entries need another look"),
    429: _("Too many attempts"),
    500: _("Something failed on our side"),
    503: _("The system is busy"),
}


class Unreadable(CityError):
    status, code = 400, "bad_request"

    def __init__(self) -> None:
        super().__init__(
            _("The request contains something that cannot be read."),
            safe=_("Nothing was changed."),
            todo=_("Go back, check what you entered and try again."),
        )


class WrongMethod(CityError):
    """PUT, DELETE, TRACE and invented methods: no address takes them."""

    status, code = 405, "method"

    def __init__(self) -> None:
        super().__init__(TITLES[405], safe=_("Nothing was changed."))


class TooLarge(CityError):
    status, code = 413, "too_large"

    def __init__(self) -> None:
        super().__init__(
            _("What was sent is larger than allowed."),
            safe=_("Nothing was changed; what you saved before is still there."),
            todo=_("Send smaller files, or fewer at a time."),
        )


class Failed(CityError):
    status, code = 500, "failed"

    def __init__(self) -> None:
        super().__init__(
            _("An error occurred on our side. It has been recorded."),
            safe=_("Steps that were confirmed to you are saved."),
            todo=_("Try again in a moment. If it happens again, tell the service window the time."),
        )


def busy(seconds: float = 5) -> Unavailable:
    return Unavailable(
        _("The system cannot answer at this moment."),
        retry_after=seconds,
        safe=_("Steps that were confirmed to you are saved."),
        todo=_("Wait a few seconds and try again."),
    )


def full() -> Unavailable:
    return Unavailable(
        _("There is no room for more files at this moment."),
        code="storage_full",
        retry_after=300,
        safe=_("Nothing was changed; what you saved before is still there."),
        todo=_("Try again later. The operators have been told."),
    )


def forbidden() -> NotAllowed:
    return NotAllowed(
        _("Your account may not open this page."),
        safe=_("Nothing was changed."),
        todo=_("Sign in with another account, or ask your unit's administrator."),
    )


def missing() -> NotFound:
    return NotFound(
        _("The address does not exist, or it is not yours to see."),
        todo=_("Check the address, or start from the home page."),
    )


def known(problem: BaseException | None) -> CityError | None:
    """The CityError an exception stands for; None when nobody knows it."""
    if isinstance(problem, CityError):
        return problem
    if isinstance(problem, TOO_LARGE):
        return TooLarge()
    if isinstance(problem, Http404):
        return missing()
    if isinstance(problem, PermissionDenied):
        return forbidden()
    if isinstance(problem, (OperationalError, InterfaceError)):
        return busy()
    if isinstance(problem, OSError) and problem.errno in DISK_FULL:
        return full()
    if isinstance(problem, (RawPostDataException, UnreadablePostError)):
        return Unreadable()  # a form where JSON was expected; a sender that hung up
    if isinstance(problem, (BadRequest, DataError, UnicodeEncodeError, ValidationError)):
        return Unreadable()
    return None


def wants_json(request: HttpRequest) -> bool:
    accept = request.headers.get("Accept", "")
    return (
        "/rest/" in request.path
        or "/api/" in request.path
        or request.content_type == "application/json"
        or ("application/json" in accept and "text/html" not in accept)
    )


def answer(request: HttpRequest, error: CityError) -> HttpResponse:
    """The response for an error, in the form the client asked for."""
    seconds = getattr(error, "retry_after", 0)
    if wants_json(request):
        response: HttpResponse = JsonResponse({"error": error.as_dict()}, status=error.status)
    else:
        response = HttpResponse(page(request, error), status=error.status)
    if seconds:
        response.headers["Retry-After"] = str(seconds)
    return response


def page(request: HttpRequest, error: CityError) -> str:
    context = {
        "error": error,
        "status": error.status,
        "code": error.code,
        "title": TITLES.get(error.status, TITLES[400]),
        "message": error.message,
        "safe": error.safe,
        "todo": error.todo,
        "problems": getattr(error, "problems", []),
        "retry_after": getattr(error, "retry_after", 0),
    }
    try:
        return render_to_string("ui/errors/error.html", context, request=request)
    except Exception:
        logger.exception("the error page itself failed")
        return plain(context)


def plain(context: dict) -> str:
    """A page that needs nothing: no template, no database, no session."""
    lines = [context["message"], context["safe"], context["todo"], *(p.message for p in context["problems"])]
    body = "".join(f"<p>{escape(line)}</p>" for line in lines if line)
    language = "en" if get_language() == "en" else "zh-Hans"
    head = f'<meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{context["title"]}</title>'
    return f'<!doctype html><html lang="{language}"><head>{head}</head><body><h1>{context["title"]}</h1>{body}</body></html>'


class ErrorMiddleware:
    """Answers what views raise on purpose, and what the database says when it is down or refuses the data."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, problem: Exception) -> HttpResponse | None:
        error = known(problem)
        if error is None:
            return None
        if isinstance(problem, (DataError, OperationalError, InterfaceError, OSError)):
            logger.warning("%s on %s", problem, request.path, exc_info=problem)
        return answer(request, error)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return answer(request, known(exception) or Unreadable())


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    return answer(request, forbidden())


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return answer(request, missing())


def server_error(request: HttpRequest) -> HttpResponse:
    """Also reached for refusals raised by middleware, where no view is involved."""
    return answer(request, known(sys.exc_info()[1]) or Failed())


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    error = NotAllowed(
        _("This form is out of date: the page was open too long, or you signed in again elsewhere."),
        code="stale_form",
        safe=_("Nothing was changed; what you saved before is still there."),
        todo=_("Go back, reload the page and send the form again."),
    )
    return answer(request, error)
