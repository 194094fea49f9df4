"""Setting a collection up in six steps, each saved, each open again: pick, look, map, rules, try, schedule.

Works without JavaScript; nothing is taken before the last step.
"""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from citybrain.hub.data.collection.actions import collections as actions
from citybrain.hub.data.collection.actions.runs import begin_run
from citybrain.hub.data.collection.actions.sources import upload_source
from citybrain.hub.data.collection.actions.uploads import store_upload
from citybrain.hub.data.collection.connectors import connector
from citybrain.hub.data.collection.domain.checks import Mapped
from citybrain.hub.data.collection.domain.shape import DELIMITERS, ENCODINGS, Shape
from citybrain.hub.data.collection.permissions import COLLECT
from citybrain.hub.data.collection.queries.owned import collection_for, source_for, sources_of
from citybrain.hub.data.collection.queries.preview import preview, tried
from citybrain.hub.data.collection.staging import access
from citybrain.hub.data.collection.views import mapping as maps
from citybrain.hub.data.collection.views import rules as settle
from citybrain.hub.data.collection.views import words
from citybrain.hub.data.collection.views.runs import cells
from citybrain.hub.data.collection.views.units import units_of
from citybrain.hub.data.models import Collection
from citybrain.hub.data.views.asked import asked
from citybrain.kernel.errors import CityError, FieldProblem, Invalid
from citybrain.kernel.guard import guard

LAST = 6
SHOWN_REJECTED = 20
NO_CHOICE = ("upload", "push")  # sources with nothing to choose from


def steps(current: int, reached: int) -> list[dict[str, str]]:
    """The six steps for the bar above every page."""
    titles = [_("Pick"), _("Look"), _("Map"), _("Rules"), _("Try"), _("Schedule")]
    return [
        {"label": title, "state": "current" if n == current else "done" if n < current else "todo"}
        for n, title in enumerate(titles, 1)
    ]


@guard(COLLECT)
def new(request: HttpRequest) -> HttpResponse:
    """Step 1: a file from one's own computer, or a source of one's unit."""
    units = units_of(request.actor)
    sources = [s for s in sources_of(request.actor).filter(active=True) if s.kind != "upload"]
    said = {name: asked(request.POST, name, 120) for name in ("title", "organisation", "source")}
    context = {
        "steps": steps(1, 1),
        "units": units,
        "sources": sources,
        "said": said,
        "problems": [],
        **words.common(),
    }
    if request.method != "POST":
        said["organisation"], said["source"] = request.actor.organisation, asked(request.GET, "source")
        return render(request, "data/collection/wizard/pick.html", context)
    try:
        return redirect(*begun(request, said, dict(units)))
    except Invalid as error:
        context["problems"] = error.problems
        return render(request, "data/collection/wizard/pick.html", context, status=422)


def begun(request: HttpRequest, said: dict[str, str], units: dict[str, str]) -> tuple[Any, ...]:
    """The draft for what was picked, and where to go on."""
    if not said["title"]:
        raise Invalid([FieldProblem("title", "required", _("Give it a name."))])
    if said["source"]:
        source = source_for(request.actor, said["source"])
        made = actions.draft_collection(title=said["title"], source=source, by=request.actor)
        return ("data:wizard_thing", made.pk) if source.kind not in NO_CHOICE else ("data:wizard", made.pk, 2)
    if said["organisation"] not in units:
        raise Invalid([FieldProblem("organisation", "unit", _("Choose your unit."))])
    sample, name = store_upload(request.FILES.get("file"))
    source = upload_source(said["organisation"], by=request.actor)
    made = actions.draft_collection(
        title=said["title"], source=source, thing=name, sample=sample, sample_name=name, by=request.actor
    )
    return "data:wizard", made.pk, 2


