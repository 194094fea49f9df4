"""Rows of a dataset under guard, their export, and the log of who read what. Every reading says its purpose."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from citybrain.hub.data.catalogue.queries.access import resource_for
from citybrain.hub.data.catalogue.queries.resources import dataset_of
from citybrain.hub.data.domain.csv_text import csv_text
from citybrain.hub.data.domain.statement import condition
from citybrain.hub.data.models import ReadLog
from citybrain.hub.data.permissions import EXPORT, LOG, VIEW
from citybrain.hub.data.queries.read import personal, read
from citybrain.hub.data.views.asked import asked
from citybrain.kernel import clock
from citybrain.kernel.errors import FieldProblem, Invalid
from citybrain.kernel.expressions import ExpressionError
from citybrain.kernel.guard import guard
from citybrain.kernel.text import Text

PAGE = 20
LOG_PAGE = 100


@guard(VIEW)
def sample(request: HttpRequest, key: str) -> HttpResponse:
    """A form for purpose and condition, then up to 20 rows that the actor may see, masked."""
    entry = resource_for(request.actor, key).record()
    said = {name: asked(request.GET, name, 500) for name in ("purpose", "where")}
    context = {"entry": entry, "asked": said, "rows": None, "problems": []}
    status = 200
    if "purpose" in request.GET:
        try:
            refuse_personal(key, said["where"])
            context["rows"] = read(
                request.actor, key, where=said["where"], limit=PAGE, purpose=said["purpose"]
            )
        except (Invalid, ExpressionError) as error:
            context["problems"], status = problems(error), 422
    return render(request, "data/rows.html", context, status=status)


@guard(EXPORT)
@require_POST
def export(request: HttpRequest, key: str) -> HttpResponse:
    """Rows as CSV: the same door, logged and audited, at most 20,000 rows, cells that no spreadsheet runs."""
    said = {name: asked(request.POST, name, 500) for name in ("purpose", "where")}
    entry = resource_for(request.actor, key).record()
    try:
        refuse_personal(key, said["where"])
        found = read(
            request.actor, key, where=said["where"], limit=20_000, purpose=said["purpose"], kind="export"
        )
    except (Invalid, ExpressionError) as error:
        context = {"entry": entry, "asked": said, "rows": None, "problems": problems(error)}
        return render(request, "data/rows.html", context, status=422)
    return csv_answer(key, [c.title.say() for c in found.columns], found.rows)


def refuse_personal(key: str, where: str) -> None:
    """Invalid for a typed condition on a personal item: masked rows would tell by their number what the mask hides, and the
    value would stand in addresses and in the log. ExpressionError when it cannot be read."""
    dataset = dataset_of(key)
    compiled = condition(dataset, where)
    named = sorted(compiled.used & personal(dataset.columns)) if compiled is not None else []
    if named:
        message = _("%(name)s is personal: a condition may not name it.") % {"name": named[0]}
        raise Invalid([FieldProblem("where", "personal", message)])


def csv_answer(name: str, head, rows) -> HttpResponse:
    """A CSV download that browsers neither sniff nor keep."""
    answer = HttpResponse(csv_text(head, rows), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{name}-{clock.local():%Y%m%d-%H%M}.csv"'
    answer["X-Content-Type-Options"], answer["Cache-Control"] = "nosniff", "no-store"
    return answer


def problems(error: Invalid | ExpressionError) -> list[FieldProblem]:
    """What is wrong with purpose or condition, for the error summary."""
    if isinstance(error, Invalid):
        return error.problems
    said = Text(zh=error.zh, en=error.en).say()
    return [FieldProblem("where", "condition", _("The condition cannot be read: %(why)s") % {"why": said})]


@guard(LOG)
def log(request: HttpRequest) -> HttpResponse:
    """Who read which dataset, when, for what; newest first, by dataset when asked."""
    lines = ReadLog.objects.order_by("-at")
    key = asked(request.GET, "dataset", 120)
    lines = lines.filter(dataset=key) if key else lines
    return render(request, "data/log.html", {"lines": lines[:LOG_PAGE], "dataset": key})
