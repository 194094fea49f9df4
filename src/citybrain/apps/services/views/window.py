"""The comprehensive window (综合窗口): queue, identify, receive for many departments, hand out results.

Front staff receive, the back office decides: nothing on these pages can accept or decide a case (reference §2.10).
Paper and online are the same case: the clerk fills in the same form on the applicant's behalf, and only for a person
who has been identified in a reception that is not over.
"""

from typing import Any
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
from citybrain.kernel.errors import CityError, NotFound
from citybrain.kernel.guard import guard, public

SESSION_WINDOW = "services.window"
SESSION_RECEPTION = "services.reception"
THEIRS = 8


def chosen(request: HttpRequest):
    """The hall and window this clerk sits at (kept in the session)."""
    hall = halls.hall_of(request.actor.organisation)
    window = request.session.get(SESSION_WINDOW)
    if hall and window not in hall.windows:
        window = hall.windows[0] if hall.windows else ""
    return hall, window or ""


def visitor_of(request: HttpRequest) -> window_actions.Visitor | None:
    """Whom this clerk serves now, if anybody."""
    held = request.session.get(SESSION_RECEPTION)
    if not held or window_actions.live(held, by=request.actor) is None:
        request.session.pop(SESSION_RECEPTION, None)
        return None
    return window_actions.visitor(held, by=request.actor)


def is_clerk(request: HttpRequest) -> bool:
    """Receives for others; a citizen's own pages never ask for a reception."""
    return request.actor.may("services.receive") and not request.actor.may("services.apply")


def served(request: HttpRequest, case: Any, purpose: str) -> window_actions.Visitor | None:
    """The applicant of a window case this clerk has open; None for citizens.

    NotAllowed when the clerk has not identified exactly this applicant. The look is audited.
    """
    if not is_clerk(request):
        return None
    held = request.session.get(SESSION_RECEPTION)
    return window_actions.visitor(held, by=request.actor, case=case, purpose=purpose)


@guard("services.receive")
@require_GET
def bench(request: HttpRequest) -> HttpResponse:
    """The clerk's bench: who is next, whom I serve, what I received, what is ready to hand out."""
    actor = request.actor
    hall, window = chosen(request)
    visitor = visitor_of(request)
    to_receive = cases.worklist(actor, cases.Filters(role="receiver"), page=1, size=10)
    to_deliver = cases.worklist(actor, cases.Filters(role="deliverer"), page=1, size=10)
    q = request.GET.get("q", "").strip()[:60]
    here = halls.at_window(hall, window) if hall else None
    return render(
        request,
        "services/window/bench.html",
        {
            "hall": hall,
            "window": window,
            "current": here,
            "tickets": halls.waiting(hall, 12) if hall else [],
            "waiting": halls.waiting_count(hall) if hall else 0,
            "missed": halls.missed(hall) if hall else [],
            "visitor": visitor,
            "theirs": theirs(request, visitor) if visitor else [],
            "q": q,
            "found": matters.search(q, limit=12) if q and visitor else [],
            "popular": matters.popular(8) if visitor else [],
            "to_receive": to_receive,
            "to_deliver": to_deliver,
        },
    )


def theirs(request: HttpRequest, visitor: window_actions.Visitor) -> list[Any]:
    """Cases of whoever is served that this clerk may know of; what somebody drafts at home is not among them."""
    page = cases.search_cases(request.actor, visitor.subject.id_number, size=THEIRS)
    rows = [row.case for row in page.rows]
    return [case for case in rows if case.state != "draft" or case.channel == "window"]


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
    """Call the next number; or with ``ticket``: call it again, serve it, finish it, note that nobody came."""
    hall, window = chosen(request)
    if hall is None:
        flash.error(request, _("Your unit has no hall, so there is no queue to call from."))
        return redirect("services:window")
    ticket_id, done = request.POST.get("ticket", ""), request.POST.get("done", "")
    try:
        if ticket_id:
            ticket = queue.move(UUID(ticket_id), done, by=request.actor, hall_code=hall.code, window=window)
            if done in ("served", "missed"):
                leave(request)
            if done == "serve" and visitor_of(request) is None:
                return redirect("services:identify")
        else:
            leave(request)
            ticket = queue.call_next(hall.code, window, by=request.actor)
        if ticket is None:
            flash.info(request, _("Nobody is waiting."))
        elif ticket.state == "called":
            words = {"number": ticket.number, "window": window}
            flash.success(request, _("Number %(number)s is called to %(window)s.") % words)
    except ValueError:
        flash.error(request, _("There is no such number."))
    except CityError as error:
        flash.error(request, str(error))
    return redirect("services:window")


