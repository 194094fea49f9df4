"""Every address the city answers, from its own URL configuration, with harmless words in the gaps."""

import re
from dataclasses import dataclass
from typing import Any

from django.urls import get_resolver
from django.urls.resolvers import URLPattern

NOBODY = "0190a0a0-0000-7000-8000-000000000000"
WORDS = {
    "uuid": NOBODY,
    "uuidstr": NOBODY,
    "int": "7",
    "slug": "nothing-here",
    "str": "nothing-here",
    "path": "nothing/here",
}


@dataclass(frozen=True)
class Address:
    """One line of the URL configuration."""

    name: str
    path: str
    view: Any

    def __str__(self) -> str:
        return self.name


def addresses(resolver=None, prefix="/", space="", seen=None) -> list[Address]:
    found = []
    for entry in (resolver or get_resolver()).url_patterns:
        route = str(entry.pattern)
        filled = route
        for kind, name in re.findall(r"<(?:(\w+):)?(\w+)>", route):
            filled = filled.replace(
                f"<{kind}:{name}>" if kind else f"<{name}>", WORDS.get(kind or "str", "nothing.here")
            )
        if isinstance(entry, URLPattern):
            found.append(Address(f"{space}{entry.name or route}", prefix + filled, entry.callback))
        else:
            inner = f"{space}{entry.namespace}:" if entry.namespace else space
            found += addresses(entry, prefix + filled, inner)
    return found


EVERYWHERE = addresses()
