"""Events between rooms that a subscriber gave up: the system's own undelivered post."""

from django.contrib import messages as flash
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from citybrain.hub.messages.permissions import MANAGE
from citybrain.kernel import events
from citybrain.kernel.errors import FieldProblem, Invalid
from citybrain.kernel.guard import guard

SHOWN = 200


@guard(MANAGE)
@require_GET
def dead(request: HttpRequest) -> HttpResponse:
    """The newest dead letters."""
    return render(request, "messages/events.html", {"letters": events.dead_letters(SHOWN), "most": SHOWN})


@guard(MANAGE)
@require_POST
def settle(request: HttpRequest, letter: int) -> HttpResponse:
    """Try one again, or give it up with a reason; both are audited."""
    actor = request.actor  # type: ignore[attr-defined]
    if request.POST.get("do") == "discard":
        reason = request.POST.get("reason", "").strip()[:500]
        if not reason:
            raise Invalid([FieldProblem("reason", "required", _("Say why the event is given up."))])
        events.discard(letter, by=actor, reason=reason)
        flash.success(request, _("The event was given up."))
    else:
        events.retry(letter, by=actor)
        flash.success(request, _("The event is in line again."))
    return redirect("messages:events")
