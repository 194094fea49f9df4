"""The gallery: every component in every state, in each mood; and the accessibility statement."""

from datetime import timedelta
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from citybrain.kernel import clock
from citybrain.kernel.guard import public

MOODS = ("public", "bench", "board")
WAVES = [820 + 14 * n + (n * 37) % 90 for n in range(30)]  # thirty invented days


def samples() -> dict[str, Any]:
    """Invented content that shows each component at work."""
    now = clock.now()
    return {
        "problems": [
            {"path": "shop_name", "message": _("Enter the name of the shop")},
            {"path": "area", "message": _("The area must be a number, such as 85.5")},
        ],
        "rows": [
            {"key": _("Shop name"), "value": "宁德市蕉城区小梅小吃店", "href": "#", "hint": ""},
            {
                "key": _("Address"),
                "value": "福建省宁德市蕉城区鹤峰路18号",
                "href": "#",
                "hint": _("From your business licence, 12 Mar 2026"),
            },
            {"key": _("Area"), "value": "85.5 ㎡", "href": "#"},
            {"key": _("Telephone"), "value": ""},
        ],
        "tasks": [
            {"title": _("About the shop"), "href": "#", "status": _("Completed"), "kind": "success"},
            {
                "title": _("People who handle food"),
                "href": "#",
                "status": _("In progress"),
                "kind": "info",
                "hint": _("2 of 3 people entered"),
            },
            {"title": _("Floor plan"), "href": "#", "status": _("Needs correction"), "kind": "danger"},
            {"title": _("Review and submit"), "status": _("Cannot start yet")},
        ],
        "timeline": [
            {"title": _("Submitted"), "at": now - timedelta(days=3), "state": "done", "by": "林小梅"},
            {
                "title": _("Accepted"),
                "at": now - timedelta(days=2),
                "state": "done",
                "body": _("Acceptance notice issued. The promised time limit is 6 working days."),
            },
            {"title": _("Under review"), "at": now - timedelta(days=1), "state": "current"},
            {"title": _("Decision"), "state": "todo"},
        ],
        "steps": [
            {"label": _("Fill in"), "state": "done"},
            {"label": _("Materials"), "state": "done"},
            {"label": _("Check"), "state": "current"},
            {"label": _("Submitted"), "state": "todo"},
        ],
        "counties": [("350902", "蕉城区"), ("350981", "福安市"), ("350982", "福鼎市"), ("350921", "霞浦县")],
        "days": [((now - timedelta(days=29 - n)).date(), value) for n, value in enumerate(WAVES)],
        "counties_of": [("蕉城区", 5120), ("福安市", 4312), ("福鼎市", 3978), ("霞浦县", 2806)],
        "page": {"number": 4, "pages": 12, "total": 236},
        "now": now,
    }


@public("invented samples only")
def index(request: HttpRequest) -> HttpResponse:
    """The public mood's gallery."""
    return mood(request, "public")


@public("invented samples only")
def mood(request: HttpRequest, mood: str) -> HttpResponse:
    """All components in one mood."""
    if mood not in MOODS:
        raise Http404
    return render(request, f"ui/gallery/{mood}.html", {"moods": MOODS, "mood_name": mood, **samples()})


@public("a statement to everybody")
def accessibility(request: HttpRequest) -> HttpResponse:
    """What standard the pages keep and where to say that one does not."""
    return render(request, "ui/accessibility.html")
