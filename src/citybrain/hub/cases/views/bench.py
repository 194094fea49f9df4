"""The work list of a post: filter, search, take many, hand over, export."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from uuid import UUID

from django.contrib import messages as flash
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from citybrain.hub.cases.actions import bench as actions
from citybrain.hub.cases.data import Filters
from citybrain.hub.cases.domain.words import CHANNELS
from citybrain.hub.cases.queries import open_tasks, scope, worklists
from citybrain.hub.cases.queries.records import record
from citybrain.hub.cases.views.shared import (
    channel_options,
    filters_of,
    kept_query,
    matter_options,
    organisation_name,
    state_options,
)
from citybrain.hub.data import api as data
from citybrain.hub.identity import api as identity
from citybrain.kernel import audit, clock
from citybrain.kernel.actor import Actor
from citybrain.kernel.errors import CityError, FieldProblem, Invalid
from citybrain.kernel.guard import guard
from citybrain.kernel.text import say

EXPORT_MOST = 10_000
PAGE = 20
BULK = {
    "receive": "cases.receiver",
    "accept": "cases.reviewer",
    "take": "",
    "release": "",
    "assign": "cases.assign",
}


@guard("cases.work")
@require_GET
def worklist(request: HttpRequest) -> HttpResponse:
    """Open work (or finished cases with ``?done=1``), due first."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    filters, problems = filters_of(request.GET), []
    counted = open_tasks.counts(actor)
    place = request.GET.get("after") or request.GET.get("page") or 1
    try:
        page = worklists.worklist(actor, filters, place, PAGE, worklists.known(filters, counted))
    except Invalid as error:
        problems = error.problems
        page = worklists.worklist(actor, Filters(), 1, PAGE)
    context = {
        "page": page, "filters": filters, "counts": counted, "count_to": open_tasks.COUNT_TO, "problems": problems,
        "matters": matter_options(actor), "states": state_options(), "channels": channel_options(),
        "kept": kept_query(request.GET), "tabs": _tabs(request), "bulk": [a for a in BULK if _offers(actor, a)],
        "organisation_name": organisation_name, "channel_names": CHANNELS,
        "colleagues": _colleagues(actor) if actor.may("cases.assign") else [],
    }  # fmt: skip
    return render(request, "cases/worklist.html", context)


def _offers(actor: Actor, action: str) -> bool:
    return not BULK[action] or actor.may(BULK[action])


def _tabs(request: HttpRequest) -> list[dict[str, Any]]:
    shown = next((name for name in ("done", "mine", "all") if request.GET.get(name) == "1"), "open")
    return [
        {"label": _("Open work"), "href": "?", "current": shown == "open"},
        {"label": _("Taken by me"), "href": "?mine=1", "current": shown == "mine"},
        {"label": _("All open in my units"), "href": "?all=1", "current": shown == "all"},
        {"label": _("Closed cases"), "href": "?done=1", "current": shown == "done"},
    ]


def _colleagues(actor: Actor) -> list[tuple[str, str]]:
    """Accounts an assigner may give work to, in the actor's own unit."""
    found: dict[UUID, None] = {}
    for word in scope.ROLE_WORDS:
        found.update(dict.fromkeys(identity.persons_holding(word.split(".")[1], actor.organisation)))
    names = identity.account_names(list(found))
    return [(str(pk), names.get(pk) or str(pk)[-6:]) for pk in found]


