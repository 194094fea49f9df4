"""Headers of every answer, and input that no view should ever see.

The content security policy allows no inline script or style and no foreign origin; the live push process and the
identity provider are the only exceptions and come from settings.
"""

from collections.abc import Callable

from django.conf import settings
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.http.request import split_domain_port, validate_host
from django.middleware.security import SecurityMiddleware as DjangoSecurity

from citybrain.kernel import live
from citybrain.project.errors import TooLarge, WrongMethod, answer

METHODS = {"GET", "HEAD", "POST", "OPTIONS"}  # no address of ours takes others
PERMISSIONS = "camera=(self), geolocation=(self), microphone=(), payment=(), usb=(), interest-cohort=()"


def policy(live_origin: str) -> str:
    """The Content-Security-Policy for pages that may open streams at ``live_origin``."""
    rules = {
        "default-src": "'self'",
        "script-src": "'self'",
        "style-src": "'self'",
        "img-src": "'self' data:",
        "font-src": "'self' data:",
        "worker-src": "'none'",
        "connect-src": f"'self' {live_origin}".rstrip(),
        "object-src": "'none'",
        "base-uri": "'self'",
        "frame-ancestors": "'none'",
        "form-action": " ".join(["'self'", *settings.FORM_TARGETS]),
    }
    return "; ".join(f"{name} {value}" for name, value in rules.items())


class SecurityMiddleware(DjangoSecurity):
    """Django's security headers plus ours; refuses a request that is larger than any form may be."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        super().__init__(get_response)
        self.policies: dict[tuple[str, str], str] = {}

    def policy_for(self, request: HttpRequest) -> str:
        key = (request.META.get("HTTP_HOST", ""), request.scheme or "http")
        if key not in self.policies:
            if len(self.policies) > 100:  # host names are checked later; do not let them fill the memory
                self.policies.clear()
            known = validate_host(split_domain_port(key[0])[0], settings.ALLOWED_HOSTS)
            self.policies[key] = policy(live.origin(key[0], key[1]) if known else "")
        return self.policies[key]

    def __call__(self, request: HttpRequest) -> HttpResponse:
        length = request.META.get("CONTENT_LENGTH") or "0"
        if length.isdecimal() and int(length[:18]) > settings.REQUEST_LARGEST:
            response = answer(request, TooLarge())
        elif request.method not in METHODS:
            response = answer(request, WrongMethod())
        else:
            response = super().__call__(request)
        headers = response.headers
        headers.setdefault("Content-Security-Policy", self.policy_for(request))
        headers.setdefault("Permissions-Policy", PERMISSIONS)
        headers.setdefault("X-Frame-Options", settings.X_FRAME_OPTIONS)
        headers.setdefault("X-Content-Type-Options", "nosniff")
        if not request.path.startswith(settings.STATIC_URL):
            headers.setdefault("Cache-Control", "private, no-store")
        return response


class CleanInputMiddleware:
    """PostgreSQL text cannot hold U+0000: refuse it here, once, instead of failing deep inside a write."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *_view: object) -> None:
        if "\x00" in request.path or "%00" in request.META.get("QUERY_STRING", ""):
            raise BadRequest("a NUL character in the address")
        if request.method in {"GET", "HEAD", "OPTIONS"}:
            return
        if request.content_type == "application/json":
            if b"\\u0000" in request.body or b"\x00" in request.body:
                raise BadRequest("a NUL character in the data")
        elif any("\x00" in v for key in request.POST for v in (key, *request.POST.getlist(key))):
            raise BadRequest("a NUL character in the form")
