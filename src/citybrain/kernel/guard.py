"""Every address names a permission or says why it is public.

``@guard("cases.work")`` sends an anonymous visitor to the sign-in page and refuses, with an audit row, who lacks the
permission in any scope. Which organisation's objects the actor may reach is decided at the object, by the room.
"""

import functools
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import resolve_url
from django.utils.translation import gettext as _

from citybrain.kernel import audit
from citybrain.kernel.actor import Actor
from citybrain.kernel.errors import NotAllowed

SIGNED_IN = "signed-in"  # any account: a citizen's own pages
View = Callable[..., Any]


def guard(permission: str) -> Callable[[View], View]:
    """Only for actors that hold ``permission``; ``guard(SIGNED_IN)`` for anybody with an account."""

    def wrap(view: View) -> View:
        @functools.wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
            actor = actor_of(request)
            if not actor.is_authenticated:
                return to_sign_in(request)
            if permission != SIGNED_IN and not actor.may(permission):
                refuse(request, actor, permission)
            return view(request, *args, **kwargs)

        guarded.permission = permission  # type: ignore[attr-defined]
        return guarded

    return wrap


def public(reason: str) -> Callable[[View], View]:
    """For everybody, with the reason why that is right."""

    def wrap(view: View) -> View:
        view.public_reason = reason  # type: ignore[attr-defined]
        return view

    return wrap


def actor_of(request: HttpRequest) -> Actor:
    """The request's actor; anonymous where no middleware set one."""
    return getattr(request, "actor", None) or Actor.anonymous(ip=request.META.get("REMOTE_ADDR", ""))


def to_sign_in(request: HttpRequest) -> HttpResponse:
    """Redirect to the sign-in page and back; an API caller gets 401 instead of a page it cannot use."""
    where = resolve_url(settings.LOGIN_URL)
    if "application/json" in request.headers.get("Accept", ""):
        return HttpResponse(status=401, headers={"WWW-Authenticate": "Session"})
    back = request.get_full_path() if request.method in ("GET", "HEAD") else request.path
    return HttpResponseRedirect(f"{where}?{urlencode({'next': back})}")


def refuse(request: HttpRequest, actor: Actor, permission: str) -> None:
    """Audit the refusal and raise NotAllowed."""
    audit.record("kernel.refuse", by=actor, obj=f"url:{request.path}", after={"permission": permission})
    raise NotAllowed(
        _("Your post does not include this function."),
        safe=_("Nothing was changed."),
        todo=_("If you need it for your work, ask your unit leader or the security administrator."),
    )
