"""The public portal: find a service by words, life event, theme, department, audience or place, and read its guide."""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from citybrain.hub.cases import api as cases
from citybrain.hub.matters import api as matters
from citybrain.kernel.errors import NotFound
from citybrain.kernel.guard import public
from citybrain.kernel.remember import remembered
from citybrain.kernel.text import say

from .my import positive

PAGE_SIZE = 20
MOST_RESULTS = 100
AUDIENCES = ("person", "company")
AXES = ("life_event", "person_topic", "corp_topic", "group", "department", "audience", "place")
HOT_WORDS = {
    "zh": ("开饭店", "生孩子", "医保", "社保卡", "公积金"),
    "en": ("restaurant", "newborn", "insurance", "housing fund"),
}


def axis_names() -> dict[str, str]:
    """How the ways of browsing are called on screen."""
    return {
        "life_event": _("Life events"),
        "person_topic": _("Topics for people"),
        "corp_topic": _("Topics for firms"),
        "group": _("Groups of people"),
        "department": _("Departments"),
        "audience": _("Who it is for"),
        "place": _("Places"),
    }


@public("The front door of the city's services.")
@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """Search, what waits for me, bundles, life events, the services used most."""
    actor = request.actor
    waiting = cases.my_cases(actor, waiting_for_me=True, size=5).rows if actor.may("services.apply") else ()
    found = matters.popular(16)
    language = "en" if request.LANGUAGE_CODE == "en" else "zh"
    return render(
        request,
        "services/public/home.html",
        {
            "waiting": waiting,
            "bundles": [e for e in found if e.kind == "bundle"],
            "life_events": matters.browse("life_event"),
            "popular": [e for e in found if e.kind == "matter"][:8],
            "hot_words": HOT_WORDS[language],
        },
    )


@public("Searching the catalogue shows published guides only.")
@require_GET
def search(request: HttpRequest) -> HttpResponse:
    """Results for everyday words, with filters for audience and place."""
    q = request.GET.get("q", "").strip()[:60]
    audience = request.GET.get("audience", "")
    found = (
        matters.search(q, limit=MOST_RESULTS, served=audience if audience in AUDIENCES else "") if q else []
    )
    page = Paginator(found, PAGE_SIZE).get_page(positive(request.GET.get("page")))
    return render(
        request,
        "services/public/list.html",
        {
            "heading": _("Results for “%(q)s”") % {"q": q} if q else _("Search services"),
            "crumbs": [],
            "q": q,
            "results": list(page.object_list),
            "pager": {
                "number": page.number,
                "pages": page.paginator.num_pages,
                "total": page.paginator.count,
            },
            "filters": bool(q),
            "audience": audience,
            "themes": [] if q else matters.browse("life_event"),
        },
    )


@public("Browsing the catalogue shows published guides only.")
@require_GET
def browse_all(request: HttpRequest, axis: str = "life_event") -> HttpResponse:
    """All entries of one way of browsing."""
    if axis not in AXES:
        raise NotFound(_("There is no such list."))
    names = axis_names()
    tabs = [{"label": names[a], "href": f"/browse/{a}/", "current": a == axis} for a in AXES]
    return render(
        request,
        "services/public/list.html",
        {
            "heading": _("Browse all services"),
            "crumbs": [],
            "axes": tabs,
            "themes": matters.browse(axis),
            "results": [],
        },
    )


@public("Browsing the catalogue shows published guides only.")
@require_GET
def browse(request: HttpRequest, axis: str, key: str) -> HttpResponse:
    """The services of one theme."""
    theme = next((t for t in matters.browse(axis) if t.key == key), None) if axis in AXES else None
    if theme is None:
        raise NotFound(_("There is no such list."))
    return render(
        request,
        "services/public/list.html",
        {
            "heading": say(theme.name),
            "crumbs": [(axis_names()[axis], f"/browse/{axis}/")],
            "results": matters.in_theme(axis, key),
        },
    )


@public("Guides are published for everyone.")
@require_GET
def guide(request: HttpRequest, key: str) -> HttpResponse:
    """The guide of one matter or bundle, as a citizen wants to read it."""
    found = {"guide": matters.guide(key), "key": key}
    return render(
        request, "services/public/guide.html", {**found, "text": guide_text(key, request.LANGUAGE_CODE)}
    )


@remembered(seconds=5)
def guide_text(key: str, language: str) -> SafeString:
    """What everybody reads of a guide in this language; nothing of the visitor is in it."""
    with translation.override(language):
        text = render_to_string("services/public/guide_text.html", {"guide": matters.guide(key), "key": key})
    return SafeString(text)  # a template's own output, escaped there
