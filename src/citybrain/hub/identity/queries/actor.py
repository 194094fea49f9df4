"""From a request to the actor: who is asking, in which post or for whom. Known from the session's own query."""

import functools
from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY, get_user
from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.db.models import Q
from django.http import HttpRequest
from django.utils.crypto import constant_time_compare

from citybrain.kernel import clock
from citybrain.kernel.actor import Actor

from ..models import Account, Delegation, Representation
from .assurance import marks
from .directory import directory

CITIZEN_ROLE = "citizen"
ASSURANCE = "identity.assurance"  # session key: how surely the real-name provider knew the person
ACTING = "identity.acting"  # session key: "own", "post:<id>", "legal_person:<id>", "delegation:<id>"


# The account as ``a``, with its confirmed posts and the directory's version. Written out because it runs on every
# request: the same through the ORM costs four times the CPU.
_RIGHTS = """
       ARRAY(SELECT h.post_id FROM identity_postholding h
              WHERE h.account_id = a.id AND h.state = 'confirmed' ORDER BY h."order", h.proposed_at),
       (SELECT v.value FROM identity_directoryversion v WHERE v.id = 1)"""


@functools.cache
def _fields() -> list[str]:
    return [field.attname for field in Account._meta.concrete_fields]


@functools.cache
def account_columns() -> str:
    """What a statement that calls the account ``a`` selects, for ``account_of_row``. Starts with the id."""
    columns = ", ".join(f'a."{field.column}"' for field in Account._meta.concrete_fields)
    return f"{columns},{_RIGHTS}"


def account_of_row(values: Sequence[Any]) -> Any:
    """The account of a row of ``account_columns``, with ``held_posts`` and ``directory_version``; None for none."""
    if values[0] is None:
        return None
    account: Any = Account.from_db(connection.alias, _fields(), values[:-2])
    account.held_posts, account.directory_version = values[-2:]
    return account


def account_with_rights(account_id: Any) -> Any:
    """The account with its confirmed posts and the directory's version in the same row, or None."""
    with connection.cursor() as cursor:
        statement = f"SELECT {account_columns()} FROM identity_account a WHERE a.id = %s"  # noqa: S608 own words
        cursor.execute(statement, [account_id])
        row = cursor.fetchone()
    return account_of_row(row) if row else None


def signed_in(request: HttpRequest) -> Any:
    """Whose session this is: the account that came with it when everything fits, else what Django finds out.

    Fits: the session names this account and our backend, was opened with its present password, and it is not disabled.
    """
    session: Any = request.session
    if SESSION_KEY not in session:
        return AnonymousUser()
    account = getattr(session, "account", None)
    if (
        account is not None
        and account.is_active
        and session[SESSION_KEY] == str(account.pk)
        and session.get(BACKEND_SESSION_KEY) in settings.AUTHENTICATION_BACKENDS
        and constant_time_compare(session.get(HASH_SESSION_KEY, ""), account.get_session_auth_hash())
    ):
        return account
    return get_user(request)


class AccountBackend(ModelBackend):
    """Password check of officials only; loading an account brings its rights along in one query.

    Refuses citizens (they have no password here) and disabled accounts. Django's own permissions are not used.
    """

    def authenticate(self, request: Any, username: Any = None, password: Any = None, **kw: Any) -> Any:
        account = super().authenticate(request, username=username, password=password, **kw)
        return account if account is None or account.kind == Account.Kind.OFFICIAL else None

    def get_user(self, user_id: Any) -> Any:
        account = account_with_rights(user_id)
        return account if account is not None and self.user_can_authenticate(account) else None

    def has_perm(self, user_obj: Any, perm: str, obj: Any = None) -> bool:
        return False


def client_ip(request: HttpRequest) -> str:
    """Address of the client: what our own proxies (``TRUSTED_PROXIES`` of them) added, never what it claims itself."""
    trusted = int(getattr(settings, "TRUSTED_PROXIES", 0))
    chain = [part.strip() for part in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",") if part.strip()]
    if trusted and len(chain) >= trusted:
        return chain[-trusted][:45]
    return str(request.META.get("REMOTE_ADDR") or "")


def terminal(request: HttpRequest) -> str:
    """``kiosk`` when the kiosk marked its session, else ``web``."""
    return str(request.session.get("identity.terminal", "web"))


def actor_for(request: HttpRequest) -> Actor:
    """The actor of a request; anonymous when nobody is signed in."""
    account: Any = request.user
    if not account.is_authenticated:
        return Actor.anonymous(ip=client_ip(request))
    acting = str(request.session.get(ACTING, ""))
    actor = actor_of(account, acting, terminal=terminal(request), ip=client_ip(request))
    level = marks(str(request.session.get(ASSURANCE, ""))) if actor.kind == "citizen" else None
    return replace(actor, permissions=actor.permissions | level) if level else actor


def actor_of(account: Any, acting: str = "", *, terminal: str = "web", ip: str = "") -> Actor:
    """The actor of an account in the chosen capacity; an unknown or ended capacity falls back to one's own."""
    if not hasattr(account, "held_posts"):
        account = account_with_rights(account.pk)
    if account.kind == Account.Kind.OFFICIAL:
        return _official(account, acting, terminal, ip)
    return _citizen(account, acting, terminal, ip)


def several_posts(account: Any) -> bool:
    """Whether an official holds more than one post that still exists."""
    picture = directory(account.directory_version)
    return sum(1 for post_id in account.held_posts if post_id in picture.posts) > 1


def _official(account: Any, acting: str, terminal: str, ip: str) -> Actor:
    picture = directory(account.directory_version)
    posts = [picture.posts[p] for p in account.held_posts if p in picture.posts]
    chosen = next((p for p in posts if acting == f"post:{p.id}"), posts[0] if posts else None)
    return Actor(
        kind="official",
        account_id=account.pk,
        person_id=account.person_id,
        post_id=chosen.id if chosen else None,
        organisation=chosen.organisation if chosen else "",
        authority="post" if chosen else "own",
        subject_id=account.person_id,
        terminal=terminal,
        ip=ip,
        name=account.name or account.username,
        permissions=picture.permissions([chosen.id]) if chosen else frozenset(),
    )


def _citizen(account: Any, acting: str, terminal: str, ip: str) -> Actor:
    picture = directory(account.directory_version)
    role = picture.roles.get(CITIZEN_ROLE)
    authority, subject_id = "own", account.person_id
    kind, _, raw = acting.partition(":")
    if kind in {"legal_person", "delegation"}:
        found = _subject_of_choice(kind, raw, account.person_id)
        if found is not None:
            authority, subject_id = acting, found
    return Actor(
        kind="citizen",
        account_id=account.pk,
        person_id=account.person_id,
        authority=authority,
        subject_id=subject_id,
        terminal=terminal,
        ip=ip,
        name=account.name or account.username,
        permissions=role.permissions if role else frozenset(),
    )


def _subject_of_choice(kind: str, raw: str, person_id: UUID | None) -> UUID | None:
    """The represented subject if the right to represent it holds at this moment."""
    try:
        key = UUID(raw)
    except ValueError:
        return None
    now = clock.now()
    if kind == "legal_person":
        live = Representation.objects.filter(
            Q(until=None) | Q(until__gt=now), legal_person=key, person=person_id
        )
        return live.values_list("legal_person_id", flat=True).first()
    held = Delegation.objects.filter(pk=key, agent=person_id, revoked_at=None, expires_at__gt=now)
    return held.values_list("principal_id", flat=True).first()
