"""Root addresses: each room's addresses under its own word; the portal at the root."""

from importlib.util import find_spec

from django.conf import settings
from django.urls import include, path

from citybrain.project import health, robots

PREFIXES = {"services": ""}

handler400 = "citybrain.project.errors.bad_request"
handler403 = "citybrain.project.errors.permission_denied"
handler404 = "citybrain.project.errors.page_not_found"
handler500 = "citybrain.project.errors.server_error"


def room_urls():
    """One include per room that has a ``urls`` module; the namespace equals the room's word."""
    for room in settings.ROOMS:
        word = room.rsplit(".", 1)[-1]
        if find_spec(f"{room}.urls") is not None:
            prefix = PREFIXES.get(word, f"{word}/")
            yield path(prefix, include((f"{room}.urls", word), namespace=word))


urlpatterns = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("robots.txt", robots.robots, name="robots"),
    path("empty", health.empty, name="empty"),
    *room_urls(),
]
