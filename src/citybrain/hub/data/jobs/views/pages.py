"""Long work on screen: what runs, how far, what failed; pause, go on, cancel, try again."""

from uuid import UUID

from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from citybrain.hub.data.jobs.actions import wish_of_job
from citybrain.hub.data.jobs.kinds import kind
from citybrain.hub.data.models import Job, Resource
from citybrain.hub.data.permissions import WORK
from citybrain.hub.data.views.asked import asked
from citybrain.hub.identity import api as identity
from citybrain.kernel.actor import Actor
from citybrain.kernel.errors import NotFound
from citybrain.kernel.guard import guard

PAGE = 25
WISHES = ("pause", "cancel", "resume", "retry")


def jobs_of(actor: Actor):
    """Jobs of the units the actor works for."""
    return Job.objects.filter(identity.scope_q(identity.scope(actor, WORK), "organisation"))


def job_for(actor: Actor, job_id: UUID) -> Job:
    """The only way to a job; NotFound for those of other units."""
    found = jobs_of(actor).filter(pk=job_id).first()
    if found is None:
        raise NotFound("no such work / 没有这个任务")
    return found


@guard(WORK)
def jobs(request: HttpRequest) -> HttpResponse:
    """Newest first, by state, subject and words."""
    said = {name: asked(request.GET, name) for name in ("state", "subject", "q", "page")}
    found = jobs_of(request.actor).order_by("-created_at")
    if said["state"]:
        found = found.filter(state=said["state"])
    if said["subject"]:
        found = found.filter(subject=said["subject"])
    if said["q"]:
        titled = Resource.objects.filter(
            Q(title__zh__icontains=said["q"]) | Q(title__en__icontains=said["q"])
        )
        found = found.filter(
            Q(title__zh__icontains=said["q"]) | Q(title__en__icontains=said["q"])
            | Q(subject__icontains=said["q"]) | Q(subject__in=titled.values("key"))
        )  # fmt: skip
    page = Paginator(found, PAGE).get_page(said["page"])
    return render(request, "data/jobs/list.html", {"page": page, "asked": said})


@guard(WORK)
def job(request: HttpRequest, job_id: UUID) -> HttpResponse:
    """One job."""
    row = job_for(request.actor, job_id)
    return render(request, "data/jobs/detail.html", {"job": row, "pausable": kind(row.kind).pausable})


@guard(WORK)
@require_POST
def wish(request: HttpRequest, job_id: UUID) -> HttpResponse:
    """Pause, cancel, resume or retry."""
    row = job_for(request.actor, job_id)
    asked_for = asked(request.POST, "wish")
    if asked_for in WISHES:
        wish_of_job(row.pk, asked_for, by=request.actor)
    return redirect("data:job", row.pk)
