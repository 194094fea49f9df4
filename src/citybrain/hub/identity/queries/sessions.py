"""Open sessions: idle time and the list a person sees. The limits are settings of the deployment."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest

from citybrain.kernel import clock

from ..models import Account, SignIn

SEEN = "identity.seen"
SEEN_EVERY_SECONDS = 60  # writing each click would turn every read into a write


def idle_seconds(account: Any) -> int:
    """Officials 30 minutes, citizens 60, unless the deployment says otherwise."""
    if account.kind == Account.Kind.OFFICIAL:
        return int(getattr(settings, "IDENTITY_IDLE_SECONDS_OFFICIAL", 1800))
    return int(getattr(settings, "IDENTITY_IDLE_SECONDS_CITIZEN", 3600))


def is_idle(request: HttpRequest) -> bool:
    """Whether the session slept longer than its kind of account may."""
    seen = request.session.get(SEEN)
    return seen is not None and clock.now().timestamp() - seen > idle_seconds(request.user)


def note_seen(request: HttpRequest) -> None:
    """Remember activity, at most once a minute."""
    now = clock.now().timestamp()
    if now - request.session.get(SEEN, 0) >= SEEN_EVERY_SECONDS:
        request.session[SEEN] = now


def open_sign_ins(account_id: UUID) -> list[SignIn]:
    """Sessions of an account that are not ended, newest first."""
    return list(SignIn.objects.filter(account=account_id, ended_at=None).order_by("-started_at")[:50])
