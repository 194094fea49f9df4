"""Deliveries in trouble, and trying them again."""

from uuid import UUID

from django.contrib import messages as flash
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from citybrain.hub.messages.actions.reading import retry_delivery
from citybrain.hub.messages.permissions import MANAGE
from citybrain.hub.messages.queries.deliveries import TROUBLED, troubled
from citybrain.hub.messages.views.inbox import number
from citybrain.kernel.guard import guard


@guard(MANAGE)
@require_GET
def failed(request: HttpRequest) -> HttpResponse:
    """The list; ``?state=dead`` or ``failed``."""
    state = request.GET.get("state", "")
    state = state if state in TROUBLED else ""
    page = troubled(request.actor, state=state, page=number(request.GET.get("page", "")))  # type: ignore[attr-defined]
    return render(request, "messages/failed.html", {"page": page, "state": state, "said": said()})


@guard(MANAGE)
@require_POST
def retry(request: HttpRequest, delivery_id: UUID) -> HttpResponse:
    """Put one back in the queue."""
    retry_delivery(delivery_id, by=request.actor)  # type: ignore[attr-defined]
    flash.success(request, _("The delivery is in the queue again."))
    return redirect("messages:failed")


def said() -> dict[str, str]:
    """Words for states, channels and causes."""
    return {
        "failed": _("Trying again"), "dead": _("Given up"), "sms": _("Text message"), "mail": _("E-mail"),
        "no_address": _("No address is known"), "unknown_end": _("The gateway did not answer: it may have been sent"),
        "busy": _("The gateway was not available"), "refused": _("The gateway refused the address"),
        "undelivered": _("The gateway reported that it did not arrive"),
    }  # fmt: skip
