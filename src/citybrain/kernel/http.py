"""Turns refusals into answers: a page, a fragment or JSON, with the right status and Retry-After."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template import TemplateDoesNotExist
from django.template.loader import select_template
from django.utils.html import escape
from django.utils.translation import gettext as _

from citybrain.kernel.errors import CityError


class ErrorMiddleware:
    """Answers every CityError a view lets pass. Templates: ``ui/errors/<status>.html``, ``ui/errors/error.html``."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        return answer(request, error) if isinstance(error, CityError) else None


def answer(request: HttpRequest, error: CityError) -> HttpResponse:
    """The response for ``error``."""
    response = _json(error) if wants_json(request) else _page(request, error)
    retry_after = getattr(error, "retry_after", None)
    if retry_after:
        response.headers["Retry-After"] = str(retry_after)
    response.headers["Cache-Control"] = "no-store"
    return response


def wants_json(request: HttpRequest) -> bool:
    """Whether the caller is a program."""
    accept = request.headers.get("Accept", "")
    return "application/json" in accept and "text/html" not in accept


def _json(error: CityError) -> HttpResponse:
    return JsonResponse(
        {"error": error.as_dict()}, status=error.status, json_dumps_params={"ensure_ascii": False}
    )


def _page(request: HttpRequest, error: CityError) -> HttpResponse:
    context: dict[str, Any] = {"error": error, "problems": getattr(error, "problems", [])}
    try:
        template = select_template([f"ui/errors/{error.status}.html", "ui/errors/error.html"])
    except TemplateDoesNotExist:
        return HttpResponse(_bare(error), status=error.status)
    return HttpResponse(template.render(context, request), status=error.status)


def _bare(error: CityError) -> str:
    lines = [error.message or _("This did not work."), error.safe, error.todo]
    body = "".join(f"<p>{escape(line)}</p>" for line in lines if line)
    return f"<!doctype html><html><meta charset=utf-8><title>{error.status}</title><main>{body}</main></html>"
