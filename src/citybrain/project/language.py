"""Which language a page speaks: Chinese, unless this visitor chose otherwise. The browser's wish list is ignored:
most public machines in the city announce whatever they were imported with."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation

YEAR = 365 * 24 * 3600
KNOWN = {code for code, _name in settings.LANGUAGES}


class LanguageMiddleware:
    """``?lang=en`` or ``?lang=zh-hans`` chooses and is remembered in a cookie."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        chosen = request.GET.get("lang", "")
        language = chosen if chosen in KNOWN else request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
        if language not in KNOWN:
            language = settings.LANGUAGE_CODE
        request.LANGUAGE_CODE = language  # type: ignore[attr-defined]
        with translation.override(language):
            response = self.get_response(request)
        response.headers.setdefault("Content-Language", language)
        if chosen in KNOWN:
            response.set_cookie(
                settings.LANGUAGE_COOKIE_NAME, chosen, max_age=YEAR, samesite="Lax", secure=settings.HTTPS
            )
        return response
