"""Models of the layers on screen: order, newest run, what tests said; building them and filling in from a date."""

from datetime import date, datetime, time, timedelta

from django.contrib import messages as flash
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from citybrain.hub.data.models import Lineage, ModelRun
from citybrain.hub.data.registers.actions.build import begin_build
from citybrain.hub.data.registers.permissions import MODELS
from citybrain.hub.data.registers.queries.models import build_order, model_row, models_alive, newest_runs
from citybrain.hub.data.views.asked import asked
from citybrain.hub.identity import api as identity
from citybrain.kernel import clock
from citybrain.kernel.errors import FieldProblem, Invalid
from citybrain.kernel.guard import guard
from citybrain.kernel.text import say

PAGE = 25


@guard(MODELS)
def listed(request: HttpRequest) -> HttpResponse:
    """Every model in the order it runs, with its newest run; by word and state."""
    rows, runs = models_alive(), newest_runs()
    said = {name: asked(request.GET, name, 60) for name in ("q", "state", "page")}
    found = [(rows[key], runs.get(key)) for key in build_order() if matches(rows[key], runs.get(key), said)]
    page = Paginator(found, PAGE).get_page(said["page"])
    return render(request, "data/registers/models.html", {"page": page, "asked": said})


def matches(row, run: ModelRun | None, said: dict[str, str]) -> bool:
    """Whether a model is looked for."""
    text = f"{row.key} {say(row.title)}".lower()
    state = run.state if run else "never"
    return said["q"].lower() in text and said["state"] in ("", state)


@guard(MODELS)
def detail(request: HttpRequest, key: str) -> HttpResponse:
    """One model: statement, tests, lineage of its items, run history page by page."""
    row = model_row(key)
    edges = Lineage.objects.filter(made_by=f"model:{key}").order_by(
        "downstream_item", "upstream", "upstream_item"
    )
    context = {
        "model": row, "edges": edges, "runs": Paginator(row.runs.all(), PAGE).get_page(asked(request.GET, "page", 6)),
        "may_build": identity.may(request.actor, MODELS, organisation=row.owner),
    }  # fmt: skip
    return render(request, "data/registers/model.html", context)


@guard(MODELS)
@require_POST
def build(request: HttpRequest) -> HttpResponse:
    """Build one model (and what reads it), from a date on when one is given; the right must reach its owner."""
    row = model_row(asked(request.POST, "key", 120))
    identity.require(request.actor, MODELS, organisation=row.owner, obj=f"dataset:{row.key}")
    job = begin_build(
        [row.key], by=request.actor, since=day_of(request, "since"), until=day_of(request, "until"),
        whole=bool(asked(request.POST, "whole")),
    )  # fmt: skip
    flash.success(request, _("The work has begun."))
    return redirect("data:job", job.pk) if request.actor.may("data.work") else redirect("data:model", row.key)


def day_of(request: HttpRequest, name: str) -> datetime | None:
    """A day of a backfill's range: its beginning, or the end of the last day; Invalid when it is none."""
    text = asked(request.POST, name, 10)
    if not text:
        return None
    try:
        day = date.fromisoformat(text) + timedelta(days=name == "until")
    except (ValueError, OverflowError) as error:
        raise Invalid([FieldProblem(name, "date", _("Write the day as 2026-03-01."))]) from error
    return datetime.combine(day, time(), tzinfo=clock.local(clock.now()).tzinfo)