@guard("cases.work")
@require_POST
def bulk(request: HttpRequest) -> HttpResponse:
    """The same step for the ticked cases. Each stands for itself: what was refused is said, the rest is done."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    action = request.POST.get("bulk", "")
    if action not in BULK or not _offers(actor, action):
        raise Invalid([FieldProblem("bulk", "choice", _("Choose what to do with the ticked cases."))])
    pairs = [_pair(raw) for raw in request.POST.getlist("row")[: actions.MOST_AT_ONCE]]
    done, refused = _do_bulk(actor, action, pairs, request.POST.get("to_account", ""))
    if done:
        text = ngettext("%(n)d case done.", "%(n)d cases done.", done) % {"n": done}
        flash.success(request, text)
    for sentence in refused[:5]:
        flash.warning(request, sentence)
    if not pairs:
        flash.warning(request, _("Tick at least one case."))
    return redirect("cases:worklist")


def _pair(raw: str) -> tuple[UUID, UUID | None]:
    try:
        case_id, _sep, task_id = raw.partition(":")
        return UUID(case_id), UUID(task_id) if task_id else None
    except ValueError:
        raise Invalid([FieldProblem("row", "choice", _("This case is not on the list."))]) from None


def _do_bulk(actor: Actor, action: str, pairs: list, to_account: str) -> tuple[int, list[str]]:
    done, refused = 0, []
    if action in ("receive", "accept"):
        results = actions.bulk_act([case_id for case_id, _t in pairs], action, by=actor)
        refused = [str(error) for error in results.values() if error]
        return len(results) - len(refused), refused
    for _case_id, task_id in pairs:
        try:
            if task_id is None:
                continue
            if action == "assign":
                actions.assign([task_id], to_account=_account(to_account), by=actor)
            else:
                (actions.take if action == "take" else actions.release)(task_id, by=actor)
            done += 1
        except CityError as error:
            refused.append(str(error))
    return done, refused


def _account(raw: str) -> UUID:
    try:
        return UUID(raw)
    except ValueError:
        raise Invalid([FieldProblem("to_account", "choice", _("Choose a colleague."))]) from None


@guard("cases.assign")
@require_http_methods(["GET", "POST"])
def hand_over(request: HttpRequest) -> HttpResponse:
    """Hand the open tasks of an absent colleague to another."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    colleagues, problems = _colleagues(actor), []
    if request.method == "POST":
        try:
            moved = actions.hand_over(
                from_account=_account(request.POST.get("from_account", "")),
                to_account=_account(request.POST.get("to_account", "")), by=actor,
            )  # fmt: skip
            flash.success(
                request, ngettext("%(n)d task handed over.", "%(n)d tasks handed over.", moved) % {"n": moved}
            )
            return redirect("cases:worklist")
        except Invalid as error:
            problems = error.problems
    context = {"colleagues": colleagues, "problems": problems}
    return render(request, "cases/hand_over.html", context, status=422 if problems else 200)


# export ------------------------------------------------------------------------------------------------------------


@guard("cases.export")
@require_GET
def export(request: HttpRequest) -> StreamingHttpResponse:
    """The list as CSV (UTF-8 with mark), at most 10,000 rows, no personal names, no formulas. Audited."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    filters = filters_of(request.GET)
    rows = _export_rows(actor, filters)
    audit.record("cases.export", by=actor, obj="cases:list", after={"filters": request.GET.urlencode()[:500]},
                 purpose=request.GET.get("purpose", "")[:200])  # fmt: skip
    response = StreamingHttpResponse(rows, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="cases-{clock.today():%Y%m%d}.csv"'
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "no-store"
    return response


class _Line:
    """csv.writer writes to it and takes the line back."""

    def write(self, text: str) -> str:
        return text


def _export_rows(actor: Actor, filters: Filters) -> Iterator[str]:
    writer = csv.writer(_Line())
    head = [
        _("Case number"), _("Matter"), _("Responsible unit"), _("Division"), _("Channel"), _("State"), _("Outcome"), _("Light"),
        _("Submitted at"), _("Received at"), _("Accepted at"), _("Due"), _("Decided at"), _("Closed at"), _("Demo data"),
    ]  # fmt: skip
    lines = ["\ufeff" + writer.writerow(head)]
    chosen = replace(filters, all=not filters.done)
    now = clock.now()
    for case in worklists.filtered_cases(actor, chosen).order_by("-opened_at", "-id")[:EXPORT_MOST]:
        lines.append(writer.writerow([data.safe_cell(cell) for cell in _cells(record(case, now=now))]))
    return iter(lines)


def _cells(row: Any) -> list[Any]:
    dates = [row.submitted_at, row.received_at, row.accepted_at, row.due_at, row.decided_at, row.closed_at]
    shown = [f"{clock.local(d):%Y-%m-%d %H:%M}" if d else "" for d in dates]
    return [
        row.case_no, say(row.matter_name), row.organisation, row.division, say(CHANNELS.get(row.channel)),
        say(row.state_name), row.outcome, row.light, *shown, "1" if row.demo else "",
    ]  # fmt: skip
