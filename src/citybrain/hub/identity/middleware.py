"""Puts ``request.user`` and ``request.actor`` on every request, and ends sessions that were idle too long or ended elsewhere."""

import functools
from collections.abc import Callable

from django.contrib.auth import logout
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from citybrain.kernel.actor import Actor
from citybrain.kernel.remember import one_request

from .queries.actor import actor_for, client_ip, several_posts, signed_in
from .queries.directory import directory, pinned
from .queries.people import subject_of
from .queries.rights import keep_refusal
from .queries.sessions import is_idle, note_seen

BETWEEN = {"en": " · "}  # stands between unit and post; Chinese does with a space


class ActorMiddleware:
    """In the place of Django's AuthenticationMiddleware. Costs nothing for visitors without a session."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with one_request():
            return self.identified(request)

    def identified(self, request: HttpRequest) -> HttpResponse:
        """The page, once the session is read."""
        if not request.session.session_key:
            request.user = AnonymousUser()
            request.actor = Actor.anonymous(ip=client_ip(request))  # type: ignore[attr-defined]
            return self.get_response(request)
        request.user = signed_in(request)
        if request.user.is_authenticated:
            if is_idle(request):
                logout(request)
            else:
                note_seen(request)
        actor = request.actor = actor_for(request)  # type: ignore[attr-defined]
        if not actor.is_authenticated:
            return self.get_response(request)
        with pinned(directory(request.user.directory_version)):  # type: ignore[union-attr]
            return self.answer(request, actor)

    def answer(self, request: HttpRequest, actor: Actor) -> HttpResponse:
        """The page, once it is clear who asks and in which capacity."""
        if (
            getattr(request.user, "must_change_password", False)
            and request.path not in allowed_before_change()
        ):
            return redirect("identity:password")
        if actor.post_id is not None:
            name_the_post(request, actor)
        elif actor.authority not in {"own", "system"}:
            request.acting_for = subject_of(actor).name  # type: ignore[attr-defined]
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> None:
        """A refusal stays in the audit log although the refused act was rolled back."""
        keep_refusal(error)


def name_the_post(request: HttpRequest, actor: Actor) -> None:
    """Words for the bench's top bar."""
    picture = directory(request.user.directory_version)  # type: ignore[union-attr]
    post, unit = picture.posts.get(actor.post_id), picture.organisations.get(actor.organisation)  # type: ignore[arg-type]
    request.organisation_name = unit.short if unit else {}  # type: ignore[attr-defined]
    title = {
        lang: BETWEEN.get(lang, " ").join(filter(None, [(unit.short.get(lang) or "") if unit else "", words]))
        for lang, words in (post.title if post else {}).items()
        if words
    }
    request.post_title = title  # type: ignore[attr-defined]
    request.several_posts = several_posts(request.user)  # type: ignore[attr-defined]


@functools.cache
def allowed_before_change() -> frozenset[str]:
    """Pages open to somebody who must choose a password first."""
    return frozenset(reverse(f"identity:{name}") for name in ("password", "logout"))
