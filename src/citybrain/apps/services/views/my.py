"""My space: a citizen's own cases, what they have to do next, progress, and the rating of the service."""

from typing import Any
from uuid import UUID

from django.contrib import messages as flash
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from citybrain.apps.services.actions import rating
from citybrain.apps.services.data import GRADES
from citybrain.hub.cases import api as cases
from citybrain.hub.certificates import api as certificates
from citybrain.hub.messages import api as messages
from citybrain.kernel.errors import CityError, FieldProblem, Invalid
from citybrain.kernel.guard import guard
from citybrain.kernel.text import say

PAGE_SIZE = 20
MOST_FILES = 10
APPLICANT_HIDDEN = {"submit"}  # done on the review page, not as a bare button
BAD_TAGS = ("slow", "rude", "unclear", "extra_materials", "many_visits", "system_fault")
GOOD_TAGS = ("fast", "friendly", "clear", "no_visit", "few_materials")


def tag_names() -> dict[str, str]:
    """What a person can tick beside the grade."""
    return {
        "fast": _("Fast"),
        "friendly": _("Friendly"),
        "clear": _("Clear explanation"),
        "no_visit": _("No visit needed"),
        "few_materials": _("Few materials"),
        "slow": _("Too slow"),
        "rude": _("Unfriendly"),
        "unclear": _("Unclear explanation"),
        "extra_materials": _("Asked for more than the guide says"),
        "many_visits": _("Too many visits"),
        "system_fault": _("The system did not work"),
    }


@guard("services.apply")
@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """What waits for me, my latest cases, certificates and messages."""
    actor = request.actor
    mine = cases.my_cases(actor, size=6)
    waiting = cases.my_cases(actor, waiting_for_me=True, size=10)
    return render(
        request,
        "services/my/home.html",
        {
            "waiting": waiting.rows,
            "cases": mine.rows,
            "more_cases": mine.has_next,
            "certificates": certificates.wallet(actor)[:4],
            "unread": messages.unread_count(actor),
        },
    )


@guard("services.apply")
@require_GET
def case_list(request: HttpRequest) -> HttpResponse:
    """All my cases, with search and filter."""
    q, show = request.GET.get("q", "").strip()[:60], request.GET.get("show", "")
    page = cases.my_cases(
        request.actor,
        q=q,
        done={"open": False, "done": True}.get(show),
        page=positive(request.GET.get("page")),
        size=PAGE_SIZE,
    )
    return render(request, "services/my/cases.html", {"page": page, "q": q, "show": show})


