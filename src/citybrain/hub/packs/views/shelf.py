"""The administrator's pages: which packs there are, what is wrong with one, installing and hiding it."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from citybrain.hub.packs.actions.checking import check
from citybrain.hub.packs.actions.install import install, uninstall
from citybrain.hub.packs.data import PackRefused, Problem
from citybrain.hub.packs.permissions import MANAGE, VIEW
from citybrain.hub.packs.queries.folders import folders
from citybrain.hub.packs.queries.shelf import shelf, shelf_page
from citybrain.kernel import workdays
from citybrain.kernel.errors import NotFound
from citybrain.kernel.guard import actor_of, guard


@guard(VIEW)
@never_cache
@require_safe
def shelf_list(request: HttpRequest) -> HttpResponse:
    """Every pack with version, grade, parts and state."""
    return render(request, "packs/list.html", {"lines": shelf(), "years": workdays.years_wanted()})


@guard(VIEW)
@never_cache
@require_safe
def detail(request: HttpRequest, name: str) -> HttpResponse:
    """One pack."""
    return _page(request, name)


@guard(MANAGE)
@never_cache
@require_POST
def check_now(request: HttpRequest, name: str) -> HttpResponse:
    """Check a pack as the command line does (apply and roll back) and show every problem."""
    report = check(known(name), by=actor_of(request))
    return _page(request, name, problems=report.problems, checked=True)


@guard(MANAGE)
@require_POST
def install_now(request: HttpRequest, name: str) -> HttpResponse:
    """Install a pack that lies in a pack folder of this machine. Nothing is uploaded here."""
    try:
        install(known(name), by=actor_of(request))
    except PackRefused as refused:
        return _page(request, name, problems=tuple(refused.problems), checked=True, status=422)
    messages.success(request, _("The pack is installed."))
    return redirect("packs:detail", name=name)


@guard(MANAGE)
@require_POST
def hide_now(request: HttpRequest, name: str) -> HttpResponse:
    """Hide a pack."""
    try:
        uninstall(name, by=actor_of(request))
    except PackRefused as refused:
        return _page(request, name, problems=tuple(refused.problems), checked=True, status=409)
    messages.success(request, _("The pack is hidden. What runs under it goes on."))
    return redirect("packs:detail", name=name)


def known(name: str) -> str:
    """The name, when a pack folder of this machine has it; paths are never taken from a request."""
    if name not in folders():
        raise NotFound(_("There is no such pack."))
    return name


def _page(
    request: HttpRequest, name: str, *, problems: tuple[Problem, ...] | None = None, checked: bool = False,
    status: int = 200,
) -> HttpResponse:  # fmt: skip
    page = shelf_page(name)
    context = {
        "page": page, "problems": page.problems if problems is None else problems, "checked": checked,
        "manages": actor_of(request).may(MANAGE),
    }  # fmt: skip
    return render(request, "packs/detail.html", context, status=status)
