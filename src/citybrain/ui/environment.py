"""The Jinja2 environment of every page."""

from typing import Any

from django.templatetags.static import static
from django.urls import reverse
from django.utils import translation
from jinja2 import Environment


def environment(**options: Any) -> Environment:
    """Environment with autoescape on, translations, ``static`` and ``url``."""
    options.setdefault("autoescape", True)
    options.setdefault("trim_blocks", True)
    options.setdefault("lstrip_blocks", True)
    env = Environment(extensions=["jinja2.ext.i18n", "jinja2.ext.do"], **options)
    env.install_gettext_callables(  # type: ignore[attr-defined]
        gettext=lambda m: translation.gettext(m) if m else "",
        ngettext=translation.ngettext,
        newstyle=True,
    )
    env.globals.update(static=static, url=lambda name, *a, **kw: reverse(name, args=a, kwargs=kw))
    return env
