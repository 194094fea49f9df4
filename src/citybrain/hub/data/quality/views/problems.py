"""Problem rows of one rule: for the providing department and stewards only, logged like every reading of rows."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from citybrain.hub.data.actions.log_read import log_read
from citybrain.hub.data.data import ResourceRecord
from citybrain.hub.data.models import ProblemRow, QualityResult
from citybrain.hub.data.permissions import EXPORT
from citybrain.hub.data.quality.actions.begin import begin_scan, recheck
from citybrain.hub.data.quality.permissions import CHECK
from citybrain.hub.data.quality.queries.boards import unit_name
from citybrain.hub.data.quality.queries.problems import basis_of, may_unmask, require_reach, result_of, shown
from citybrain.hub.data.quality.records import ProblemRecord
from citybrain.hub.data.quality.views.common import PAGE, WORDS, download, lake_record
from citybrain.hub.data.views.asked import asked
from citybrain.kernel.actor import Actor
from citybrain.kernel.guard import guard


def looked_at(actor: Actor, key: str, rule: str) -> tuple[ResourceRecord, QualityResult]:
    """The table and the rule's result, for an actor who may see its problem rows. NotFound, NotAllowed."""
    record = lake_record(key)
    require_reach(actor, CHECK, record)
    return record, result_of(key, rule)


def item_names(rows: list[ProblemRecord]) -> list[str]:
    """Items the rows have values of, in order."""
    return list(dict.fromkeys(name for row in rows for name in row.values))


def log(actor: Actor, result: QualityResult, names: list[str], rows: int, kind: str, unmasked: bool) -> None:
    """The line every reading of rows leaves."""
    log_read(
        by=actor, dataset=result.resource, kind=kind, columns=names, purpose=f"数据质量整改 {result.rule}", rows=rows,
        condition="", unmasked=unmasked,
    )  # fmt: skip


@guard(CHECK)
def rows(request: HttpRequest, key: str, rule: str) -> HttpResponse:
    """The sample of rows that broke the rule at the last scan."""
    record, result = looked_at(request.actor, key, rule)
    found = ProblemRow.objects.filter(resource=key, rule=result.rule).order_by("id")
    q = asked(request.GET, "q", 80)
    found = found.filter(batch=q) if q else found
    page = Paginator(found, PAGE).get_page(asked(request.GET, "page"))
    unmask = asked(request.GET, "unmask") == "1" and may_unmask(request.actor, record)
    listed = list(shown(page, record, unmask=unmask))
    names = item_names(listed)
    if listed:
        log(request.actor, result, names, len(listed), "problems", unmask)
    context = {
        "entry": record, "owner": unit_name(record.owner), "result": result, "page": page, "rows": listed, "names": names, "q": q,
        "labels": {item.name: item.title for item in record.items}, "basis": basis_of(record, result.rule),
        "may_unmask": may_unmask(request.actor, record), "unmask": unmask,
        "masked": any(item.personal for item in record.items if item.name in names) and not unmask,
        "may_export": request.actor.may(EXPORT), **WORDS,
    }  # fmt: skip
    return render(request, "data/quality/problems.html", context)


@guard(CHECK)
@require_POST
def export(request: HttpRequest, key: str, rule: str) -> HttpResponse:
    """The sample as Excel or CSV for whoever has to put the rows right; audited."""
    record, result = looked_at(request.actor, key, rule)
    unmask = asked(request.POST, "unmask") == "1" and may_unmask(request.actor, record)
    listed = list(
        shown(ProblemRow.objects.filter(resource=key, rule=result.rule).order_by("id"), record, unmask=unmask)
    )
    names = item_names(listed)
    log(request.actor, result, names, len(listed), "export", unmask)
    labels = {item.name: item.title.say() for item in record.items}
    head = [_("Delivery"), _("Row"), *(labels.get(name, name) for name in names), _("What is wrong")]
    wrong = f"{WORDS['kinds'][result.kind].title.say()}"
    body = [[r.batch, r.row, *(r.values.get(name) for name in names), wrong] for r in listed]
    return download(request, f"problems-{key.replace('.', '-')}-{result.rule}", head, body)


@guard(CHECK)
@require_POST
def check(request: HttpRequest, key: str) -> HttpResponse:
    """Scan the table now, or only one rule again."""
    record = lake_record(key)
    require_reach(request.actor, CHECK, record)
    rule = asked(request.POST, "rule")
    if rule:
        recheck(key, [rule], request.actor)
    else:
        begin_scan(key, by=request.actor)
    messages.success(request, _("The check has been queued. This page shows its result when it is done."))
    return redirect("data:quality_problems", key, rule) if rule else redirect("data:quality_resource", key)
