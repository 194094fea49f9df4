"""Applications of the own unit and their keys. A secret is on the page that made it, and never again."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from citybrain.hub.data.grants.actions.keys import (
    ShownKey,
    disable_key,
    good,
    make_key,
    register_application,
    rotate_key,
)
from citybrain.hub.data.grants.permissions import KEYS
from citybrain.hub.data.grants.queries.reach import application_for, applications_of, key_for
from citybrain.hub.data.grants.views.words import unit_name
from citybrain.hub.data.views.asked import asked
from citybrain.kernel.errors import Conflict, FieldProblem, Invalid
from citybrain.kernel.guard import guard


@guard(KEYS)
def applications(request: HttpRequest) -> HttpResponse:
    """The unit's applications with their keys, and a form for another one."""
    said = {name: asked(request.POST, name, 400) for name in ("name", "system_code", "addresses")}
    if request.method != "POST":
        return shown(request, said)
    networks = said["addresses"].replace(",", " ").replace("，", " ").split()
    try:
        register_application(
            consumer=request.actor.organisation, name=said["name"], system_code=said["system_code"],
            addresses=networks, by=request.actor,
        )  # fmt: skip
    except Invalid as error:
        return shown(request, said, error.problems, status=422)
    except Conflict as error:
        return shown(request, said, [FieldProblem("name", error.code, error.message)], status=409)
    messages.success(request, _("The application is registered. Make a key for it."))
    return redirect("data:applications")


def shown(
    request: HttpRequest,
    said: dict,
    problems: list | None = None,
    *,
    key: ShownKey | None = None,
    status: int = 200,
) -> HttpResponse:
    """The page; ``key`` is the one just made."""
    listed = [
        (row, [(found, good(found)) for found in row.keys.all()]) for row in applications_of(request.actor)
    ]
    context = {
        "listed": listed, "said": said, "problems": problems or [], "key": key, "unit": unit_name(request.actor.organisation),
    }  # fmt: skip
    return render(request, "data/grants/applications.html", context, status=status)


@guard(KEYS)
@require_POST
def key_made(request: HttpRequest, id: UUID) -> HttpResponse:
    """A new key of an application; its secret is in this answer only."""
    row = application_for(request.actor, id)
    try:
        return shown(request, {}, key=make_key(row.pk, by=request.actor))
    except Conflict as error:
        return shown(request, {}, [error.message], status=409)


@guard(KEYS)
@require_POST
def key_step(request: HttpRequest, id: UUID, verb: str) -> HttpResponse:
    """Rotate (the old one lives on for a day) or disable at once."""
    row = key_for(request.actor, id)
    if verb == "rotate":
        try:
            return shown(request, {}, key=rotate_key(row.pk, by=request.actor))
        except Conflict as error:
            return shown(request, {}, [error.message], status=409)
    disable_key(row.pk, by=request.actor)
    messages.success(request, _("The key is disabled. Calls with it are refused from now on."))
    return redirect("data:applications")
