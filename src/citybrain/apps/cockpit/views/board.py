"""The board on three ends, its cards as a fragment for live screens, and the towns behind a county."""

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseNotModified, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from citybrain.apps.cockpit.actions.refresh_board import channel
from citybrain.apps.cockpit.permissions import VIEW
from citybrain.apps.cockpit.queries.boards import board as board_row
from citybrain.apps.cockpit.queries.boards import boards, document
from citybrain.apps.cockpit.queries.picture import picture
from citybrain.apps.cockpit.queries.towns import jurisdiction, towns
from citybrain.kernel import clock, live
from citybrain.kernel.errors import NotFound
from citybrain.kernel.guard import guard
from citybrain.kernel.text import current_language

ENDS = ("desk", "wall")


def end_of(request: HttpRequest) -> str:
    """``wall`` when asked for; everything else follows the width of the screen."""
    wanted = request.GET.get("end", "desk")
    return wanted if wanted in ENDS else "desk"


@guard(VIEW)
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """The boards; the only one opens at once."""
    rows = boards()
    if len(rows) == 1:
        return HttpResponseRedirect(reverse("cockpit:board", args=[rows[0].key]))
    return render(request, "cockpit/home.html", {"boards": rows})


@guard(VIEW)
@require_safe
def board(request: HttpRequest, key: str) -> HttpResponse:
    """The whole board, complete without JavaScript."""
    return render(request, "cockpit/board.html", {
        **_shown(request, key),
        "now": clock.now(),
        "stream_url": live.stream_url(request, channel(key)),
    })  # fmt: skip


@guard(VIEW)
@require_safe
def cards(request: HttpRequest, key: str) -> HttpResponse:
    """The cards alone, for screens that are already open. 304 while nothing changed."""
    shown = _shown(request, key)
    seen = shown["board"]
    tag = f'"{seen.key}-{seen.version}-{int(seen.stopped)}-{shown["end"]}-{current_language()}"'
    if request.headers.get("If-None-Match") == tag:
        response: HttpResponse = HttpResponseNotModified()
    else:
        response = render(request, "cockpit/_cards.html", shown)
    response.headers["ETag"] = tag
    response.headers["Cache-Control"] = "private, no-cache"
    response.headers["X-Checked-At"] = seen.checked_at.isoformat()
    response.headers["X-Stopped"] = str(int(seen.stopped))
    return response


@guard(VIEW)
@require_safe
def county(request: HttpRequest, key: str, card: str, area: str) -> HttpResponse:
    """The towns of a county with the figure of a map or ranking card."""
    row = board_row(key)
    chosen = next((c for c in document(row).cards if c.key == card and c.kind in ("map", "ranking")), None)
    if chosen is None:
        raise NotFound()
    return render(request, "cockpit/county.html", {
        "board": row, "card": chosen, "area": jurisdiction(area), "towns": towns(chosen, area), "end": end_of(request),
    })  # fmt: skip


def _shown(request: HttpRequest, key: str) -> dict[str, Any]:
    return {"board": picture(board_row(key)), "end": end_of(request)}
