"""The comprehensive window (综合窗口): queue, identify, receive for many departments, hand out results.

Front staff receive, the back office decides: nothing on these pages can accept or decide a case (reference §2.10).
Paper and online are the same case: the clerk fills in the same form on the applicant's behalf.
"""

from uuid import UUID

from django.contrib import messages as flash
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from citybrain.apps.services.actions import queue
from citybrain.apps.services.actions import window as window_actions
from citybrain.apps.services.queries import halls
from citybrain.hub.cases import api as cases
from citybrain.hub.matters import api as matters
from citybrain.kernel.errors import CityError
from citybrain.kernel.guard import guard, public
from citybrain.kernel.masking import mask_id_number

SESSION_WINDOW = "services.window"
SESSION_SUBJECT = "services.window.subject"


def chosen(request: HttpRequest):
    """The hall and window this clerk sits at (kept in the session)."""
    hall = halls.hall_of(request.actor.organisation)
    window = request.session.get(SESSION_WINDOW) or (hall.windows[0] if hall and hall.windows else "")
    return hall, window


@guard("services.receive")
@require_GET
def bench(request: HttpRequest) -> HttpResponse:
    """The clerk's bench: who is next, whom I serve, what I received, what is ready to hand out."""
    actor = request.actor
    hall, window = chosen(request)
    subject = request.session.get(SESSION_SUBJECT)
    to_receive = cases.worklist(actor, cases.Filters(role="receiver"), page=1, size=10)
    to_deliver = cases.worklist(actor, cases.Filters(role="deliverer"), page=1, size=10)
    q = request.GET.get("q", "").strip()[:60]
    return render(
        request,
        "services/window/bench.html",
        {
            "hall": hall,
            "window": window,
            "tickets": halls.waiting(hall) if hall else [],
            "waiting": halls.waiting_count(hall) if hall else 0,
            "subject": subject,
            "q": q,
            "found": matters.search(q, limit=12) if q else [],
            "popular": matters.popular(8),
            "to_receive": to_receive,
            "to_deliver": to_deliver,
        },
    )


@guard("services.receive")
@require_POST
def sit(request: HttpRequest) -> HttpResponse:
    """Choose the window one sits at."""
    hall, _window = chosen(request)
    wanted = request.POST.get("window", "")
    if hall and wanted in hall.windows:
        request.session[SESSION_WINDOW] = wanted
    return redirect("services:window")


@guard("services.receive")
@require_POST
def call(request: HttpRequest) -> HttpResponse:
    """Call the next number, or close the one at the window."""
    hall, window = chosen(request)
    if hall is None:
        flash.error(request, _("Your unit has no hall, so there is no queue to call from."))
        return redirect("services:window")
    ticket_id, done = request.POST.get("ticket", ""), request.POST.get("done", "")
    try:
        if ticket_id:
            queue.finish(UUID(ticket_id), by=request.actor, hall_code=hall.code, missed=done == "missed")
            request.session.pop(SESSION_SUBJECT, None)
        else:
            ticket = queue.call_next(hall.code, window, by=request.actor)
            if ticket is None:
                flash.info(request, _("Nobody is waiting."))
            else:
                flash.success(
                    request,
                    _("Number %(number)s is called to %(window)s.")
                    % {"number": ticket.number, "window": window},
                )
    except (CityError, ValueError) as error:
        flash.error(request, str(error))
    return redirect("services:window")


@guard("services.receive")
@require_http_methods(["GET", "POST"])
def identify(request: HttpRequest) -> HttpResponse:
    """Identify the person at the window by the identity number (and, for a firm, its code) before receiving."""
    problems: list = []
    if request.method == "POST" and request.POST.get("forget"):
        request.session.pop(SESSION_SUBJECT, None)
        return redirect("services:window")
    if request.method == "POST":
        number = request.POST.get("number", "").strip().upper()
        name = request.POST.get("name", "").strip()
        phone = request.POST.get("phone", "").strip()
        try:
            found = window_actions.identify(number=number, name=name, phone=phone, by=request.actor)
        except CityError as error:
            problems = getattr(error, "problems", None) or [str(error)]
        else:
            request.session[SESSION_SUBJECT] = {
                "id": str(found.id),
                "kind": found.kind,
                "name": found.name,
                "number": mask_id_number(found.id_number),
            }
            flash.success(request, _("Identified: %(name)s") % {"name": found.name})
            return redirect("services:window")
    return render(
        request,
        "services/window/identify.html",
        {"problems": problems, "posted": request.POST},
        status=422 if problems else 200,
    )


def receive_if_clerk(request: HttpRequest, record: cases.CaseRecord) -> None:
    """What a clerk submits at the window is received at once: the papers are on the desk."""
    if record.channel != "window" or record.state != "submitted":
        return
    try:
        cases.act(record.id, "receive", by=request.actor, data={}, idempotency_key=f"receive:{record.id}")
    except CityError as error:
        flash.warning(request, str(error))
    else:
        flash.success(
            request, _("Received. The receipt is among the case's documents; the back office has it now.")
        )


@guard("services.receive")
@require_GET
def halls_screen(request: HttpRequest) -> HttpResponse:
    """The call screen of the clerk's hall."""
    hall, _window = chosen(request)
    answer = render(
        request,
        "services/window/screen.html",
        {"hall": hall, "tickets": halls.waiting(hall, 12) if hall else []},
    )
    answer["Refresh"] = "10"  # a header, so that the page needs no script
    return answer


@public("Anyone may draw a number in a hall; it shows no one else's data.")
@require_http_methods(["GET", "POST"])
def draw(request: HttpRequest) -> HttpResponse:
    """Draw a number from the phone or the machine at the door."""
    ticket = None
    if request.method == "POST":
        try:
            ticket = queue.draw_number(
                request.POST.get("hall", ""), by=request.actor, purpose=request.POST.get("purpose", "")
            )
        except CityError as error:
            flash.error(request, str(error))
    rows = halls.halls()
    return render(
        request,
        "services/window/draw.html",
        {
            "halls": rows,
            "ticket": ticket,
            "ahead": max(0, halls.waiting_count(ticket.hall) - 1) if ticket else 0,
        },
    )


__all__ = ["bench", "call", "draw", "halls_screen", "identify", "receive_if_clerk", "sit"]
