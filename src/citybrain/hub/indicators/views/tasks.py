"""The work list of indicator tasks: take up, close with what was done."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from citybrain.hub.indicators import api as indicators
from citybrain.hub.indicators.permissions import WORK
from citybrain.hub.indicators.views.common import asked, organisation_name
from citybrain.kernel.errors import Conflict, Invalid
from citybrain.kernel.guard import guard

STATES = ("open", "acknowledged", "closed")


@guard(WORK)
def tasks(request: HttpRequest) -> HttpResponse:
    """Tasks in the actor's scope, by state."""
    state = request.GET.get("state", "")
    found = indicators.tasks_for(request.actor, state=state if state in STATES else "")
    rows = [(task, organisation_name(task.owner)) for task in found]
    return render(request, "indicators/tasks.html", {"tasks": rows, "state": state})


@guard(WORK)
@require_POST
def acknowledge(request: HttpRequest, task_id: UUID) -> HttpResponse:
    """Take a task up."""
    try:
        indicators.acknowledge_task(task_id, by=request.actor)
        messages.success(request, _("Taken up."))
    except Conflict as error:
        messages.warning(request, str(error))
    return HttpResponseRedirect(reverse("indicators:tasks"))


@guard(WORK)
@require_POST
def close(request: HttpRequest, task_id: UUID) -> HttpResponse:
    """Close a task with a comment; without one the list comes back with the reason."""
    try:
        indicators.close_task(task_id, comment=asked(request.POST, "comment", 2000), by=request.actor)
        messages.success(request, _("Closed."))
    except (Conflict, Invalid) as error:
        messages.error(request, str(error))
    return HttpResponseRedirect(reverse("indicators:tasks"))
