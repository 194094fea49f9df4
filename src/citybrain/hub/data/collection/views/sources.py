"""Pages of sources: list, register, change, check, key for pushing."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from citybrain.hub.data.collection.actions import sources as actions
from citybrain.hub.data.collection.permissions import COLLECT
from citybrain.hub.data.collection.queries.owned import source_for, sources_of
from citybrain.hub.data.collection.views import words
from citybrain.hub.data.collection.views.units import units_of
from citybrain.hub.data.views.asked import asked
from citybrain.hub.identity import api as identity
from citybrain.kernel.errors import FieldProblem, Invalid
from citybrain.kernel.guard import guard

PAGE = 25
# What each kind asks for: (name, needed).
FIELDS: dict[str, tuple[tuple[str, bool], ...]] = {
    "folder": (("path", True),),
    "sftp": (("host", True), ("port", False), ("user", True), ("path", False), ("fingerprint", True)),
    "postgresql": (("host", True), ("port", False), ("database", True), ("user", True)),
    "mysql": (("host", True), ("port", False), ("database", True), ("user", True)),
    "rest": (("url", True), ("items", False), ("paging", False), ("page", False), ("cursor", False), ("since", False), ("header", False)),
    "push": (),
    "stream": (("host", True), ("port", False), ("topic", True), ("key", False), ("user", False)),
}  # fmt: skip
SECRET = ("sftp", "postgresql", "mysql", "rest", "stream")


@guard(COLLECT)
def sources(request: HttpRequest) -> HttpResponse:
    """Sources of one's units."""
    q, kind = asked(request.GET, "q", 60), asked(request.GET, "kind", 12)
    found = sources_of(request.actor).annotate(used=Count("collections")).order_by("title", "id")
    found = found.filter(title__icontains=q) if q else found
    found = found.filter(kind=kind) if kind in words.kinds() else found
    page = Paginator(found, PAGE).get_page(asked(request.GET, "page"))
    return render(
        request, "data/collection/sources.html", {"page": page, "q": q, "kind": kind, **words.common()}
    )


@guard(COLLECT)
def new_source(request: HttpRequest) -> HttpResponse:
    """First the kind, then what that kind asks for."""
    kind = asked(request.POST or request.GET, "kind", 12)
    if kind not in FIELDS:
        return render(
            request, "data/collection/source_kind.html", {"kinds": {k: words.kinds()[k] for k in FIELDS}}
        )
    units = units_of(request.actor)
    said = said_of(request, kind)
    if request.method == "POST":
        unit = asked(request.POST, "organisation")
        found = problems(kind, said) + (
            [] if unit in dict(units) else [FieldProblem("organisation", "unit", _("Choose your unit."))]
        )
        if found:
            return form(request, kind, said, units, found, status=422)
        made = actions.register_source(
            title=said["title"], kind=kind, organisation=unit, settings=settings_of(kind, said), secret=said["secret"], by=request.actor
        )  # fmt: skip
        actions.check_config(made, by=request.actor)
        return redirect("data:source", made.pk)
    return form(request, kind, said, units, [])


def said_of(request: HttpRequest, kind: str) -> dict[str, str]:
    """What was typed. The secret keeps its blanks and lines (keys)."""
    names = ["title", "organisation", *(name for name, _needed in FIELDS[kind])]
    said = {name: asked(request.POST, name, 120 if name == "title" else 400) for name in names}
    return {**said, "secret": request.POST.get("secret", "").replace("\0", "")[:20_000].strip("\r\n")}


def problems(kind: str, said: dict[str, str]) -> list[FieldProblem]:
    """Missing values and ports that are no numbers."""
    found = [FieldProblem("title", "required", _("Give it a name."))] if not said["title"] else []
    found += [
        FieldProblem(n, "required", _("This is needed."))
        for n, needed in FIELDS[kind]
        if needed and not said[n]
    ]
    port = said.get("port", "")
    if port and not (port.isdigit() and 0 < int(port) < 65536):
        found.append(FieldProblem("port", "port", _("A port is a number from 1 to 65535.")))
    return found


def settings_of(kind: str, said: dict[str, str]) -> dict[str, Any]:
    """The stored form of what was typed."""
    return {
        name: int(said[name]) if name == "port" else said[name]
        for name, _needed in FIELDS[kind]
        if said[name]
    }


def form(
    request: HttpRequest,
    kind: str,
    said: dict,
    units: list,
    found: list[FieldProblem],
    status: int = 200,
    source=None,
) -> HttpResponse:
    context = {
        "kind": kind, "said": said, "units": units, "problems": found, "fields": [n for n, _r in FIELDS.get(kind, ())],
        "needed": [n for n, r in FIELDS.get(kind, ()) if r], "has_secret": kind in SECRET, "source": source, **words.common(),
    }  # fmt: skip
    return render(request, "data/collection/source_form.html", context, status=status)


@guard(COLLECT)
def source(request: HttpRequest, source_id: UUID) -> HttpResponse:
    """One source: settings, what the last check found, collections that use it."""
    row = source_for(request.actor, source_id)
    context = {
        "source": row, "unit": identity.organisation(row.organisation), "collections": row.collections.all()[:50],
        "key": request.session.pop(f"push-key-{row.pk}", ""), "address": request.build_absolute_uri(f"/data/push/{row.pk}/"),
        **words.common(),
    }  # fmt: skip
    return render(request, "data/collection/source.html", context)


@guard(COLLECT)
def change_source(request: HttpRequest, source_id: UUID) -> HttpResponse:
    """Change a source; an empty secret keeps the one there is."""
    row = source_for(request.actor, source_id)
    if row.kind not in FIELDS:
        return redirect("data:source", row.pk)
    if request.method == "POST":
        said = said_of(request, row.kind)
        found = problems(row.kind, said)
        if found:
            return form(request, row.kind, said, [], found, status=422, source=row)
        secret = said["secret"] or None
        if secret is None and moved(row.settings, settings_of(row.kind, said)) and row.secret:
            found = [
                FieldProblem(
                    "secret",
                    "again",
                    _("The address changed: enter the secret again, so that it is not sent to a stranger."),
                )
            ]
            return form(request, row.kind, said, [], found, status=422, source=row)
        active = bool(request.POST.get("active"))
        actions.change_source(
            row,
            title=said["title"],
            settings=settings_of(row.kind, said),
            secret=secret,
            active=active,
            by=request.actor,
        )
        return redirect("data:source", row.pk)
    said = {
        "title": row.title,
        "organisation": row.organisation,
        **{k: str(v) for k, v in row.settings.items()},
    }
    return form(request, row.kind, said, [], [], source=row)


def moved(old: dict[str, Any], new: dict[str, Any]) -> bool:
    """Whether the source would be looked for somewhere else."""
    return any(old.get(name) != new.get(name) for name in ("host", "port", "url", "fingerprint"))


@guard(COLLECT)
@require_POST
def check_source(request: HttpRequest, source_id: UUID) -> HttpResponse:
    """Try it now."""
    row = source_for(request.actor, source_id)
    actions.check_config(row, by=request.actor)
    return redirect("data:source", row.pk)


@guard(COLLECT)
@require_POST
def new_key(request: HttpRequest, source_id: UUID) -> HttpResponse:
    """A fresh key for pushing, shown once on the next page."""
    row = source_for(request.actor, source_id)
    if row.kind != "push":
        raise Invalid([FieldProblem("kind", "kind", _("Only a source that is pushed into has a key."))])
    request.session[f"push-key-{row.pk}"] = actions.new_push_key(row, by=request.actor)
    messages.success(request, _("A new key was made; the old one no longer works."))
    return redirect("data:source", row.pk)
