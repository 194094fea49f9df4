"""The inbox and preferences of whoever is signed in."""

from uuid import UUID

from django.contrib import messages as flash
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from citybrain.hub.messages.actions.reading import mark_read, set_preferences
from citybrain.hub.messages.data import Preferences
from citybrain.hub.messages.queries import inbox as reads
from citybrain.hub.messages.queries.preferences import preferences
from citybrain.kernel.guard import SIGNED_IN, guard
from citybrain.ui.brand import city_name


def layout(request: HttpRequest) -> str:
    """Officials read at their bench, citizens on the public pages."""
    return f"ui/layouts/{'bench' if request.actor.kind == 'official' else 'public'}.html"  # type: ignore[attr-defined]


def number(text: str) -> int:
    """A page number from the address; 1 for nonsense."""
    return int(text) if text.isdecimal() and len(text) < 7 else 1


@guard(SIGNED_IN)
@require_GET
def inbox(request: HttpRequest) -> HttpResponse:
    """Newest first; ``?show=unread`` for the unread ones."""
    actor = request.actor  # type: ignore[attr-defined]
    unread = request.GET.get("show") == "unread"
    page = reads.inbox(actor, unread=unread, page=number(request.GET.get("page", "")))
    context = {"layout": layout(request), "page": page, "unread": unread, "count": reads.unread_count(actor)}
    return render(request, "messages/inbox.html", context)


@guard(SIGNED_IN)
@require_GET
def detail(request: HttpRequest, message_id: UUID) -> HttpResponse:
    """One message; opening it marks it as read."""
    actor = request.actor  # type: ignore[attr-defined]
    message = reads.message(actor, message_id)
    mark_read(actor, message_id)
    case_page = "cases:detail" if actor.kind == "official" else "services:case"
    context = {"layout": layout(request), "message": message, "case_page": case_page, "sender": city_name()}
    return render(request, "messages/detail.html", context)


@guard(SIGNED_IN)
@require_POST
def read_all(request: HttpRequest) -> HttpResponse:
    """Mark everything as read."""
    mark_read(request.actor)  # type: ignore[attr-defined]
    return redirect("messages:inbox")


@guard(SIGNED_IN)
@require_http_methods(["GET", "POST"])
def settings_page(request: HttpRequest) -> HttpResponse:
    """Which channels to be told on."""
    actor = request.actor  # type: ignore[attr-defined]
    if request.method == "POST":
        chosen = request.POST.getlist("channel")
        set_preferences(actor, Preferences("inbox" in chosen, "sms" in chosen, "mail" in chosen))
        flash.success(request, _("Your choice was saved."))
        return redirect("messages:preferences")
    context = {"layout": layout(request), "wanted": preferences(actor)}
    return render(request, "messages/preferences.html", context)