@guard("services.apply")
@require_GET
def case_page(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Progress of one of my cases: the step, what I have to do, the timeline, the documents."""
    return _case_page(request, case_id)


def _case_page(
    request: HttpRequest, case_id: UUID, *, action: str = "", values: dict[str, Any] | None = None,
    problems: list[FieldProblem] | None = None, status: int = 200,
) -> HttpResponse:  # fmt: skip
    """The page; after a refused act with what was typed and what is wrong with it, at the fields."""
    actor = request.actor
    view = cases.case_for(actor, case_id, purpose="own")
    record = view.record
    if record.state == "draft":
        return redirect("services:apply", case_id=case_id)
    timeline = tuple(cases.timeline(actor, case_id))
    problems = problems or []
    return render(
        request,
        "services/my/case.html",
        {
            "told": told_by(timeline, view),
            "view": view,
            "case": record,
            "actions": [a for a in cases.actions_for(actor, case_id) if a.action not in APPLICANT_HIDDEN],
            "timeline": timeline,
            "documents": cases.documents(actor, case_id),
            "certificates": certificates.of_case(actor, case_id),
            "rating": rating.rating_of(case_id),
            "ratable": record.state in rating.RATABLE,
            "grades": GRADES,
            "wanted": wanted(view, request.POST if problems else None),
            "acted": action,
            "values": values or {},
            "problems": problems,
            "errors": {p.path.removeprefix("field."): p.message for p in problems},
        },
        status=status,
    )


def wanted(view: cases.CaseView, sent: Any = None) -> list[dict[str, Any]]:
    """Materials the applicant is asked for, with the files given already; after a refused attempt also those that
    the same attempt has just added, so that nothing has to be chosen twice."""
    asked = set((sent or {}).get("asked", "").split()) if sent else set()
    return [
        {
            "key": m.key,
            "name": m.name,
            "note": m.note,
            "files": [
                {"name": f.name, "size": f.size, "href": reverse("cases:attachment", args=[f.case_id, f.id])}
                for f in m.attachments
            ],
        }
        for m in view.materials
        if m.state in {"wanted", "missing"} or m.key in asked
    ]


@guard("services.apply")
@require_POST
def case_act(request: HttpRequest, case_id: UUID, action: str) -> HttpResponse:
    """The applicant acts: submit a correction, add missing materials, withdraw. What is wrong is said at its field,
    with everything that was typed and every file that was fine kept."""
    actor = request.actor
    view = cases.case_for(actor, case_id, purpose="own")
    offered = next((a for a in cases.actions_for(actor, case_id) if a.action == action), None)
    data = said(request.POST, offered.fields if offered else {})
    problems = [p for m in view.materials for p in take_files(request, case_id, m.key)]
    try:
        if not problems:
            cases.act(case_id, action, by=actor, data=data, idempotency_key=request.POST.get("key", "")[:200])
            flash.success(request, _("Done. You can follow every step on this page."))
            return redirect("services:case", case_id=case_id)
    except Invalid as error:
        problems = [
            FieldProblem(f"field.{p.path}" if p.path else "", p.code, p.message) for p in error.problems
        ]
    except CityError as error:
        if error.status not in (403, 409):
            raise
        problems = [FieldProblem("", error.code, error.message)]
        return _case_page(
            request, case_id, action=action, values=data, problems=problems, status=error.status
        )
    return _case_page(request, case_id, action=action, values=data, problems=problems, status=422)


def said(post: Any, schema: dict[str, Any]) -> dict[str, Any]:
    """What was typed, by the action's fields (``field.<name>``): several ticks as a list, a tick as a truth."""
    asked = schema.get("properties", {})
    found: dict[str, Any] = {}
    for key in post:
        name = key.removeprefix("field.")
        if name == key:
            continue
        kind = asked.get(name, {}).get("x-kind")
        if kind == "choices":
            found[name] = post.getlist(key)
        elif kind == "boolean":
            found[name] = post.get(key) in ("1", "true", "on", "yes")
        else:
            found[name] = post.get(key)
    return found


def take_files(request: HttpRequest, case_id: UUID, key: str) -> list[FieldProblem]:
    """Attach what was uploaded for a material; what is wrong with a file is said at that material."""
    problems = []
    for upload in request.FILES.getlist(f"material.{key}")[:MOST_FILES]:
        try:
            cases.attach(case_id, upload, by=request.actor, material=key)
        except CityError as error:
            problems.append(FieldProblem(f"material.{key}", error.code, f"{str(upload.name)[:60]}: {error}"))
    return problems


@guard("services.apply")
@require_http_methods(["GET", "POST"])
def rate(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """好差评: five grades, none chosen for you; tags and words if you like."""
    actor = request.actor
    problems: list = []
    if request.method == "POST":
        grade = request.POST.get("grade", "")
        try:
            rating.rate_case(
                case_id,
                grade=int(grade) if grade in {"1", "2", "3", "4", "5"} else None,
                by=actor,
                text=request.POST.get("text", "").strip(),
                tags=[t for t in request.POST.getlist("tags") if t in tag_names()],
                anonymous=request.POST.get("anonymous") == "yes",
            )
        except Invalid as error:
            problems = error.problems
        else:
            flash.success(request, _("Thank you. Your rating has been recorded."))
            return redirect("services:case", case_id=case_id)
    return render(
        request,
        "services/my/rate.html",
        {
            "case": cases.case_for(actor, case_id, purpose="rate", parts=()).record,
            "rating": rating.rating_of(case_id),
            "grades": GRADES,
            "tags": tag_names(),
            "good_tags": GOOD_TAGS,
            "bad_tags": BAD_TAGS,
            "problems": problems,
            "posted": request.POST,
        },
        status=422 if problems else 200,
    )


def told_by(timeline: tuple[cases.TransitionRecord, ...], view: cases.CaseView) -> dict[str, Any]:
    """What the unit told the applicant with the step that led here: what is missing, and why."""
    last = next((t for t in reversed(timeline) if t.public and t.to_state == view.record.state), None)
    if last is None:
        return {"items": [], "reason": ""}
    names = {m.key: say(m.name) for m in view.materials}
    items = last.data.get("items") or []
    keys = [
        i.get("key", "") if isinstance(i, dict) else str(i)
        for i in (items if isinstance(items, list) else [items])
    ]
    return {
        "items": [names.get(key, key) for key in keys if key],
        "reason": str(last.data.get("reason") or ""),
    }


def positive(raw: str | None) -> int:
    """Page number from a query string; nonsense is page 1."""
    return max(1, min(int(raw), 10_000)) if raw and raw.isdecimal() and len(raw) < 8 else 1


__all__ = ["case_act", "case_list", "case_page", "home", "positive", "rate"]
