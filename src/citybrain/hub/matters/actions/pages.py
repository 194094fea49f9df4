"""One request of an application page: save, add or remove a row, pick the next division step, upload."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from citybrain.hub.cases import api as cases
from citybrain.hub.matters.actions.application import application_of
from citybrain.hub.matters.actions.apply import save_answers
from citybrain.hub.matters.actions.materials import give_materials
from citybrain.hub.matters.data import PageView
from citybrain.hub.matters.queries.applications import MATERIALS, going_on, page_of
from citybrain.kernel.actor import Actor
from citybrain.kernel.errors import FieldProblem

STAY = ("_add", "_remove", "_pick", "_remove_file")


def save_page(case_id: UUID, page: str, post: Any, files: Any = None, *, by: Actor) -> PageView:
    """Save what a page sent. ``problems`` empty and ``next`` set: go on (``review`` after the last page).

    Buttons: ``_add=<block>``, ``_remove=<block>.<n>``, ``_pick=<field>``, ``_remove_file=<id>`` save without complaint
    and show the page again (``next`` empty); ``_action=later`` saves and goes nowhere (``next`` = ``later``).
    Malformed input becomes problems; NotFound, NotAllowed and Conflict pass.
    """
    flat = dict(cases.forms.flat(post))
    stay = next((name for name in STAY if flat.get(name)), "")
    later = (flat.get("_action") or [""])[-1] == "later"
    rows = _rows(flat, stay)
    if page == MATERIALS:
        problems = give_materials(case_id, by=by, post=flat, files=files)
        return _after(by, case_id, page, problems, stay=stay, later=later, rows=rows)
    if stay == "_remove":
        flat = _without_row(flat, flat["_remove"][-1])
    _, answers = save_answers(case_id, by=by, page=page, post=flat)
    problems = list(answers.problems)
    if files:
        problems += give_materials(case_id, by=by, post=flat, files=files)
    return _after(by, case_id, page, problems, stay=stay, later=later, rows=rows, raw=answers.raw)


def _after(
    by: Actor, case_id: UUID, page: str, problems: list[FieldProblem], *, stay: str, later: bool,
    rows: Mapping[str, int], raw: Mapping[str, Any] | None = None,
) -> PageView:  # fmt: skip
    app = application_of(by, case_id)
    shown = [] if stay or later else problems
    if page == MATERIALS and stay:
        shown = problems
    if not stay and not shown:  # the person goes on: the page itself is not shown again
        return going_on(app, by, page, "later" if later else "")
    view = page_of(app, by, page, rows=rows, raw=raw, problems=shown)
    follow = "later" if later else "" if stay or shown else view.next
    return PageView(view.case_id, view.record, page, view.view, view.slots, view.pages, tuple(shown), follow)


def _rows(flat: Mapping[str, list[str]], stay: str) -> dict[str, int]:
    """How many rows a block shows after "add another": those sent and one more."""
    if stay != "_add":
        return {}
    block = flat["_add"][-1]
    sent = {key.split(".")[1] for key in flat if key.startswith(f"{block}.") and key.count(".") >= 2}
    return {block: min(len(sent), 200) + 1}


def _without_row(flat: Mapping[str, list[str]], which: str) -> dict[str, list[str]]:
    return {key: values for key, values in flat.items() if not key.startswith(f"{which}.")}
