"""Pages of the catalogue for its editors and readers: list, every element, comparison, publishing."""

from __future__ import annotations

import csv
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from citybrain.hub.data import api as data
from citybrain.hub.identity import api as identity
from citybrain.hub.matters.actions.publish import publish as publish_matter
from citybrain.hub.matters.actions.publish import suspend as suspend_matter
from citybrain.hub.matters.data import STATE_NAMES
from citybrain.hub.matters.domain.document import MATTER_TYPES
from citybrain.hub.matters.models import Matter
from citybrain.hub.matters.permissions import EDIT, VIEW
from citybrain.hub.matters.queries.catalogue import (
    catalogue,
    check_publish,
    compare,
    four_reductions,
    versions,
)
from citybrain.hub.matters.queries.guides import guide, not_found
from citybrain.hub.matters.views.elements import element_groups
from citybrain.kernel import audit
from citybrain.kernel.errors import Invalid
from citybrain.kernel.guard import actor_of, guard
from citybrain.kernel.text import say

MOST_EXPORTED = 5000


def filters_of(request: HttpRequest) -> dict[str, Any]:
    """Filters from the address, unknown values as none."""
    get = request.GET
    return {
        "q": get.get("q", "")[:80],
        "state": get.get("state", "") if get.get("state") in STATE_NAMES else "",
        "type": get.get("type", "") if get.get("type") in MATTER_TYPES else "",
        "department": get.get("department", "")[:40],
        "weak": get.get("weak") == "1",
        "sort": get.get("sort", "key")[:20],
    }


def number_of(text: str | None, default: int = 1) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 7 else default


@guard(VIEW)
@never_cache
@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    """The catalogue, one line a matter."""
    chosen = filters_of(request)
    page = catalogue(**chosen, page=number_of(request.GET.get("page")))
    slugs = sorted(set(Matter.objects.filter(hidden=False).values_list("department", flat=True)))
    return render(
        request,
        "matters/listing.html",
        {
            "page": page,
            "chosen": chosen,
            "states": [("", _("Every state")), *((k, say(v)) for k, v in STATE_NAMES.items())],
            "types": [
                ("", _("Every type")),
                *((k, say({"zh": z, "en": e})) for k, (_c, z, e) in MATTER_TYPES.items()),
            ],
            "type_names": {k: say({"zh": z, "en": e}) for k, (_c, z, e) in MATTER_TYPES.items()},
            "state_names": STATE_NAMES,
            "departments": [("", _("Every department")), *((s, department_name(s)) for s in slugs)],
            "department_name": department_name,
            "reductions": four_reductions(department=chosen["department"]),
            "query": request.GET.urlencode(),
        },
    )


def department_name(slug: str) -> str:
    """The city unit's short name for a department slug."""
    units = identity.organisations(slug=slug, level="city") or identity.organisations(slug=slug)
    return say(dict(units[0].short)) or say(dict(units[0].name)) if units else slug


@guard(VIEW)
@never_cache
@require_safe
def export(request: HttpRequest) -> HttpResponse:
    """The filtered catalogue as CSV (UTF-8 with a mark for spreadsheet programs); audited."""
    actor, chosen = actor_of(request), filters_of(request)
    page = catalogue(**chosen, size=200)
    audit.record(
        "matters.export", by=actor, obj="matters:catalogue", after={"filters": chosen, "rows": page.total}
    )
    response = HttpResponse("\ufeff", content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="matters.csv"'
    writer = csv.writer(response)
    writer.writerow(
        [
            _("Key"),
            _("Name"),
            _("Type"),
            _("State"),
            _("Department"),
            _("Online depth"),
            _("Visits"),
            _("Promised limit"),
        ]
    )
    number = 1
    while page.rows and number <= MOST_EXPORTED // 200:
        for e in page.rows:
            writer.writerow(
                [
                    data.safe_cell(x)
                    for x in (
                        e.key,
                        say(e.name),
                        e.type,
                        e.state,
                        e.department,
                        e.depth,
                        e.visits,
                        say(e.promised),
                    )
                ]
            )
        number += 1
        page = catalogue(**chosen, page=number, size=200)
    return response


@guard(VIEW)
@never_cache
@require_safe
def detail(request: HttpRequest, key: str) -> HttpResponse:
    """One matter with every element group, its marks, bodies, versions and publish checks."""
    return _detail(request, key)


def _detail(
    request: HttpRequest, key: str, problems: list[Any] | None = None, status: int = 200
) -> HttpResponse:
    matter = Matter.objects.filter(key=key, hidden=False).first()
    if matter is None:
        raise not_found(key)
    view = guide(key, version=number_of(request.GET.get("version"), matter.current))
    actor = actor_of(request)
    context = {
        "view": view,
        "groups": element_groups(view),
        "refusals": check_publish(key, version=view.version),
        "versions": versions(key),
        "problems": problems or [],
        "state_name": STATE_NAMES[view.state],
        "edits": identity.may(actor, EDIT, matter=key),
    }
    return render(request, "matters/detail.html", context, status=status)


@guard(VIEW)
@never_cache
@require_safe
def comparison(request: HttpRequest, key: str) -> HttpResponse:
    """What changed between two versions."""
    found = versions(key)
    if not found:
        raise not_found(key)
    numbers = [v["version"] for v in found]
    new = number_of(request.GET.get("new"), numbers[0])
    old = number_of(request.GET.get("old"), numbers[1] if len(numbers) > 1 else numbers[0])
    rows = compare(key, old, new)
    context = {
        "key": key,
        "name": Matter.objects.get(key=key).name,
        "rows": rows,
        "old": old,
        "new": new,
        "numbers": numbers,
    }
    return render(request, "matters/compare.html", context)


@guard(EDIT)
@require_POST
def publish(request: HttpRequest, key: str) -> HttpResponse:
    """Put a version in force, or show every rule it breaks."""
    try:
        publish_matter(key, by=actor_of(request), version=number_of(request.POST.get("version"), 0) or None)
    except Invalid as refused:
        return _detail(request, key, problems=refused.problems, status=422)
    messages.success(request, _("The matter is in force."))
    return redirect("matters:detail", key=key)


@guard(EDIT)
@require_POST
def suspend(request: HttpRequest, key: str) -> HttpResponse:
    """Take a matter out of use for a time, with a reason the public reads."""
    try:
        suspend_matter(key, by=actor_of(request), reason=request.POST.get("reason", "")[:300])
    except Invalid as refused:
        return _detail(request, key, problems=refused.problems, status=422)
    messages.success(request, _("The matter is suspended. Running cases go on."))
    return redirect("matters:detail", key=key)