@guard(COLLECT)
def thing(request: HttpRequest, collection_id: UUID) -> HttpResponse:
    """Step 1, second half: which table, file or topic of the source."""
    row = collection_for(request.actor, collection_id)
    context: dict[str, Any] = {
        "made": row,
        "steps": steps(1, row.step),
        "problems": [],
        "things": [],
        **words.common(),
    }
    if request.method == "POST":
        chosen = asked(request.POST, "thing", 400)
        if chosen:
            actions.save_step(row, step=2, by=request.actor, thing=chosen, shape={}, columns=[], mapping=[])
            return redirect("data:wizard", row.pk, 2)
        context["problems"] = [FieldProblem("thing", "required", _("Choose one."))]
    try:
        context["things"] = connector(row.source.kind).discover(access(row.source))
    except CityError as error:
        context["problems"] = [FieldProblem("", error.code, error.message)]
    return render(
        request, "data/collection/wizard/thing.html", context, status=422 if context["problems"] else 200
    )


@guard(COLLECT)
def step(request: HttpRequest, collection_id: UUID, number: int) -> HttpResponse:
    """Steps 2 to 6; a step that is not reached yet leads to the one that is."""
    row = collection_for(request.actor, collection_id)
    if row.state != "draft":
        return redirect("data:collection", row.pk)
    if number not in STEPS or number > row.step:
        return redirect("data:wizard", row.pk, min(max(row.step, 2), LAST))
    return STEPS[number](request, row)


# -- 2 look -----------------------------------------------------------------------------------------------------


def look(request: HttpRequest, row: Collection) -> HttpResponse:
    """The typed preview; how the file is read may be changed and looked at again."""
    context: dict[str, Any] = {"made": row, "steps": steps(2, row.step), "problems": [], "seen": None,
                               "encodings": ENCODINGS, "delimiters": delimiters(), **words.common()}  # fmt: skip
    if request.method == "POST":
        row, found = reshaped(request, row)
        context["problems"] = found
    try:
        seen = context["seen"] = preview(row)
    except CityError as error:
        context["problems"] += (
            error.problems if isinstance(error, Invalid) else [FieldProblem("", error.code, error.message)]
        )
        return render(request, "data/collection/wizard/look.html", context, status=422)
    if request.method == "POST" and not context["problems"] and "again" not in request.POST:
        columns = [
            {
                "name": c.name,
                "kind": c.kind,
                "type": c.type,
                "identifier": c.identifier,
                "personal": c.personal,
            }
            for c in seen.columns
        ]
        actions.save_step(row, step=3, by=request.actor, shape=seen.shape.as_dict(), columns=columns)
        return redirect("data:wizard", row.pk, 3)
    return render(
        request, "data/collection/wizard/look.html", context, status=422 if context["problems"] else 200
    )


def delimiters() -> list[tuple[str, str]]:
    """Delimiters with their names."""
    said = {",": _("comma"), "\t": _("tab"), ";": _("semicolon"), "|": _("bar"), "^": _("caret")}
    return [("tab" if sign == "\t" else sign, said[sign]) for sign in DELIMITERS]


def reshaped(request: HttpRequest, row: Collection) -> tuple[Collection, list[FieldProblem]]:
    """The draft with what the person settled about the file's shape."""
    if "kind" not in request.POST:
        return row, []
    said = {
        name: asked(request.POST, name, 2000)
        for name in ("kind", "encoding", "delimiter", "header", "sheet", "layout")
    }
    known = Shape(**row.shape) if row.shape else Shape()
    shape = known.with_values(
        kind=said["kind"] if said["kind"] in ("csv", "excel", "json", "parquet", "fixed") else known.kind,
        encoding=said["encoding"] or known.encoding, sheet=said["sheet"][:100],
        delimiter="\t" if said["delimiter"] == "tab" else said["delimiter"] or known.delimiter,
        header=int(said["header"]) if said["header"].isdigit() and len(said["header"]) < 4 else -1,
        layout=layout_of(said["layout"]),
    )  # fmt: skip
    if word := shape.problem():
        return row, [FieldProblem(word, "shape", _("This value cannot be used."))]
    return actions.save_step(row, step=2, by=request.actor, shape=shape.as_dict()), []


def layout_of(text: str) -> list[list[Any]]:
    """``name 10`` a line as the columns of a fixed-width file."""
    found: list[list[Any]] = []
    for line in text.splitlines()[:500]:
        name, _blank, width = line.strip().rpartition(" ")
        if name and width.isdigit():
            found.append([name.strip()[:100], int(width)])
    return found


