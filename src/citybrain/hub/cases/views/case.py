"""One case on the bench: what it is, what its clock says, what can be done now, what happened."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages as flash
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from citybrain.hub.cases.actions import bench as actions
from citybrain.hub.cases.actions.act import perform
from citybrain.hub.cases.actions.materials import may_fill
from citybrain.hub.cases.data import CaseView
from citybrain.hub.cases.domain.fields import schema
from citybrain.hub.cases.domain.machine import FieldSpec
from citybrain.hub.cases.domain.papers import NAMES as DOCUMENT_NAMES
from citybrain.hub.cases.domain.words import CHANNELS
from citybrain.hub.cases.queries import views, worklists
from citybrain.hub.cases.queries.access import row_for, rows_for
from citybrain.hub.cases.queries.diagrams import diagram_of
from citybrain.hub.cases.queries.reading import PERSONAL
from citybrain.hub.cases.queries.shown import pages_of
from citybrain.hub.cases.views.shared import (
    division_name,
    fields_of,
    filters_of,
    kept_query,
    organisation_name,
)
from citybrain.kernel.actor import Actor
from citybrain.kernel.errors import Conflict, FieldProblem, Invalid, NotAllowed
from citybrain.kernel.guard import SIGNED_IN, guard
from citybrain.kernel.models import AuditEntry
from citybrain.kernel.text import say

SIDE = 12
READERS = 30


@guard(SIGNED_IN)
@require_GET
def detail(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """The case page of officials; an applicant is sent to the portal's own page."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    if actor.kind != "official":
        return _to_portal(actor, case_id)
    return _page(request, case_id)


def _to_portal(actor: Actor, case_id: UUID) -> HttpResponse:
    row_for(actor, case_id)
    try:
        return redirect("services:case", case_id)
    except Exception:  # the portal is not installed here
        return redirect("/")


def _page(
    request: HttpRequest, case_id: UUID, *, action: str = "", values: dict[str, Any] | None = None,
    problems: list[Any] | None = None, status: int = 200,
) -> HttpResponse:  # fmt: skip
    actor: Actor = request.actor  # type: ignore[attr-defined]
    purpose = "handle" if actor.may("cases.work") else "read"
    rows = rows_for(
        actor, case_id, fields=PERSONAL, parts=views.PAGE_PARTS
    )  # read and cleared once for the page
    view = views.case_for(actor, case_id, purpose=purpose, rows=rows)
    side = worklists.first_rows(actor, filters_of(request.GET), SIDE)
    task = next(iter(rows.rows("tasks")), None)
    context = {
        "view": view, "case": view.record, "actions": views.actions_of(actor, rows), "side": side, "task": task,
        "mine": bool(task and task.taken_by and task.taken_by == actor.account_id),
        "timeline": views.timeline_of(actor, rows), "documents": views.documents_of(actor, rows),
        "comments": views.comments_of(actor, rows), "ties": views.ties_of(actor, rows), "svg": diagram_of(rows), "readers": readers(actor, case_id),
        "form_pages": pages_of(view, actor) or form_pages(view), "steps": steps(view), "kept": kept_query(request.GET),
        "organisation": organisation_name(view.record.organisation), "place": division_name(view.record.division),
        "channel": say(CHANNELS.get(view.record.channel)), "opened": action, "values": values or {},
        "problems": problems or [], "fillable": may_fill(actor, rows.case),
        "document_names": DOCUMENT_NAMES, "errors": {p.path.removeprefix("field."): p.message for p in problems or [] if not isinstance(p, str)},
        "typed_comment": request.POST.get("comment", ""),
    }  # fmt: skip
    return render(request, "cases/case.html", context, status=status)


def steps(view: CaseView) -> list[dict[str, str]]:
    """The progress line: done, current, to do."""
    keys = [key for key, _name in view.steps]
    here = keys.index(view.step) if view.step in keys else -1
    over = view.record.finished or view.record.closed_at is not None
    return [
        {
            "label": say(name),
            "state": "done" if i < here or (over and i <= here) else "current" if i == here else "todo",
        }
        for i, (_key, name) in enumerate(view.steps)
    ]


