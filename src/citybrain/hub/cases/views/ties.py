"""Ties of a case to others: which earlier case it follows, which duplicate is merged where; made and taken back here."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages as flash
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from citybrain.hub.cases.actions import links
from citybrain.hub.cases.queries import views
from citybrain.hub.cases.queries.access import rows_for
from citybrain.hub.cases.queries.records import record
from citybrain.kernel.actor import Actor
from citybrain.kernel.errors import Invalid, NotFound
from citybrain.kernel.guard import guard


@guard("cases.work")
@require_http_methods(["GET", "POST"])
def page(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """The ties of one case. A merge is asked back once with what it means; everything is audited."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    said: dict[str, Any] = {
        "what": request.POST.get("what", ""),
        "case_no": request.POST.get("case_no", "")[:60].strip(),
    }
    if request.method == "POST":
        try:
            told = _do(actor, case_id, said, request)
        except Invalid as error:
            return _page(request, case_id, problems=error.problems, **said)
        if told:
            flash.success(request, told)
            return redirect("cases:detail", case_id)
        return _page(
            request, case_id, lead=record(links.mergeable(case_id, said["case_no"], by=actor)), **said
        )
    return _page(request, case_id)


def _do(actor: Actor, case_id: UUID, said: dict[str, Any], request: HttpRequest) -> str:
    """Performs what was asked; "" when a merge has to be confirmed first."""
    match said["what"]:
        case "follow":
            links.follow_number(case_id, said["case_no"], by=actor)
            return _("Linked to the earlier case.")
        case "unfollow":
            links.unfollow(case_id, _id(request.POST.get("other", "")), by=actor)
            return _("The link was removed.")
        case "unmerge":
            links.unmerge(case_id, by=actor)
            return _("The merge was taken back: this case is handled on its own again.")
        case "merge" if request.POST.get("confirm") == "1":
            links.merge(case_id, said["case_no"], by=actor)
            return _("Merged into the lead case.")
        case "merge":
            links.mergeable(case_id, said["case_no"], by=actor)
            return ""
    raise NotFound(code="unknown_tie")


def _id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        return UUID(int=0)


def _page(
    request: HttpRequest,
    case_id: UUID,
    *,
    what: str = "",
    case_no: str = "",
    lead: Any = None,
    problems: Any = (),
) -> HttpResponse:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    rows = rows_for(actor, case_id, parts=("ties",))
    errors = {what: problems[0].message} if problems else {}
    context = {
        "case": record(rows.case), "ties": views.ties_of(actor, rows), "merged": bool(links.merged_into(rows.case)),
        "lead": lead, "what": what, "case_no": case_no, "errors": errors,
    }  # fmt: skip
    return render(request, "cases/ties.html", context, status=422 if problems else 200)
