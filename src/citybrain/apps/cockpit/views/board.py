"""The board on three ends, its cards as a fragment for live screens, and the towns behind a county."""

from django.http import HttpRequest, HttpResponse, HttpResponseNotModified, HttpResponseRedirect
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import mark_safe
from django.views.decorators.http import require_safe

from citybrain.apps.cockpit.actions.refresh_board import channel
from citybrain.apps.cockpit.permissions import VIEW
from citybrain.apps.cockpit.queries import shapes as map_shapes
from citybrain.apps.cockpit.queries.boards import board as board_row
from citybrain.apps.cockpit.queries.boards import boards, document
from citybrain.apps.cockpit.queries.picture import Picture, picture
from citybrain.apps.cockpit.queries.towns import jurisdiction, towns
from citybrain.kernel import clock, live
from citybrain.kernel.errors import NotFound
from citybrain.kernel.guard import guard
from citybrain.kernel.text import current_language

ENDS = ("desk", "wall")
MOST_KEPT = 32
_rendered: dict[tuple[str, ...], str] = {}


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
    seen, end = picture(board_row(key)), end_of(request)
    shown = {
        "board": seen,
        "end": end,
        "cards": mark_safe(cards_html(seen, end)),  # noqa: S308 - our own rendered template
        "now": clock.now(),
        "stream_url": live.stream_url(request, channel(key)),
    }
    return render(request, "cockpit/board.html", shown)


@guard(VIEW)
@require_safe
def cards(request: HttpRequest, key: str) -> HttpResponse:
    """The cards alone, for screens that are already open. 304 while nothing changed."""
    seen, end = picture(board_row(key)), end_of(request)
    tag = f'"{"-".join(tag_of(seen, end))}"'
    if request.headers.get("If-None-Match") == tag:
        response: HttpResponse = HttpResponseNotModified()
    else:
        response = HttpResponse(cards_html(seen, end))
    response.headers["ETag"] = tag
    response.headers["Cache-Control"] = "private, no-cache"
    response.headers["X-Checked-At"] = seen.checked_at.isoformat()
    response.headers["X-Stopped"] = str(int(seen.stopped))
    return response


def tag_of(seen: Picture, end: str) -> tuple[str, ...]:
    """What the cards' HTML depends on; nothing of it is personal."""
    return (seen.key, str(seen.version), seen.hash[:12], str(int(seen.stopped)), end, current_language())


def cards_html(seen: Picture, end: str) -> str:
    """The cards as HTML, rendered once per change and kept for every other screen of this process."""
    tag = tag_of(seen, end)
    if tag not in _rendered:
        if len(_rendered) >= MOST_KEPT:
            _rendered.pop(next(iter(_rendered)), None)
        _rendered[tag] = render_to_string("cockpit/_cards.html", {"board": seen, "end": end})
    return _rendered[tag]


@guard(VIEW)
@require_safe
def shapes(request: HttpRequest, edition: str) -> HttpResponse:
    """The map's outlines, kept by browsers for as long as the map stays the same."""
    drawn = map_shapes.drawing()
    if drawn is None or map_shapes.edition(drawn) != edition:
        raise NotFound()
    response = HttpResponse(map_shapes.sprite(drawn), content_type="image/svg+xml")
    response.headers["Cache-Control"] = "private, max-age=31536000, immutable"
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
