"""Pages anyone may open: verification by number and code, and what a holder shows by a one-time code."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from citybrain.hub.certificates.actions.use import redeem_show_code
from citybrain.hub.certificates.queries.types import current_type
from citybrain.hub.certificates.queries.verify import verify
from citybrain.hub.certificates.rendering.compose import compose_sample
from citybrain.kernel import ratelimit
from citybrain.kernel.errors import CityError, FieldProblem, TooMany
from citybrain.kernel.guard import actor_of, public

SAMPLES = (30, 60.0)  # an address may ask for this many samples in so many seconds


@public(
    "anyone who is shown a certificate may check it; shows type, masked holder, issuer, state and dates only"
)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def verify_page(request: HttpRequest) -> HttpResponse:
    """The form, and the answer when number and code are given (by form or square code)."""
    source = request.POST if request.method == "POST" else request.GET
    number, code = source.get("n", "")[:200], source.get("c", "")[:40]
    context: dict[str, Any] = {"number": number, "code": code, "seen": None, "problems": []}
    status = 200
    if number or code or request.method == "POST":
        context["problems"] = missing(number, code)
        if not context["problems"]:
            try:
                context["seen"] = verify(number, code, by=actor_of(request))
            except TooMany:
                raise
            except CityError as refused:
                context["refused"] = refused
                status = refused.status
        else:
            status = 422
    return render(request, "certificates/verify.html", context, status=status)


def missing(number: str, code: str) -> list[FieldProblem]:
    """What the visitor left out."""
    found = []
    if not number.strip():
        found.append(FieldProblem("n", "missing", _("Enter the number of the certificate.")))
    if not code.strip():
        found.append(FieldProblem("c", "missing", _("Enter the code beside the square code.")))
    return found


@public("the holder consents by showing the one-time code")
@never_cache
@require_http_methods(["GET", "HEAD"])
def shown(request: HttpRequest, code: str) -> HttpResponse:
    """Asks before it uses the code up: link previews must not spend it."""
    return render(request, "certificates/shown_ask.html", {"code": code})


@public("the holder consents by showing the one-time code")
@never_cache
@require_POST
def shown_open(request: HttpRequest, code: str) -> HttpResponse:
    """What the holder shows; the code is spent."""
    record = redeem_show_code(code, by=actor_of(request))
    return render(request, "certificates/shown.html", {"record": record})


@public("a sample shows what a certificate looks like; it holds no facts")
@require_safe
def sample(request: HttpRequest, type_key: str) -> HttpResponse:
    """A sample of a certificate type, marked as one and unsigned."""
    kind = current_type(type_key)
    ratelimit.allow(f"certificates.sample:{actor_of(request).ip}", *SAMPLES)
    response = HttpResponse(compose_sample(kind), content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{type_key}-sample.pdf"'
    response["Cache-Control"] = "public, max-age=3600"
    return response