def form_pages(view: CaseView) -> list[dict[str, Any]]:
    """The form as answered, in words; raw pairs when the case has no form."""
    from citybrain.hub.cases.forms import api as forms

    wanted = view.record.context.get("form") or {}
    if wanted.get("key") and view.data:
        try:
            form = forms.form(wanted["key"], wanted.get("version"))
            pages = forms.review_view(
                form, data=view.data, given=view.record.context.get("situation") or {},
                provenance=view.record.context.get("provenance") or {},
            )  # fmt: skip
            return pages
        except (LookupError, ValueError, TypeError, AttributeError, Invalid):
            pass
    rows = [
        {"label": k, "value": v}
        for k, v in view.data.items()
        if isinstance(v, str | int | float) and "__" not in k
    ]
    return [{"title": _("Form"), "rows": rows}] if rows else []


def readers(actor: Actor, case_id: UUID) -> list[dict[str, Any]]:
    """Who looked at this case and why, newest first; for those who may assign."""
    if not actor.may("cases.assign"):
        return []
    rows = AuditEntry.objects.filter(obj=f"case:{case_id}", action__in=("cases.read", "cases.download"))
    return [
        {"at": r.at, "who": (r.actor or {}).get("name", ""), "action": r.action, "purpose": r.purpose}
        for r in rows.order_by("-at")[:READERS]
    ]


# writing -----------------------------------------------------------------------------------------------------------


@guard("cases.work")
@require_POST
def act(request: HttpRequest, case_id: UUID, action: str) -> HttpResponse:
    """One step. Wrong input shows the page again with everything that was typed."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    branch = request.POST.get("branch", "")
    data: dict[str, Any] = {}

    def said(fields: list[FieldSpec]) -> dict[str, Any]:
        """What was typed into the fields of the step; kept for showing the page again."""
        data.update(fields_of(request.POST, schema(fields)))
        return data

    def answered(_fields: list[FieldSpec]) -> dict[str, Any]:
        """What a unit asked for its answer said."""
        data.update({name: request.POST.get(f"field.{name}", "") for name in ("answer", "opinion")})
        data["branch"] = branch
        return data

    raw = request.POST.get("revision", "")
    try:
        run = perform(
            case_id, action, by=actor, data=answered if branch else said, comment=request.POST.get("comment", ""),
            idempotency_key=request.POST.get("key", ""), revision=int(raw) if raw.isdecimal() and len(raw) < 10 else None,
        )  # fmt: skip
    except Invalid as error:
        problems = [FieldProblem(f"field.{p.path}", p.code, p.message) for p in error.problems]
        return _page(request, case_id, action=action, values=data, problems=problems, status=422)
    except (Conflict, NotAllowed) as error:
        return _page(
            request, case_id, action=action, values=data or _typed(request), problems=[error.message],
            status=error.status,
        )  # fmt: skip
    flash.success(request, _("Done: %(action)s") % {"action": run.name_of(action)})
    return redirect("cases:detail", case_id)


def _typed(request: HttpRequest) -> dict[str, Any]:
    """What stood in the fields when the step was refused before they were looked at."""
    return {name[6:]: value for name, value in request.POST.items() if name.startswith("field.")}


@guard("cases.work")
@require_POST
def take(request: HttpRequest, case_id: UUID, task_id: UUID) -> HttpResponse:
    """Take the case's task."""
    actions.take(task_id, by=request.actor)  # type: ignore[attr-defined]
    return redirect("cases:detail", case_id)


@guard("cases.work")
@require_POST
def release(request: HttpRequest, case_id: UUID, task_id: UUID) -> HttpResponse:
    """Give it back."""
    actions.release(task_id, by=request.actor)  # type: ignore[attr-defined]
    return redirect("cases:detail", case_id)


@guard("cases.work")
@require_POST
def comment(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Leave a remark for colleagues."""
    try:
        actions.comment(case_id, request.POST.get("text", ""), by=request.actor)  # type: ignore[attr-defined]
    except Invalid as error:
        return _page(request, case_id, problems=error.problems, status=422)
    return redirect("cases:detail", case_id)
