"""Root addresses: each room's addresses under its own word; the portal at the root."""

from importlib.util import find_spec

from django.conf import settings
from django.urls import include, path

PREFIXES = {"services": ""}


def room_urls():
    """One include per room that has a ``urls`` module; the namespace equals the room's word."""
    for room in settings.ROOMS:
        word = room.rsplit(".", 1)[-1]
        if find_spec(f"{room}.urls") is not None:
            prefix = PREFIXES.get(word, f"{word}/")
            yield path(prefix, include((f"{room}.urls", word), namespace=word))


urlpatterns = list(room_urls())
