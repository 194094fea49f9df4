"""Pages of figures: the board, a resource, departments and their cards, valid records. No rows of tables."""

from django.conf import settings
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from citybrain.hub.data.data import CYCLE_DAYS
from citybrain.hub.data.models import (
    ProblemRow,
    QualityProfile,
    QualityResult,
    QualityScan,
    QualityScore,
    Resource,
    ValidRecords,
)
from citybrain.hub.data.permissions import VIEW
from citybrain.hub.data.quality.actions.set_weights import set_weights
from citybrain.hub.data.quality.domain.scoring import LEAST_COVERAGE
from citybrain.hub.data.quality.permissions import CHECK, RULE, WEIGH
from citybrain.hub.data.quality.queries import boards
from citybrain.hub.data.quality.queries.cycle import fresh_since
from citybrain.hub.data.quality.queries.problems import reaches
from citybrain.hub.data.quality.queries.weights import weights
from citybrain.hub.data.quality.views.common import PAGE, WORDS, download, lake_record
from citybrain.hub.data.views.asked import asked
from citybrain.kernel.errors import Invalid, NotFound
from citybrain.kernel.guard import guard
from citybrain.kernel.text import Text


@guard(VIEW)
def board(request: HttpRequest) -> HttpResponse:
    """The city's score with its trend, worst resources, rules that fail most; every resource, searched and paged."""
    said = {name: asked(request.GET, name, 60) for name in ("q", "owner", "order", "page")}
    page = Paginator(boards.scored(said["q"], said["owner"], said["order"]), PAGE).get_page(said["page"])
    rules = boards.worst_rules()
    found = boards.trend("city", "city")
    context = {
        "asked": said, "page": page, "rules": rules, "city": boards.score_of("city", "city"),
        "trend": [(p.day, p.score) for p in found],
        "titles": boards.titles([s.subject for s in page] + [r.resource for r in rules]),
        "names": {s.owner: boards.unit_name(s.owner) for s in page},
        "valid": boards.valid_totals()["counted"]["valid"],
        "has_demo": Resource.objects.filter(kind="lake", demo=True).exists(), "production": settings.MODE == "production",
        **WORDS,
    }  # fmt: skip
    return render(request, "data/quality/board.html", context)


@guard(VIEW)
def resource(request: HttpRequest, key: str) -> HttpResponse:
    """One table: score, dimensions, items, every rule with its result, valid records, what cannot be scanned."""
    record = lake_record(key)
    results = list(
        QualityResult.objects.filter(resource=key, current=True).order_by("-failed", "dimension", "rule")
    )
    scores = QualityScore.objects.filter(
        level__in=("item", "dimension"), subject__startswith=f"{key}#", current=True
    )
    scan = QualityScan.objects.filter(resource=key).exclude(mode="recheck").order_by("-at").first()
    found = boards.trend("resource", key)
    context = {
        "entry": record, "owner": boards.unit_name(record.owner), "results": results,
        "score": boards.score_of("resource", key), "trend": [(p.day, p.score) for p in found],
        "by_dimension": {s.subject.partition("#")[2]: s for s in scores if s.level == "dimension"},
        "by_item": {s.subject.partition("#")[2]: s for s in scores if s.level == "item"},
        "scan": scan, "broken": {rule: Text(**said) for rule, said in (scan.broken if scan else {}).items()},
        "valid": ValidRecords.objects.filter(resource=key, current=True).first(),
        "sampled": set(ProblemRow.objects.filter(resource=key).values_list("rule", flat=True).distinct()),
        "profile": QualityProfile.objects.filter(pk=key).first(), "weights": weights(), "fresh_since": fresh_since(record),
        "may_check": reaches(request.actor, CHECK, record.owner), "may_rule": reaches(request.actor, RULE, record.owner),
        **WORDS,
    }  # fmt: skip
    return render(request, "data/quality/resource.html", context)


