"""What the screens share: reading filters and fields from a request, names for select boxes."""

from __future__ import annotations

from typing import Any

from django.http import QueryDict

from citybrain.hub.cases.data import Filters
from citybrain.hub.cases.domain.words import CHANNELS
from citybrain.hub.cases.queries.machines import machine, machines
from citybrain.hub.cases.queries.scope import tasks_in_scope
from citybrain.kernel.actor import Actor
from citybrain.kernel.errors import NotFound
from citybrain.kernel.remember import remembered
from citybrain.kernel.text import Text, say

FILTER_NAMES = ("matter", "light", "state", "place", "channel", "organisation", "role", "q", "sort")
_matter_names: dict[str, dict[str, str]] = {}


def filters_of(query: QueryDict) -> Filters:
    """Filters from the address; unknown values simply find nothing."""
    values: dict[str, Any] = {name: query.get(name, "").strip()[:100] for name in FILTER_NAMES}
    values["sort"] = values["sort"] or "due"
    for name in ("since", "until"):
        values[name] = query.get(name, "").strip()[:10] or None
    for name in ("mine", "untaken", "done", "all"):
        values[name] = query.get(name) == "1"
    return Filters(**values)


def kept_query(query: QueryDict, **changes: str) -> str:
    """The present filters as a query string, without the page."""
    kept = query.copy()
    for name in ("page", "after"):
        kept.pop(name, None)
    for name, value in changes.items():
        kept[name] = value
    return kept.urlencode()


def fields_of(post: QueryDict, schema: dict[str, Any]) -> dict[str, Any]:
    """What was said in a form, by the action's schema: names ``field.<name>``. Unasked names are ignored here."""
    found: dict[str, Any] = {}
    for name, spec in schema.get("properties", {}).items():
        key, kind = f"field.{name}", spec.get("x-kind")
        if kind == "choices":
            found[name] = post.getlist(key)
        elif kind == "boolean":
            found[name] = post.get(key) in ("1", "true", "on")
        elif kind == "list" and key in post:
            found[name] = "\n".join(post.getlist(key))
        elif key in post:
            found[name] = post[key]
    return found


def matter_options(actor: Actor) -> list[tuple[str, str]]:
    """Matters of the actor's open work, named. Names are kept in the process."""
    keys = _matters_of_work(actor)
    for key in keys:
        if key not in _matter_names:
            named = tasks_in_scope(actor).filter(matter=key).order_by("sort_at", "id")
            _matter_names[key] = named.values_list("case__matter_name", flat=True).first() or {"zh": key}
    return sorted(((key, say(_matter_names[key])) for key in keys), key=lambda pair: pair[1])


@remembered(10.0)
def _matters_of_work(actor: Actor) -> list[str]:
    """Only what the list may be narrowed to: a matter that appears for the first time may show seconds later."""
    keys = tasks_in_scope(actor).exclude(matter="").values_list("matter", flat=True).distinct().order_by()
    return list(keys[:200])


def state_options() -> list[tuple[str, str]]:
    """States of the installed machines an official may have to act in."""
    return [(key, name.say()) for key, name in _states_of_work()]


@remembered(5.0)
def _states_of_work() -> list[tuple[str, Text]]:
    found: dict[str, Text] = {}
    for row in machines():
        for key, state in machine(row["key"]).states.items():
            if state.owner not in ("", "applicant", "system"):
                found.setdefault(key, state.name)
    return list(found.items())


def channel_options() -> list[tuple[str, str]]:
    """Channels, named."""
    return [(key, say(name)) for key, name in CHANNELS.items()]


def organisation_name(code: str) -> str:
    """Short name of a unit, the code when unknown."""
    from citybrain.hub.identity import api as identity

    try:
        unit = identity.organisation(code)
    except NotFound:
        return code
    return say(unit.short) or say(unit.name)


def division_name(code: str) -> str:
    """Name of a place, "" when unknown."""
    from citybrain.hub.places import api as places

    try:
        return places.path_name(code) if code else ""
    except NotFound:
        return code