def leave(request: HttpRequest) -> None:
    """The person at the window has gone."""
    held = request.session.pop(SESSION_RECEPTION, None)
    if held:
        window_actions.end(held, by=request.actor)


@guard("services.receive")
@require_http_methods(["GET", "POST"])
def identify(request: HttpRequest) -> HttpResponse:
    """Identify the person at the window (for a firm: the firm and who came for it) before receiving."""
    problems: list = []
    if request.method == "POST" and request.POST.get("forget"):
        leave(request)
        return redirect("services:window")
    if request.method == "POST":
        try:
            found = begin(request)
        except CityError as error:
            problems = getattr(error, "problems", None) or [str(error)]
        else:
            request.session[SESSION_RECEPTION] = str(found.id)
            flash.success(request, _("Identified: %(name)s") % {"name": found.name})
            return redirect("services:window")
    return render(
        request,
        "services/window/identify.html",
        {"problems": problems, "posted": request.POST},
        status=422 if problems else 200,
    )


def begin(request: HttpRequest) -> window_actions.Visitor:
    """Begin the reception with what was entered; a called number is served from now on."""
    hall, window = chosen(request)
    here = halls.at_window(hall, window) if hall else None
    words = {k: request.POST.get(k, "")[:200] for k in
             ("number", "name", "phone", "agent_number", "agent_name", "agent_phone", "document")}  # fmt: skip
    found = window_actions.begin(
        **words, by=request.actor, authorised=request.POST.get("authorised") == "yes",
        hall=hall.code if hall else "", window=window, ticket_id=here.id if here else None,
    )  # fmt: skip
    if hall and here and here.state == "called":
        queue.move(here.id, "serve", by=request.actor, hall_code=hall.code, window=window)
    return found


def receive_if_clerk(request: HttpRequest, record: cases.CaseRecord) -> None:
    """What a clerk submits at the window is received at once: the papers are on the desk."""
    if record.channel != "window" or record.state != "submitted":
        return
    try:
        cases.act(record.id, "receive", by=request.actor, data={}, idempotency_key=f"receive:{record.id}")
    except CityError as error:
        flash.warning(request, str(error))
    else:
        flash.success(request, _("Received. The back office has it now; print the slip for the applicant."))
    held = window_actions.live(request.session.get(SESSION_RECEPTION), by=request.actor)
    queue.note_case(held.ticket_id if held else None, record.id)


@guard("services.receive")
@require_GET
def halls_screen(request: HttpRequest) -> HttpResponse:
    """The call screen of the clerk's hall."""
    hall, _window = chosen(request)
    called, waiting = halls.on_screen(hall) if hall else ([], [])
    answer = render(
        request, "services/window/screen.html", {"hall": hall, "called": called, "waiting": waiting}
    )
    answer["Refresh"] = "10"  # a header, so that the page needs no script
    return answer


@public("Anyone may draw a number in a hall; it shows no one else's data.")
@require_http_methods(["GET", "POST"])
def draw(request: HttpRequest) -> HttpResponse:
    """Draw a number from the phone or the machine at the door."""
    if request.method == "POST":
        try:
            drawn = queue.draw_number(
                request.POST.get("hall", ""), by=request.actor, purpose=request.POST.get("purpose", "")
            )
            return redirect("services:ticket", drawn.id)
        except NotFound as error:
            flash.error(request, str(error))
    return render(request, "services/window/draw.html", {"halls": halls.halls()})


@public(
    "Whoever has the number's own unguessable address sees that number's place in the queue, nobody's data."
)
@require_GET
def ticket(request: HttpRequest, ticket_id: UUID) -> HttpResponse:
    """My number: how many are before me, and to which window I am called. Looks again by itself."""
    found = queue.ticket_of(ticket_id)
    answer = render(
        request,
        "services/window/ticket.html",
        {"ticket": found, "ahead": halls.ahead(found) if found.state == "waiting" else 0},
    )
    if found.state in ("waiting", "called"):
        answer["Refresh"] = "20"
    return answer


__all__ = [
    "bench", "call", "draw", "halls_screen", "identify", "is_clerk", "receive_if_clerk", "served", "sit", "ticket",
    "visitor_of",
]  # fmt: skip
