"""The Jinja2 environment of every page: autoescape, translations, addresses, filters, the menu, the mood.

What is the same on every page (words of a language, addresses without parameters, static files) is worked out once
per process.

Globals: ``static``, ``url``, ``url_or`` (empty when a room is not there), ``LANG`` (``zh``/``en``), ``city_name``,
``demo``, ``menu(request)``, ``onward(request, place, subject)``, ``mode(request)``, ``here(request)``, ``flash_messages(request)``, ``now()``,
``draw_icon``, ``plot``.
"""

import functools
from collections.abc import Callable
from typing import Any
from urllib.parse import quote
from uuid import UUID

from django.conf import settings
from django.contrib.messages import get_messages
from django.http import HttpRequest
from django.template.backends.utils import csrf_input
from django.templatetags.static import static
from django.urls import NoReverseMatch, reverse
from django.utils import translation
from django.utils.functional import SimpleLazyObject, lazy
from jinja2 import Environment, Template
from markupsafe import Markup

from citybrain.kernel import clock
from citybrain.kernel.text import current_language, one_language, spoken
from citybrain.ui import brand, charts, navigation, onward
from citybrain.ui.filters import FILTERS
from citybrain.ui.icons import icon

MODE_COOKIE = "citybrain_mode"
_offered: dict[str, Callable[..., Any]] = {}


def offer(name: str, fn: Callable[..., Any]) -> None:
    """A room's own function for templates (names in place of codes), announced when the room starts."""
    _offered[name] = fn


@functools.cache
def _fixed_address(name: str, urlconf: str) -> str:
    return reverse(name, urlconf)


_SOME_ID = "5bd4de73-b9e8-4b8c-b5ca-1f1d1e62c3b7"


@functools.cache
def _address_around_id(name: str, urlconf: str) -> str:
    return reverse(name, urlconf, args=[UUID(_SOME_ID)])


def url(name: str, *args: Any, **kwargs: Any) -> str:
    """Address of a page."""
    if len(args) == 1 and isinstance(args[0], UUID) and not kwargs:  # most of a list's addresses
        return _address_around_id(name, settings.ROOT_URLCONF).replace(_SOME_ID, str(args[0]))
    if args or kwargs:
        return reverse(name, args=args, kwargs=kwargs)
    return _fixed_address(name, settings.ROOT_URLCONF)


def url_or(name: str, *args: Any, **kwargs: Any) -> str:
    """Address of a page that another room may or may not offer; empty when it does not."""
    try:
        return url(name, *args, **kwargs)
    except NoReverseMatch:
        return ""


@functools.lru_cache(maxsize=8192)
def _words(language: str, message: str) -> Markup:
    return Markup(translation.gettext(message))  # noqa: S704 - our own words, as in Jinja's newstyle gettext


@functools.lru_cache(maxsize=8192)
def _filled_words(language: str, message: str) -> Markup:
    return _words(language, message) % {}


def gettext(message: Any, **values: Any) -> Markup:
    """``_("…")`` and ``{% trans %}``: what Jinja's own newstyle function says, from memory."""
    if not message:
        return Markup()
    language = spoken()
    return _words(language, str(message)) % values if values else _filled_words(language, str(message))


class Page(Template):
    """A template whose words all come in the language it began with."""

    def render(self, *args: Any, **kwargs: Any) -> str:
        with one_language():
            return super().render(*args, **kwargs)


def form_token(request: HttpRequest) -> dict[str, Any]:
    """Context of every page: ``csrf_input``, made once however many forms the page has (Django masks each anew)."""
    return {"csrf_input": SimpleLazyObject(lambda: csrf_input(request))}


def mode(request: HttpRequest | None) -> str:
    """``"elder"`` when the person asked for large type, else nothing."""
    return "elder" if request is not None and request.COOKIES.get(MODE_COOKIE) == "elder" else ""


def here(request: HttpRequest | None) -> str:
    """This page's own address, quoted for a ``next=`` parameter."""
    return quote(request.get_full_path() if request is not None else "/", safe="")


def flash_messages(request: HttpRequest | None) -> list[Any]:
    """One-time words waiting for this person; reading them takes them away."""
    return list(get_messages(request)) if request is not None and hasattr(request, "_messages") else []


def environment(**options: Any) -> Environment:
    """Environment with autoescape on, translations, filters and globals."""
    options.setdefault("autoescape", True)
    options.setdefault("trim_blocks", True)
    options.setdefault("lstrip_blocks", True)
    env = Environment(extensions=["jinja2.ext.i18n", "jinja2.ext.do"], **options)  # noqa: S701 - autoescape is set above
    env.template_class = Page
    env.install_gettext_callables(  # type: ignore[attr-defined]
        gettext=translation.gettext, ngettext=translation.ngettext, newstyle=True
    )
    env.globals.update(gettext=gettext, _=gettext)
    env.filters.update(FILTERS)
    env.globals.update(
        static=functools.cache(static),
        url=url,
        url_or=url_or,
        draw_icon=icon,
        plot=charts.plot,
        LANG=lazy(current_language, str)(),
        city_name=brand.city_name,
        demo=brand.is_demo,
        menu=navigation.menu,
        onward=onward.steps,
        mode=mode,
        here=here,
        flash_messages=flash_messages,
        now=clock.now,
        **_offered,
    )
    return env