@guard(VIEW)
def departments(request: HttpRequest) -> HttpResponse:
    """Who provides how well: every department once, with rows and coverage; CSV or Excel."""
    found = boards.standings()
    q = asked(request.GET, "q", 60)
    found = [one for one in found if not q or q in one[1] or q in one[0].code]
    if request.GET.get("format"):
        head = [_("Rank"), _("Department"), _("Score"), _("Rows checked"), _("Tables checked"), _("Tables provided"), _("Problem rows")]  # fmt: skip
        rows = [
            [s.rank or "", name, s.score, s.rows, s.checked, s.provided, problems]
            for s, name, problems in found
        ]
        return download(request, "quality-departments", head, rows)
    page = Paginator(found, PAGE).get_page(asked(request.GET, "page"))
    context = {"page": page, "q": q, "least": int(LEAST_COVERAGE * 100)}
    return render(request, "data/quality/departments.html", context)


@guard(VIEW)
def department(request: HttpRequest, code: str) -> HttpResponse:
    """The card of one department: score and trend, place, its tables."""
    place = next((s for s, _name, _n in boards.standings() if s.code == code), None)
    if place is None:
        raise NotFound(_("This unit provides no tables."))
    page = Paginator(boards.scored("", code, "worst"), PAGE).get_page(asked(request.GET, "page"))
    found = boards.trend("department", code)
    context = {
        "place": place, "name": boards.unit_name(code), "page": page, "titles": boards.titles([s.subject for s in page]),
        "trend": [(p.day, p.score) for p in found],
        "rules": QualityResult.objects.filter(owner=code, current=True, failed__gt=0).order_by("-failed")[:10],
        **WORDS,
    }  # fmt: skip
    return render(request, "data/quality/department.html", context)


@guard(VIEW)
def valid(request: HttpRequest) -> HttpResponse:
    """Valid records: how many count for the target and why the others do not; CSV or Excel."""
    said = {name: asked(request.GET, name, 80) for name in ("q", "owner", "kind", "page")}
    found = boards.valid_rows(said["q"], said["owner"], said["kind"])
    if request.GET.get("format"):
        head = [_("Resource"), _("Provider"), _("Rows"), _("Not published"), _("No key"), _("Breaks a mandatory rule"), _("Past its cycle"), _("Duplicate"), _("Valid rows"), _("Counts"), _("Demo data"), _("Day")]  # fmt: skip
        rows = [
            [r.resource, r.owner, r.rows, r.unpublished, r.no_key, r.broken_rule, r.past_cycle, r.duplicate, r.valid,
             _("yes") if r.counted else _("no"), _("yes") if r.demo else _("no"), r.day.isoformat()]
            for r in found[:20_000]
        ]  # fmt: skip
        return download(request, "valid-records", head, rows)
    page = Paginator(found, PAGE).get_page(said["page"])
    context = {
        "asked": said, "page": page, "totals": boards.valid_totals(), "trend": boards.valid_trend(),
        "titles": boards.titles([r.resource for r in page]), "cycles": CYCLE_DAYS, "production": settings.MODE == "production",
    }  # fmt: skip
    return render(request, "data/quality/valid.html", context)


@guard(VIEW)
def definition(request: HttpRequest) -> HttpResponse:
    """How scores are made, with the weights in force; the form for those who may set them."""
    context = {"weights": weights(), "may_weigh": request.actor.may(WEIGH), "problems": [], **WORDS}
    return render(request, "data/quality/definition.html", context)


@guard(WEIGH)
@require_POST
def weigh(request: HttpRequest) -> HttpResponse:
    """Set the weights."""
    given = {word: asked(request.POST, word, 10) for word in WORDS["dimensions"]}
    try:
        set_weights(given, by=request.actor)
    except Invalid as error:
        context = {"weights": given, "may_weigh": True, "problems": error.problems, **WORDS}
        return render(request, "data/quality/definition.html", context, status=422)
    return redirect("data:quality_definition")
