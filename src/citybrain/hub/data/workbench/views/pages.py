"""The workbench: what I may ask, the statement, its answer, what I asked before."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_POST

from citybrain.hub.data.models import ReadLog
from citybrain.hub.data.permissions import EXPORT
from citybrain.hub.data.views.rows import csv_answer
from citybrain.hub.data.workbench.actions.run_sql import Found, run_sql
from citybrain.hub.data.workbench.permissions import SQL
from citybrain.hub.data.workbench.queries.tables import readable_tables
from citybrain.kernel import audit, ratelimit
from citybrain.kernel.errors import FieldProblem, Invalid, Unavailable
from citybrain.kernel.guard import guard

SHOWN = 200
BEFORE = 10
ASKED_A_MINUTE = 30
LONGEST = 20_000


@guard(SQL)
@require_http_methods(["GET", "HEAD", "POST"])
def workbench(request: HttpRequest) -> HttpResponse:
    """The page; a POST answers the statement in it."""
    said = {name: typed(request, name) for name in ("sql", "purpose")}
    problems: list[FieldProblem] = []
    found: Found | None = None
    late = ""
    if request.method == "POST":
        ratelimit.allow(f"sql:{request.actor.account_id}", ASKED_A_MINUTE, 60)
        try:
            found = run_sql(request.actor, said["sql"], purpose=said["purpose"], limit=SHOWN)
        except Invalid as error:
            problems = error.problems
        except Unavailable as error:
            late = error.code
    lines = ReadLog.objects.filter(account_id=request.actor.account_id, kind="sql").order_by("-at")[:BEFORE]
    context = {
        "tables": sorted(readable_tables(request.actor).values(), key=lambda s: s.dataset.key), "asked": said,
        "found": found, "problems": problems, "wrong": {p.path: p.message for p in problems}, "late": late,
        "before": lines, "may_export": request.actor.may(EXPORT), "shown": SHOWN,
    }  # fmt: skip
    return render(
        request, "data/workbench/page.html", context, status=422 if problems else 503 if late else 200
    )


@guard(EXPORT)
@require_POST
def export(request: HttpRequest) -> HttpResponse:
    """The answer as CSV, at most a thousand rows, audited; whole tables are asked for by a data request."""
    sql, purpose = typed(request, "sql"), typed(request, "purpose")
    ratelimit.allow(f"sql:{request.actor.account_id}", ASKED_A_MINUTE, 60)
    found = run_sql(request.actor, sql, purpose=purpose)
    after = {"tables": list(found.tables), "rows": len(found.rows)}
    audit.record("data.export_sql", by=request.actor, obj="sql", purpose=purpose[:200], after=after)
    return csv_answer("query", list(found.columns), found.rows)


def typed(request: HttpRequest, name: str) -> str:
    """What was typed, also when an earlier statement is taken up again by its address."""
    source = request.POST if request.method == "POST" else request.GET
    return str(source.get(name, "")).replace("\0", "")[:LONGEST]
