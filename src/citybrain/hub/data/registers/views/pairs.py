"""Doubtful pairs, merging and splitting: who is who, decided by people with a reason, taken back with a reason."""

from uuid import UUID

from django.contrib import messages as flash
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from citybrain.hub.data.models import EntityDecision
from citybrain.hub.data.registers.actions.compare import compared_pairs
from citybrain.hub.data.registers.actions.decide_entity import (
    answer_pair,
    links_of,
    merge_entities,
    split_entity,
    undo_decision,
)
from citybrain.hub.data.registers.permissions import MATCH
from citybrain.hub.data.registers.queries.entities import records_of
from citybrain.hub.data.registers.queries.pairs import pairs
from citybrain.hub.data.views.asked import asked
from citybrain.kernel.errors import Conflict, Invalid, NotFound
from citybrain.kernel.guard import guard

PAGE = 10


@guard(MATCH)
def listed(request: HttpRequest) -> HttpResponse:
    """Pairs to answer, side by side and masked; below them the newest decisions."""
    said = {name: asked(request.GET, name, 20) for name in ("register", "state", "page")}
    page = Paginator(pairs(said["register"], said["state"] or "open"), PAGE).get_page(said["page"])
    shown = compared_pairs(list(page), by=request.actor)
    made = EntityDecision.objects.order_by("-at")[:20]
    return render(
        request, "data/registers/pairs.html", {"page": page, "pairs": shown, "asked": said, "decisions": made}
    )


@guard(MATCH)
@require_POST
def answer(request: HttpRequest, pair_id: UUID) -> HttpResponse:
    """The same or not."""
    answer_pair(pair_id, same=asked(request.POST, "answer") == "same", by=request.actor)
    return redirect("data:pairs")


@guard(MATCH)
def entity(request: HttpRequest, register: str, entity: str) -> HttpResponse:
    """The source records of one subject (no values), to split off what is somebody else's."""
    records = records_of(links_of(register), register, entity)
    if not records:
        raise NotFound("no such subject / 没有这个主体")
    made = EntityDecision.objects.filter(register=register, kept=entity).order_by("-at")[:20]
    sources = [(number, source, how, p) for number, (_record, source, how, p) in enumerate(records)]
    context = {"register": register, "entity": entity, "sources": sources, "decisions": made}
    return render(request, "data/registers/entity.html", context)


@guard(MATCH)
@require_POST
def merge(request: HttpRequest) -> HttpResponse:
    """Two ids become one."""
    said = {name: asked(request.POST, name, 400) for name in ("register", "kept", "other", "reason")}
    merge_entities(said["register"], said["kept"], said["other"], reason=said["reason"], by=request.actor)
    flash.success(request, _("Merged. It can be taken back."))
    return redirect("data:pairs")


@guard(MATCH)
@require_POST
def split(request: HttpRequest, register: str, entity: str) -> HttpResponse:
    """Chosen records leave; they are named by their place on the page, read again here."""
    records = records_of(links_of(register), register, entity)
    chosen = {int(n) for n in request.POST.getlist("record") if n.isascii() and n.isdigit()}
    names = [record for number, (record, *_rest) in enumerate(records) if number in chosen]
    split_entity(register, entity, names, reason=asked(request.POST, "reason", 400), by=request.actor)
    flash.success(request, _("Split. It can be taken back."))
    return redirect("data:entity", register, entity)


@guard(MATCH)
@require_POST
def undo(request: HttpRequest, decision_id: UUID) -> HttpResponse:
    """Take a decision back."""
    try:
        undo_decision(decision_id, reason=asked(request.POST, "reason", 400), by=request.actor)
        flash.success(request, _("Taken back."))
    except (Conflict, Invalid) as error:
        flash.error(request, error.message)
    return redirect("data:pairs")
