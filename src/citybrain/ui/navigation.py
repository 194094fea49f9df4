"""The bench menu: rooms add entries here, so ui shows them without knowing any room.

Called from a room's ``permissions.py`` (imported at start): ``navigation.add("work", "cases:worklist", _("My work"),
"cases.work", 10)``. Refuses an unknown section. An entry is shown to actors who hold its permission in any scope;
the page behind it decides again.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

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


SECTIONS: dict[str, Any] = {
    "work": _("Work"),
    "window": _("Window"),
    "oversight": _("Oversight"),
    "catalogue": _("Catalogue"),
    "data": _("Data"),
    "system": _("System"),
}
_entries: dict[str, Entry] = {}


def add(section: str, name: str, title: Any, permission: str, order: int = 50, icon: str = "list") -> None:
    """Add (or replace) the entry of URL ``name`` in one of ``SECTIONS``."""
    if section not in SECTIONS:
        raise ValueError(f"navigation section {section!r} is not one of {', '.join(SECTIONS)}")
    _entries[name] = Entry(section, name, title, permission, order, icon)


def _address(name: str) -> str:
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""  # the room is not installed here, or its page needs an object


def _allowed(entry: Entry, actor: Any) -> bool:
    return actor is not None and (not entry.permission or actor.may(entry.permission))


def _current(address: str, path: str, addresses: Iterable[str]) -> bool:
    """The longest menu address that begins the path is where we are."""
    matching = [a for a in addresses if path.startswith(a)]
    return bool(matching) and address == max(matching, key=len)


def menu(request: HttpRequest | None) -> list[dict[str, Any]]:
    """Sections with the entries this request's actor may open: ``[{title, items: [{title, href, icon, current}]}]``."""
    actor = getattr(request, "actor", None)
    allowed = [(e, _address(e.name)) for e in _entries.values() if _allowed(e, actor)]
    allowed = [(e, a) for e, a in allowed if a]
    path, addresses = getattr(request, "path", ""), [a for _e, a in allowed]
    shown = []
    for key, title in SECTIONS.items():
        items = sorted(
            (pair for pair in allowed if pair[0].section == key), key=lambda p: (p[0].order, p[0].name)
        )
        if items:
            shown.append(
                {
                    "title": title,
                    "items": [
                        {"title": e.title, "href": a, "icon": e.icon, "current": _current(a, path, addresses)}
                        for e, a in items
                    ],
                }
            )
    return shown
