"""How the case page shows what a case is about when an upper room keeps it: labelled rows that lead to its own pages."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from citybrain.hub.cases.data import CaseView
from citybrain.kernel.actor import Actor

Page = dict[str, Any]  # {title, rows: [{label, value, href}]}, words in the reader's language
Shower = Callable[[CaseView, Actor], list[Page]]
_showers: dict[str, Shower] = {}


def show_case_data(case_type: str, fn: Shower) -> None:
    """Announce how cases of a type are shown; ``fn`` reads only what the actor may see."""
    _showers[case_type] = fn


def pages_of(view: CaseView, actor: Actor) -> list[Page]:
    """The pages of the room that opened the case; none when no room says how."""
    fn = _showers.get(view.record.case_type)
    return fn(view, actor) if fn else []
