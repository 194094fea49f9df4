"""The bench menu: rooms add entries here, so ui shows them without knowing any room.

Called from a room's ``permissions.py`` (imported at start): ``navigation.add("work", "cases:worklist", _("My work"),
"cases.work", 10)``. Refuses an unknown section. An entry is shown to actors who hold its permission in any scope;
the page behind it decides again.
"""

import functools
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Entry:
    """One line of the menu. ``name`` is a URL name; ``permission`` empty means every signed-in official."""

    section: str
    name: str
    title: Any
    permission: str
    order: int
    icon: str = "list"


LONGEST = 14  # lines that stand on a desk without scrolling
SECTIONS: dict[str, Any] = {
    "work": _("Work"),
    "window": _("Window"),
    "oversight": _("Oversight"),
    "catalogue": _("Catalogue"),
    # public data by task: what waits, bring it in, know it, trust it, use it, open it, keep it running
    "data": _("Data"),
    "collect": _("Collecting data"),
    "know": _("Data catalogue and duties"),
    "trust": _("Data quality and registers"),
    "use": _("Sharing and using data"),
    "open": _("Opening data"),
    "lake": _("Lake and jobs"),
    "system": _("System"),
}
_entries: dict[str, Entry] = {}


def add(section: str, name: str, title: Any, permission: str, order: int = 50, icon: str = "list") -> None:
    """Add (or replace) the entry of URL ``name`` in one of ``SECTIONS``."""
    if section not in SECTIONS:
        raise ValueError(f"navigation section {section!r} is not one of {', '.join(SECTIONS)}")
    _entries[name] = Entry(section, name, title, permission, order, icon)
    _sections.cache_clear()


def menu(request: HttpRequest | None) -> list[dict[str, Any]]:
    """Sections with the entries this request's actor may open: ``[{title, open, items: [{title, href, icon, current}]}]``.

    ``open`` is false where a menu of more than ``LONGEST`` lines folds a section that one is not in.
    """
    actor = getattr(request, "actor", None)
    if actor is None:
        return []
    wanted = frozenset(e.permission for e in _entries.values() if not e.permission or actor.may(e.permission))
    sections = _sections(wanted, settings.ROOT_URLCONF)
    addresses = [a for _title, items in sections for _e, a in items]
    here = _current(getattr(request, "path", ""), addresses)
    short = len(addresses) <= LONGEST or not here
    return [
        {
            "title": title,
            "open": short or any(a == here for _e, a in items),
            "items": [{"title": e.title, "href": a, "icon": e.icon, "current": a == here} for e, a in items],
        }
        for title, items in sections
    ]


@functools.lru_cache(maxsize=256)  # one for each set of permissions that people hold
def _sections(permissions: frozenset[str], urlconf: str) -> list[tuple[Any, list[tuple[Entry, str]]]]:
    """Sections in their order, with the entries of these permissions and their addresses."""
    entries = sorted(_entries.values(), key=lambda e: (e.order, e.name))
    known = [(e, _address(e.name)) for e in entries if e.permission in permissions]
    found = [
        (title, [(e, address) for e, address in known if address and e.section == key])
        for key, title in SECTIONS.items()
    ]
    return [(title, items) for title, items in found if items]


def _address(name: str) -> str:
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""  # the room is not installed here, or its page needs an object


def _current(path: str, addresses: Iterable[str]) -> str:
    """The longest menu address that begins the path is where we are."""
    return max((a for a in addresses if path.startswith(a)), key=len, default="")
