"""Rows of a dataset under guard, their export, and the log of who read what. Every reading says its purpose."""

from datetime import date, datetime, time, timedelta
from uuid import UUID

from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from citybrain.hub.data.catalogue.queries.access import resource_for
from citybrain.hub.data.catalogue.queries.known import unit_name
from citybrain.hub.data.catalogue.queries.resources import dataset_of
from citybrain.hub.data.domain.csv_text import csv_text
from citybrain.hub.data.domain.statement import condition
from citybrain.hub.data.models import ReadLog, Resource
from citybrain.hub.data.permissions import EXPORT, LOG, VIEW
from citybrain.hub.data.queries.read import personal, read
from citybrain.hub.data.views.asked import asked
from citybrain.kernel import clock
from citybrain.kernel.errors import FieldProblem, Invalid
from citybrain.kernel.expressions import ExpressionError
from citybrain.kernel.guard import guard
from citybrain.kernel.text import Text

PAGE = 20
LOG_PAGE = 50
MOST_EXPORTED = 20_000


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
    head, rows = [c.title.say() for c in found.columns], found.rows
    if any(found.disputed):
        flags = [_("yes") if under else "" for under in found.disputed]
        head = [*head, _("Under objection")]
        rows = tuple((*row, flag) for row, flag in zip(rows, flags, strict=True))
    return csv_answer(key, head, rows)


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
    """Who read which dataset, when, for what, newest first; by dataset, kind and days. CSV with ``as=csv``.

    Pages follow one another by the last line shown: the log grows without end and is never counted.
    """
    said = {name: asked(request.GET, name) for name in ("dataset", "kind", "since", "until", "after")}
    lines, problems = chosen_lines(said)
    if request.GET.get("as") == "csv":
        head = [
            _("Time"),
            _("Who"),
            _("Unit"),
            _("Dataset"),
            _("Kind"),
            _("Rows"),
            _("Purpose"),
            _("Condition"),
        ]
        return csv_answer("use-of-data", head, [exported_line(line) for line in lines[:MOST_EXPORTED]])
    shown = list(lines[: LOG_PAGE + 1])
    more, shown = len(shown) > LOG_PAGE, shown[:LOG_PAGE]
    named = Resource.objects.filter(pk__in={key for line in shown for key in line.dataset.split(", ")})
    context = {
        "lines": shown, "asked": said, "problems": problems, "next": str(shown[-1].pk) if more else "",
        "titles": {row.pk: row.title for row in named}, "units": {u: unit_name(u) for u in {x.organisation for x in shown}},
    }  # fmt: skip
    return render(request, "data/log.html", context, status=422 if problems else 200)


def chosen_lines(said: dict[str, str]) -> tuple[QuerySet[ReadLog], list[FieldProblem]]:
    """Lines of the log as asked for, newest first, and what of the question cannot be read."""
    lines, wrong = ReadLog.objects.order_by("-at", "-pk"), []
    if said["dataset"]:
        word = said["dataset"]
        titled = Q(title__zh__icontains=word) | Q(title__en__icontains=word)
        keys = Resource.objects.filter(titled).values_list("key", flat=True)[:500]
        lines = lines.filter(dataset__in=[word, *keys])
    lines = lines.filter(kind=said["kind"]) if said["kind"] else lines
    for name, edge in (("since", "at__gte"), ("until", "at__lt")):
        try:
            day = date.fromisoformat(said[name]) if said[name] else None
        except ValueError:
            wrong.append(FieldProblem(name, "date", _("Write the day as 2026-03-01.")))
            continue
        if day:
            moment = datetime.combine(
                day + timedelta(days=name == "until"), time(), tzinfo=clock.local().tzinfo
            )
            lines = lines.filter(**{edge: moment})
    last = ReadLog.objects.filter(pk=said["after"]).first() if is_id(said["after"]) else None
    return lines.filter(Q(at__lt=last.at) | Q(at=last.at, pk__lt=last.pk)) if last else lines, wrong


def is_id(text: str) -> bool:
    """Whether this can be the number of a line."""
    try:
        return bool(UUID(text))
    except ValueError:
        return False


def exported_line(line: ReadLog) -> list[object]:
    """One line of the log as CSV."""
    who = line.actor.get("name", "")
    return [
        line.at,
        who,
        unit_name(line.organisation),
        line.dataset,
        line.kind,
        line.rows,
        line.purpose,
        line.condition,
    ]
