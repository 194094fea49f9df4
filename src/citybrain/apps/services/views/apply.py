"""Applying: situation questions, one question page at a time, check your answers, submit.

The same pages serve a citizen on the phone and a clerk at a window who fills in for the person that was identified.
Everything works without JavaScript; nothing a person typed is lost.
"""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID, uuid4

from django.contrib import messages as flash
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from citybrain.apps.services.actions.window import Visitor
from citybrain.apps.services.queries import slips
from citybrain.apps.services.views.window import is_clerk, receive_if_clerk, served, visitor_of
from citybrain.hub.cases import api as cases
from citybrain.hub.matters import api as matters
from citybrain.kernel.actor import Actor
from citybrain.kernel.errors import Conflict, Invalid, NotAllowed, NotFound
from citybrain.kernel.guard import SIGNED_IN, guard, public

MATERIALS_WORDS = "materials"


def may_apply(actor: Actor) -> None:
    """Citizens apply for themselves, clerks receive for others; other officials do neither."""
    if not (actor.may("services.apply") or actor.may("services.receive")):
        raise NotAllowed(_("Officials apply for their own affairs with their citizen sign-in."))


@guard(SIGNED_IN)
@require_http_methods(["GET", "POST"])
def start(request: HttpRequest, key: str) -> HttpResponse:
    """Situation questions, one after the other; the last answer opens the draft."""
    actor = request.actor
    may_apply(actor)
    guide = matters.guide(key)
    answers = {k.removeprefix("s."): v for k, v in request.POST.items() if k.startswith("s.")}
    view = matters.situations(key, answers)
    if request.method == "POST" and view.refused is None and view.next is None:
        return _open(request, key, view.answers)
    token = request.POST.get("key") or str(uuid4())
    return render(
        request,
        "services/apply/start.html",
        {
            "guide": guide,
            "key": key,
            "view": view,
            "token": token,
            "problems": view.problems if answers else (),
            **desk(request, visitor_of(request) if is_clerk(request) else None),
        },
        status=422 if view.problems and answers else 200,
    )


def _open(request: HttpRequest, key: str, answers: dict[str, str]) -> HttpResponse:
    actor = request.actor
    visitor = visitor_of(request) if is_clerk(request) else None
    if is_clerk(request) and visitor is None:
        flash.error(request, _("Identify the person before receiving an application."))
        return redirect("services:identify")
    try:
        record = matters.start(
            key,
            by=actor,
            answers=answers,
            channel="window" if visitor else "online",
            subject=visitor.subject if visitor else None,
            applicant=visitor.applicant if visitor else None,
            demo=bool(getattr(request.user, "demo", False)),
            idempotency_key=f"start:{request.POST.get('key', '')[:40]}:{visitor.id if visitor else ''}",
        )
    except Conflict as error:
        flash.error(request, str(error))
        return redirect("services:guide", key=key)
    except NotAllowed as error:
        if error.code == "assurance":
            return redirect(f"{reverse('identity:raise_level')}?{urlencode({'next': request.path})}")
        if not visitor:
            raise
        flash.error(request, f"{error.message} {error.todo}".strip())
        return redirect("services:window")
    return redirect("services:apply", case_id=record.id)


