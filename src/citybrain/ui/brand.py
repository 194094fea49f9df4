"""Whose city this is: the name in every header. Set by the city's settings, never written in a template."""

from typing import Any

from django.conf import settings

from citybrain.kernel.text import say

DEFAULT = {"zh": "宁德市", "en": "Ningde"}


def city_name() -> str:
    """The city's name in the current language (``settings.CITY_NAME``)."""
    name: Any = getattr(settings, "CITY_NAME", DEFAULT)
    return say(name)


def is_demo() -> bool:
    """Demo instances say so on every page, so that nobody takes a sample for a case."""
    return getattr(settings, "MODE", "production") == "demo"
