"""Language and type size: two cookies, set by a plain link so that they work without JavaScript.

They change nothing but how pages look, so GET is enough. Refuses to send anybody to another site.
"""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache

from citybrain.kernel.guard import public
from citybrain.ui.environment import MODE_COOKIE

YEAR = 365 * 24 * 3600


def _back(request: HttpRequest) -> HttpResponse:
    target = request.GET.get("next", "/")
    safe = url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure())
    return HttpResponseRedirect(target if safe and "\\" not in target else "/")


def _keep(response: HttpResponse, request: HttpRequest, name: str, value: str) -> HttpResponse:
    response.set_cookie(name, value, max_age=YEAR, samesite="Lax", secure=request.is_secure(), httponly=True)
    return response


@public("a choice of language says nothing about anybody")
@never_cache
def language(request: HttpRequest, code: str) -> HttpResponse:
    """Set the language and return to the same address."""
    if code not in dict(settings.LANGUAGES):
        raise Http404
    return _keep(_back(request), request, settings.LANGUAGE_COOKIE_NAME, code)


@public("a choice of type size says nothing about anybody")
@never_cache
def mode(request: HttpRequest, name: str) -> HttpResponse:
    """Large type (``elder``) or standard (``plain``) and return to the same address."""
    if name not in {"elder", "plain"}:
        raise Http404
    return _keep(_back(request), request, MODE_COOKIE, name)