# -- 3 map ------------------------------------------------------------------------------------------------------


def mapped(request: HttpRequest, row: Collection) -> HttpResponse:
    """Which column becomes which item of which dataset."""
    table = maps.table_of(request, row)
    context: dict[str, Any] = {"made": row, "steps": steps(3, row.step), "problems": [], "table": table, "personal": words.personal(), **words.common()}  # fmt: skip
    if request.method == "POST" and "choose" not in request.POST:
        mapping, found = maps.settled(table)
        if row.revises_id and table.key != row.resource:
            message = _("A change keeps the dataset; for another one make a new collection.")
            found.append(FieldProblem("resource", "resource", message))
        mapping = maps.with_rules_kept(mapping, row)
        if not found:
            titles = {"resource": table.key, "resource_title": table.title}
            actions.save_step(row, step=4, by=request.actor, mapping=[m.as_dict() for m in mapping], **titles)
            return redirect("data:wizard", row.pk, 4)
        context["problems"] = found
    return render(
        request, "data/collection/wizard/map.html", context, status=422 if context["problems"] else 200
    )


# -- 4 rules ----------------------------------------------------------------------------------------------------


def ruled(request: HttpRequest, row: Collection) -> HttpResponse:
    """Key, mode, cycle and the rules of every item."""
    mapping = [Mapped.from_dict(m) for m in row.mapping]
    said = settle.said_of(request, row, mapping)
    context: dict[str, Any] = {"made": row, "steps": steps(4, row.step), "problems": [], "said": said, "mapping": mapping,
                               "identifiers": words.identifiers(), "follows": settle.follows(row), **words.common()}  # fmt: skip
    if request.method == "POST":
        values, found = settle.settled(said, mapping)
        if not found:
            actions.save_step(row, step=5, by=request.actor, **values)
            return redirect("data:wizard", row.pk, 5)
        context["problems"] = found
    return render(
        request, "data/collection/wizard/rules.html", context, status=422 if context["problems"] else 200
    )


# -- 5 try ------------------------------------------------------------------------------------------------------


def trial(request: HttpRequest, row: Collection) -> HttpResponse:
    """The first thousand rows under the rules; nothing is taken."""
    mapping = [Mapped.from_dict(m) for m in row.mapping]
    context: dict[str, Any] = {
        "made": row,
        "steps": steps(5, row.step),
        "problems": [],
        "mapping": mapping,
        "tried": None,
        **words.common(),
    }
    if request.method == "POST":
        actions.save_step(row, step=6, by=request.actor)
        return redirect("data:wizard", row.pk, 6)
    try:
        answer = tried(row)
    except CityError as error:
        context["problems"] = [FieldProblem("", error.code, error.message)]
        return render(request, "data/collection/wizard/try.html", context, status=422)
    context["tried"] = answer
    context["rows"] = [cells(r.as_dict(), mapping) for r in answer.rejected[:SHOWN_REJECTED]]
    return render(request, "data/collection/wizard/try.html", context)


# -- 6 schedule -------------------------------------------------------------------------------------------------


def schedule(request: HttpRequest, row: Collection) -> HttpResponse:
    """What was settled, at a glance; then it runs."""
    context = {
        "made": row,
        "steps": steps(6, row.step),
        "problems": [],
        "mapping": [Mapped.from_dict(m) for m in row.mapping],
        **words.common(),
    }
    if request.method == "POST":
        try:
            reason = asked(request.POST, "reason", 200)
            made = actions.activate_collection(row, by=request.actor, reason=reason)
        except Invalid as error:
            context["problems"] = error.problems
            return render(request, "data/collection/wizard/schedule.html", context, status=422)
        if "now" in request.POST:
            return redirect("data:collection_run", begin_run(made, by=request.actor).pk)
        return redirect("data:collection", made.pk)
    return render(request, "data/collection/wizard/schedule.html", context)


STEPS: dict[int, Callable[[HttpRequest, Collection], HttpResponse]] = {
    2: look, 3: mapped, 4: ruled, 5: trial, 6: schedule,
}  # fmt: skip
