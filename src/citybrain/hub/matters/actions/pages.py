"""One request of an application page: save, add or remove a row, pick the next division step, upload."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

from django.db import transaction

from citybrain.hub.cases import api as cases
from citybrain.hub.matters.actions.application import Application, application_in
from citybrain.hub.matters.actions.apply import answer_page
from citybrain.hub.matters.actions.materials import give_to
from citybrain.hub.matters.data import PageView
from citybrain.hub.matters.queries.applications import MATERIALS, going_on, page_of
from citybrain.kernel.actor import Actor
from citybrain.kernel.errors import FieldProblem

IN_FORM = ("certificate.", "promise.")
"""Materials can stand on a form page too, with a certificate or a promise instead of a file."""
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
    if stay == "_remove":
        flat = _without_row(flat, flat["_remove"][-1])
    raw, problems = None, []
    with transaction.atomic():
        work = cases.filling(case_id, by=by)
        app = application_in(work.view())
        if page != MATERIALS:
            app, answers = answer_page(work, app, by, page, flat)
            raw, problems = answers.raw, list(answers.problems)
        if page == MATERIALS or files:
            problems += give_to(work, app, by=by, post=flat, files=files)
        work.write()
    app = replace(app, case=work.view())
    return _after(app, by, page, problems, stay=stay, later=later, rows=rows, raw=raw)


def _after(
    app: Application, by: Actor, page: str, problems: list[FieldProblem], *, stay: str, later: bool,
    rows: Mapping[str, int], raw: Mapping[str, Any] | None = None,
) -> PageView:  # fmt: skip
    shown = [] if stay or later else problems
    if page == MATERIALS and stay:
        shown = problems
    if not stay and not shown:  # the person goes on: the page itself is not shown again
        return going_on(app, page, "later" if later else "")
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
