"""What signed-in citizens do here: remarks, stars, reuses, requests for data, keys."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages as flash
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from citybrain.apps.opendata.actions import keys, voices
from citybrain.apps.opendata.actions.request import request_data
from citybrain.apps.opendata.models import ApiKey, Comment, DataRequest, OpenDataset, Reuse
from citybrain.apps.opendata.queries import catalogue, rows
from citybrain.apps.opendata.views.asked import word
from citybrain.apps.opendata.views.dataset import shown_page
from citybrain.hub.cases import api as cases
from citybrain.kernel.errors import Conflict, FieldProblem, Invalid, NotFound
from citybrain.kernel.guard import SIGNED_IN, guard, public

MOST_LISTED = 50


@guard(SIGNED_IN)
@require_POST
def comment(request: HttpRequest, slug: str) -> HttpResponse:
    """A remark, shown after a steward's look."""
    row = rows.public_dataset(slug)
    text = word(request.POST, "text", 2000)
    try:
        voices.say_comment(row, text, by=request.actor)
    except Invalid as error:
        return shown_page(request, row, problems=error.problems, said={"text": text}, status=422)
    flash.success(request, _("Thank you. Your remark will be shown after somebody has looked at it."))
    return redirect("opendata:dataset", slug)


@guard(SIGNED_IN)
@require_POST
def report(request: HttpRequest, slug: str, comment_id: UUID) -> HttpResponse:
    """A complaint about a remark."""
    voices.report_comment(comment_id, rows.public_dataset(slug), by=request.actor)
    flash.success(request, _("Thank you. A steward will look at it."))
    return redirect("opendata:dataset", slug)


@guard(SIGNED_IN)
@require_POST
def stars(request: HttpRequest, slug: str) -> HttpResponse:
    """Stars for a dataset."""
    row = rows.public_dataset(slug)
    given = word(request.POST, "stars", 2)
    try:
        voices.give_stars(
            row, int(given) if given.isascii() and given.isdecimal() else None, by=request.actor
        )
    except Invalid as error:
        return shown_page(request, row, problems=error.problems, status=422)
    flash.success(request, _("Thank you for your rating."))
    return redirect("opendata:dataset", slug)


@guard(SIGNED_IN)
@require_http_methods(["GET", "POST"])
def new_reuse(request: HttpRequest) -> HttpResponse:
    """Show what was made with open data."""
    voices.require_citizen(request.actor)
    said = {name: word(request.POST, name, 2000) for name in ("title", "about", "address")}
    chosen = [slug[:80] for slug in request.POST.getlist("datasets")[:10]] or [word(request.GET, "dataset")]
    problems: list[FieldProblem] = []
    listed = list(catalogue.shown().filter(kind="own").order_by("slug").only("slug", "title")[:200])
    if request.method == "POST":
        try:
            voices.submit_reuse(said, [row for row in listed if row.slug in chosen], by=request.actor)
        except Invalid as error:
            problems = error.problems
        else:
            flash.success(request, _("Thank you. It will be shown after somebody has looked at it."))
            return redirect("opendata:gallery")
    return form(request, "opendata/portal/reuse.html", problems, said=said, chosen=chosen, listed=listed)


def form(request: HttpRequest, template: str, problems: list[FieldProblem], **context: Any) -> HttpResponse:
    """A form page, with what is wrong at the fields."""
    context |= {"problems": problems, "errors": {p.path: p.message for p in problems}}
    return render(request, template, context, status=422 if problems else 200)


@public("What people asked for, without who asked.")
@require_GET
def requests(request: HttpRequest) -> HttpResponse:
    """Requests that were decided, and the way to make one. Titles are shown once an official has dealt with them."""
    listed = (
        DataRequest.objects.filter(decided_at__isnull=False)
        .exclude(state="withdrawn")
        .select_related("answer")
    )
    return render(request, "opendata/portal/requests.html", {"listed": list(listed[:MOST_LISTED])})


@guard(SIGNED_IN)
@require_http_methods(["GET", "POST"])
def new_request(request: HttpRequest) -> HttpResponse:
    """Ask for data."""
    voices.require_citizen(request.actor)
    said = {name: word(request.POST, name, 2000) for name in ("title", "purpose", "items")}
    about = OpenDataset.objects.filter(slug=word(request.GET, "dataset"), state="published").first()
    problems: list[FieldProblem] = []
    if request.method == "POST":
        try:
            request_data(said, dataset=about, by=request.actor)
        except Invalid as error:
            problems = error.problems
        else:
            flash.success(request, _("Your request was handed in. You find it under My open data."))
            return redirect("opendata:my")
    return form(request, "opendata/portal/request.html", problems, said=said, about=about)


@guard(SIGNED_IN)
@require_GET
def my(request: HttpRequest) -> HttpResponse:
    """My keys, requests, remarks and reuses."""
    return my_page(request)


def my_page(request: HttpRequest, *, fresh: str = "", problems: Any = (), status: int = 200) -> HttpResponse:
    """The page; right after a key was made it shows the key, this once."""
    account = voices.require_citizen(request.actor)
    asked = list(DataRequest.objects.filter(account_id=account)[:MOST_LISTED])
    return render(request, "opendata/portal/my.html", {
        "keys": list(ApiKey.objects.filter(account_id=account, revoked_at=None)), "fresh": fresh,
        "asked": [(one, answer_of(request, one)) for one in asked],
        "comments": list(Comment.objects.filter(account_id=account).select_related("dataset")[:MOST_LISTED]),
        "reuses": list(Reuse.objects.filter(account_id=account)[:MOST_LISTED]), "problems": list(problems),
        "errors": {p.path: p.message for p in problems},
    }, status=status)  # fmt: skip


def answer_of(request: HttpRequest, one: DataRequest) -> dict[str, Any]:
    """State and answer of my request, from its case."""
    try:
        view = cases.case_for(request.actor, one.case_id, purpose="own", parts=())
    except NotFound:
        return {"state": {}, "public": {}, "answer": "", "due": None}
    told = (
        [t.data.get("answer", "") for t in cases.timeline(request.actor, one.case_id)]
        if one.decided_at
        else []
    )
    return {"state": view.record.state_name, "public": view.state_public, "answer": next((a for a in told if a), ""),
            "due": None if view.record.finished else view.record.due_at}  # fmt: skip


@guard(SIGNED_IN)
@require_POST
def make_key(request: HttpRequest) -> HttpResponse:
    """A key, shown once."""
    try:
        return my_page(request, fresh=keys.make_key(word(request.POST, "label", 60), by=request.actor))
    except Invalid as error:
        return my_page(request, problems=error.problems, status=422)
    except Conflict as error:
        flash.error(request, error.message)
        return redirect("opendata:my")


@guard(SIGNED_IN)
@require_POST
def revoke_key(request: HttpRequest, key_id: UUID) -> HttpResponse:
    """Take a key back."""
    keys.revoke_key(key_id, by=request.actor)
    flash.success(request, _("The key no longer works."))
    return redirect("opendata:my")