@guard(SIGNED_IN)
@require_GET
def resume(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Go on where the draft was left: the first page that is not complete, else the review."""
    page = matters.form_page(request.actor, case_id, "")
    if page.record.state != "draft":
        return _home_of(request, case_id)
    served(request, page.record, "window.resume")
    for key, _title, done in page.pages:
        if not done:
            return redirect("services:apply_page", case_id=case_id, page=key)
    return redirect("services:review", case_id=case_id)


def _home_of(request: HttpRequest, case_id: UUID) -> HttpResponse:
    citizen = request.actor.may("services.apply")
    return redirect("services:case" if citizen else "cases:detail", case_id)


@guard(SIGNED_IN)
@require_http_methods(["GET", "POST"])
def page(request: HttpRequest, case_id: UUID, page: str) -> HttpResponse:
    """One question page (or the materials page)."""
    actor = request.actor
    visitor = at_desk(request, case_id, f"window.fill:{page}")
    if request.method == "POST":
        view = matters.save_page(case_id, page, request.POST, request.FILES, by=actor)
        if view.next == "later":
            flash.success(request, _("Saved. You can come back at any time."))
            return redirect("services:my" if actor.may("services.apply") else "services:window")
        if view.next == "review":
            return redirect("services:review", case_id=case_id)
        if view.next:
            return redirect("services:apply_page", case_id=case_id, page=view.next)
    else:
        view = matters.form_page(actor, case_id, page)
    return render(
        request,
        "services/apply/page.html",
        {
            "page": view,
            "v": view.view,
            "case": view.record,
            "back": _back(case_id, view, visitor),
            **desk(request, visitor),
        },
        status=422 if view.problems else 200,
    )


def at_desk(request: HttpRequest, case_id: UUID, purpose: str) -> Visitor | None:
    """The applicant a clerk serves, when this is their application; None for citizens. NotAllowed otherwise."""
    if not is_clerk(request):
        return None
    return served(request, cases.case_for(request.actor, case_id, purpose="own").record, purpose)


def desk(request: HttpRequest, visitor: Visitor | None) -> dict[str, Any]:
    """What the pages show when a clerk fills in: the bench around it, and for whom it is entered."""
    layout = "ui/layouts/bench.html" if is_clerk(request) else "ui/layouts/public.html"
    return {"layout": layout, "visitor": visitor}


def _back(case_id: UUID, view: matters.PageView, visitor: Visitor | None) -> str:
    keys = [key for key, _title, _done in view.pages]
    at = keys.index(view.key) if view.key in keys else 0
    if at == 0 and visitor:
        return reverse("services:window")
    if at == 0:
        return reverse("services:guide", args=[view.record.matter])
    return reverse("services:apply_page", args=[case_id, keys[at - 1]])


@guard(SIGNED_IN)
@require_http_methods(["GET", "POST"])
def review(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Check your answers, agree to the declaration, submit (once, however often the button is pressed)."""
    actor = request.actor
    visitor = at_desk(request, case_id, "window.review")
    problems: list = []
    if request.method == "POST":
        try:
            record = matters.submit(
                case_id,
                by=actor,
                idempotency_key=f"submit:{request.POST.get('key', '')[:40]}",
                declared=request.POST.get("declared") == "yes",
            )
        except Invalid as error:
            problems = error.problems
        else:
            receive_if_clerk(request, record)
            return HttpResponseRedirect(reverse("services:done", args=[record.id]))
    view = matters.review(actor, case_id)
    if view.record.state != "draft" and request.method == "GET":
        return _home_of(request, case_id)
    return render(
        request,
        "services/apply/review.html",
        {
            "review": view,
            "case": view.record,
            "problems": problems,
            "change": reverse("services:apply_page", args=[case_id, "PAGE"]).replace("PAGE", "{page}"),
            "token": f"{case_id}:{view.record.revision}"[-40:],
            **desk(request, visitor),
        },
        status=422 if problems else 200,
    )


@guard(SIGNED_IN)
@require_GET
def done(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Submitted: the number, what happens next, where to follow it."""
    view = cases.case_for(request.actor, case_id, purpose="own", parts=())
    visitor = visitor_of(request) if is_clerk(request) else None
    if visitor and visitor.subject.id != view.record.subject_id:
        visitor = None
    context = {"case": view.record, "view": view, "code": cases.query_code(view.record.id)}
    return render(request, "services/apply/done.html", {**context, **desk(request, visitor)})


@guard(SIGNED_IN)
@require_GET
def slip(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """The slip to print (收件凭证): number, what was received, the clock, where and with which code to ask."""
    found = slips.slip(request.actor, case_id)
    answer = render(request, "services/apply/slip.html", {"slip": found, **desk(request, None)})
    answer["Cache-Control"] = "private, no-store"
    return answer


@public("Progress by case number and query code; shows no personal data and is limited against guessing.")
@require_http_methods(["GET", "POST"])
def progress(request: HttpRequest) -> HttpResponse:
    """How far is it: for whoever holds the slip, without signing in."""
    found, problems = None, []
    number, code = request.POST.get("number", "")[:60], request.POST.get("code", "")[:20]
    if request.method == "POST":
        try:
            found = cases.progress(number, code, by=request.actor)
        except NotFound as error:
            problems = [f"{error.message} {error.todo}"]
    return render(
        request,
        "services/public/progress.html",
        {
            "found": found,
            "problems": problems,
            "number": number or request.GET.get("number", "")[:60],
            "code": code,
            "unit": slips.unit_name(found.organisation) if found else "",
        },
        status=422 if problems else 200,
    )
