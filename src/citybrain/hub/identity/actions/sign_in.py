"""Signing in and out. Rotates the session, counts failures, records the sign-in; refuses to say which part was wrong."""

from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings
from django.contrib.auth import SESSION_KEY, authenticate, login, logout
from django.contrib.sessions.models import Session
from django.db import transaction
from django.http import HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from citybrain.kernel import audit, clock, ratelimit
from citybrain.kernel.actor import Actor
from citybrain.kernel.errors import TooMany

from ..models import Account, SignIn
from ..queries.actor import ACTING, actor_of, client_ip
from ..queries.sessions import SEEN

BACKEND = "citybrain.hub.identity.queries.actor.AccountBackend"
# Five failures in 15 minutes from one address stop that address for that account; 20 from anywhere stop the account.
# The two steps keep a stranger from locking an official out with five wrong guesses.
FAILURES_FROM_HERE = (5, 900)
FAILURES_PER_ACCOUNT = (20, 900)
FAILURES_PER_ADDRESS = (30, 900)
PENDING = "identity.pending"  # account that gave its password and still owes the second factor


def check_password(request: HttpRequest, *, username: str, password: str) -> Account | None:
    """The official with this password, or None. Raises TooMany when the account or the address must wait.

    An unknown name takes as long and counts as much as a wrong password.
    """
    name, ip = username.strip().lower()[:150], client_ip(request)
    throttle(f"identity.password:{name}:{ip}", FAILURES_FROM_HERE)
    throttle(f"identity.password:{name}", FAILURES_PER_ACCOUNT)
    throttle(f"identity.address:{ip}", FAILURES_PER_ADDRESS)
    account: Any = authenticate(request, username=username.strip(), password=password)
    if account is None:
        audit.record("identity.sign_in_failed", by=Actor.anonymous(ip=ip), obj=f"username:{name[:60]}")
        return None
    for key in (f"identity.password:{name}:{ip}", f"identity.password:{name}"):
        ratelimit.clear(key)
    # a hall of fifty clerks shares one address: only failures count against it
    ratelimit.give_back(f"identity.address:{ip}", *FAILURES_PER_ADDRESS)
    return account


def throttle(key: str, limit: tuple[int, int]) -> None:
    """TooMany with a readable message when the key was used too often."""
    try:
        ratelimit.allow(key, *limit)
    except TooMany as error:
        raise TooMany(
            _("Too many attempts. Please wait before trying again."),
            retry_after=error.retry_after,
            safe=_("Your account is unchanged."),
            todo=_("Wait a few minutes, or ask your system administrator."),
        ) from error


def needs_second_factor(account: Account) -> str:
    """``""`` nothing more, ``"verify"`` a code or passkey, ``"enrol"`` must set one up first.

    Officials need a second factor in production; in demo mode only those who have set one up are asked.
    """
    if account.has_second_factor:
        return "verify"
    if account.kind != Account.Kind.OFFICIAL or settings.MODE == "demo":
        return ""
    return "enrol"


@transaction.atomic
def open_session(request: HttpRequest, account: Account, *, method: str) -> Actor:
    """Sign the account in on a fresh session (no fixation) and record where from."""
    request.session.pop(PENDING, None)
    request.session.flush()
    login(request, account, backend=BACKEND)
    request.session.pop(ACTING, None)
    now = clock.now()
    request.session[SEEN] = now.timestamp()
    acting = f"post:{account.last_post_id}" if account.last_post_id else ""
    if acting:
        request.session[ACTING] = acting
    request.session.save()
    SignIn.objects.create(
        account_id=account.pk,
        session_key=request.session.session_key,
        method=method,
        ip=client_ip(request) or None,
        device=device_of(str(request.META.get("HTTP_USER_AGENT", ""))),
        started_at=now,
        seen_at=now,
    )
    actor = actor_of(account, acting, ip=client_ip(request))
    audit.record("identity.sign_in", by=actor, obj=f"account:{account.pk}", after={"method": method})
    request.actor = actor  # type: ignore[attr-defined]
    return actor


BROWSERS = (
    ("Edg/", "Edge"),
    ("MicroMessenger", "WeChat"),
    ("Firefox/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
SYSTEMS = (
    ("Windows", "Windows"),
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Mac OS", "macOS"),
    ("Linux", "Linux"),
)


def device_of(agent: str) -> str:
    """Browser and system in two words people know; the start of the raw text for anything else."""
    found = [next((name for mark, name in table if mark in agent), "") for table in (BROWSERS, SYSTEMS)]
    return " · ".join(word for word in found if word) or agent[:60]


def rotate(request: HttpRequest) -> None:
    """A new session key for more power; the list of sessions follows it."""
    old = request.session.session_key
    request.session.cycle_key()
    follow(old, request.session.session_key)


def follow(old: str | None, new: str | None) -> None:
    """The list of sessions follows a rotated key."""
    if old and new and old != new:
        SignIn.objects.filter(session_key=old).update(session_key=new)


@transaction.atomic
def close_session(request: HttpRequest) -> None:
    """Sign out this session."""
    key = request.session.session_key
    if SESSION_KEY in request.session:
        audit.record("identity.sign_out", by=request.actor, obj=f"account:{request.session[SESSION_KEY]}")  # type: ignore[attr-defined]
    SignIn.objects.filter(session_key=key, ended_at=None).update(ended_at=clock.now(), ended_by="self")
    logout(request)


@transaction.atomic
def end_sign_in(*, account_id: UUID, sign_in_id: UUID, by: Actor) -> bool:
    """End one of the account's own sessions, on whatever device. False when it is not theirs."""
    row = SignIn.objects.filter(pk=sign_in_id, account=account_id, ended_at=None).first()
    if row is None:
        return False
    _end([row], "self", by)
    return True


@transaction.atomic
def end_all(*, account_id: UUID, by: Actor, except_key: str = "", reason: str = "self") -> int:
    """End every session of an account, but for one."""
    rows = list(SignIn.objects.filter(account=account_id, ended_at=None).exclude(session_key=except_key))
    _end(rows, reason, by)
    return len(rows)


def _end(rows: list[SignIn], reason: str, by: Actor) -> None:
    keys = [row.session_key for row in rows]
    Session.objects.filter(session_key__in=keys).delete()
    SignIn.objects.filter(pk__in=[row.pk for row in rows]).update(ended_at=clock.now(), ended_by=reason)
    for row in rows:
        audit.record(
            "identity.end_session", by=by, obj=f"account:{row.account_id}", after={"sign_in": str(row.pk)}
        )


def safe_next(request: HttpRequest, fallback: str = "/") -> str:
    """Where to go after signing in: a path on this very host, never elsewhere (open redirect)."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    ok = url_has_allowed_host_and_scheme(wanted, allowed_hosts=None, require_https=request.is_secure())
    if not ok or not wanted.startswith("/") or urlsplit(wanted).netloc:
        return fallback
    return wanted
