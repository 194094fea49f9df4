"""Accounts and who holds which post. System administrators propose, security administrators confirm.

Refuses two separated powers in one hand (三员分立), confirming one's own proposal, and touching oneself.
"""

from typing import Any
from uuid import UUID

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from citybrain.kernel import audit, clock, events
from citybrain.kernel.actor import Actor
from citybrain.kernel.errors import Conflict, FieldProblem, Invalid, NotAllowed, NotFound

from ..data import AccountClosed, PostEnded, PostHeld
from ..models import Account, Post, PostHolding
from ..permissions import ACCOUNTS, GRANTS, POSTS
from ..queries.directory import directory
from ..queries.rights import require
from .sign_in import end_all
from .signing import retire_signing_key

LIVE = [PostHolding.State.PROPOSED, PostHolding.State.CONFIRMED]


@transaction.atomic
def create_account(
    *, username: str, name: str, password: str, by: Actor, email: str = "", demo: bool = False
) -> UUID:
    """A new official account that must change its password at first sign-in. It can do nothing until it holds a post."""
    require(by, ACCOUNTS)
    account = Account(
        kind=Account.Kind.OFFICIAL, username=username.strip().lower(), name=name.strip(), email=email.strip()
    )
    account.must_change_password, account.demo = True, demo
    problems = _account_problems(account, password)
    if problems:
        raise Invalid(problems)
    account.set_password(password)
    account.save(force_insert=True)
    audit.record(
        "identity.create_account", by=by, obj=f"account:{account.pk}", after={"username": account.username}
    )
    return account.pk


def _account_problems(account: Account, password: str) -> list[FieldProblem]:
    problems = []
    if not account.name:
        problems.append(FieldProblem("name", "required", _("Name is required.")))
    if not account.username or not all(c.isascii() and (c.isalnum() or c in "._-") for c in account.username):
        problems.append(
            FieldProblem("username", "username", _("Use letters, digits, dots, hyphens or underscores."))
        )
    elif Account.objects.filter(username=account.username).exists():
        problems.append(FieldProblem("username", "taken", _("This user name is taken.")))
    return problems + password_problems(password, account)


def password_problems(password: str, account: Account) -> list[FieldProblem]:
    """What is wrong with a password, in words."""
    try:
        validate_password(password, account)
    except ValidationError as error:
        weak = {
            "password_too_short": _("The password needs at least 10 characters."),
            "password_too_common": _("This password is among the first that people guess."),
            "password_too_similar": _("The password is too much like the name."),
            "password_entirely_numeric": _("The password must not be only digits."),
        }
        return [FieldProblem("password", "password", weak[str(e.code)]) for e in error.error_list]
    return []


@transaction.atomic
def change_password(*, account_id: UUID, old: str, new: str, by: Actor) -> None:
    """The holder changes the password; every other session ends."""
    account = Account.objects.select_for_update().get(pk=account_id)
    if by.account_id != account.pk:
        raise NotAllowed(_("Only the holder can change this password."))
    if not account.check_password(old):
        raise Invalid([FieldProblem("old", "wrong", _("The old password is not right."))])
    problems = [FieldProblem("new", p.code, p.message) for p in password_problems(new, account)]
    if old == new:
        problems.append(FieldProblem("new", "same", _("Choose a password you have not used.")))
    if problems:
        raise Invalid(problems)
    account.set_password(new)
    account.must_change_password = False
    account.save(update_fields=["password", "must_change_password"])
    audit.record("identity.change_password", by=by, obj=f"account:{account.pk}")


@transaction.atomic
def disable_account(*, account_id: UUID, reason: str, by: Actor) -> None:
    """Close an account and end its sessions. Nobody can close the one they are signed in with."""
    require(by, ACCOUNTS)
    account = _official(account_id)
    if account.pk == by.account_id:
        raise NotAllowed(_("You cannot disable your own account."))
    if not reason.strip():
        raise Invalid([FieldProblem("reason", "required", _("Say why."))])
    account.is_active, account.disabled_at, account.disabled_reason = False, clock.now(), reason.strip()[:200]
    account.save(update_fields=["is_active", "disabled_at", "disabled_reason"])
    end_all(account_id=account.pk, by=by, reason="disabled")
    retire_signing_key(account.pk, by=by, reason="account closed")
    audit.record(
        "identity.disable_account", by=by, obj=f"account:{account.pk}", after={"reason": reason.strip()}
    )
    events.publish(AccountClosed(account_id=account.pk), aggregate=f"account:{account.pk}", by=by)


@transaction.atomic
def enable_account(*, account_id: UUID, by: Actor) -> None:
    """Open a disabled account again; its posts are as they were."""
    require(by, ACCOUNTS)
    account = _official(account_id)
    if account.pk == by.account_id:
        raise NotAllowed(_("You cannot enable your own account."))
    account.is_active, account.disabled_at, account.disabled_reason = True, None, ""
    account.save(update_fields=["is_active", "disabled_at", "disabled_reason"])
    audit.record("identity.enable_account", by=by, obj=f"account:{account.pk}")


@transaction.atomic
def propose_post(*, account_id: UUID, post_id: UUID, by: Actor, note: str = "") -> UUID:
    """The system administrator proposes that an account holds a post; it has no effect before confirmation."""
    require(by, POSTS)
    account = _official(account_id)
    if not Post.objects.filter(pk=post_id, hidden=False).exists():
        raise NotFound(code="post_unknown")
    refuse_joined_powers(account.pk, post_id)
    try:
        with transaction.atomic():
            row = PostHolding.objects.create(
                account=account,
                post_id=post_id,
                proposed_by=by.account_id,
                note=note[:200],
                order=PostHolding.objects.filter(account=account).count(),
            )
    except IntegrityError as error:
        raise Conflict(_("The account already holds this post or waits for it.")) from error
    audit.record("identity.propose_post", by=by, obj=f"account:{account.pk}", after={"post": str(post_id)})
    return row.pk


@transaction.atomic
def decide_post(*, holding_id: UUID, confirm: bool, by: Actor, note: str = "") -> None:
    """The security administrator confirms or refuses. Not the proposer, not the person concerned."""
    require(by, GRANTS)
    row = PostHolding.objects.select_for_update().filter(pk=holding_id).first()
    if row is None:
        raise NotFound(code="holding_unknown")
    if row.state != PostHolding.State.PROPOSED:
        raise Conflict(_("This proposal has already been decided."))
    if by.account_id in {row.proposed_by, row.account_id}:
        raise NotAllowed(_("Another administrator must decide this."))
    if confirm:
        refuse_joined_powers(row.account_id, row.post_id)
    row.state = PostHolding.State.CONFIRMED if confirm else PostHolding.State.REFUSED
    row.decided_by, row.decided_at, row.note = by.account_id, clock.now(), note[:200] or row.note
    row.save(update_fields=["state", "decided_by", "decided_at", "note"])
    verb = "identity.confirm_post" if confirm else "identity.refuse_post"
    audit.record(verb, by=by, obj=f"account:{row.account_id}", after={"post": str(row.post_id)})
    if confirm:
        _tell(PostHeld, row, by)


@transaction.atomic
def end_post(*, holding_id: UUID, by: Actor, note: str = "") -> None:
    """The system administrator ends a holding; rights end with the next request of the holder."""
    require(by, POSTS)
    row = PostHolding.objects.select_for_update().filter(pk=holding_id, state__in=LIVE).first()
    if row is None:
        raise NotFound(code="holding_unknown")
    if row.account_id == by.account_id:
        raise NotAllowed(_("You cannot change your own posts."))
    was = row.state
    row.state, row.ended_at, row.note = PostHolding.State.ENDED, clock.now(), note[:200] or row.note
    row.save(update_fields=["state", "ended_at", "note"])
    audit.record(
        "identity.end_post", by=by, obj=f"account:{row.account_id}", before={"post": str(row.post_id)}
    )
    if was == PostHolding.State.CONFIRMED:
        _tell(PostEnded, row, by)


def _tell(kind: type[PostHeld] | type[PostEnded], row: PostHolding, by: Actor) -> None:
    event = kind(account_id=row.account_id, post_id=row.post_id, organisation=row.post.organisation_code)
    events.publish(event, aggregate=f"account:{row.account_id}", by=by)


def refuse_joined_powers(account_id: UUID, post_id: UUID) -> None:
    """三员分立: the system, security and audit powers never meet in one account, proposals counted.

    An administrator of one power holds no other kind of post either, so that no case work can be done with it.
    """
    Account.objects.select_for_update().get(pk=account_id)
    held = set(
        PostHolding.objects.filter(account=account_id, state__in=LIVE).values_list("post_id", flat=True)
    )
    picture = directory()
    new = picture.powers([post_id])
    old = picture.powers(held - {post_id})
    if len(new) > 1 or (new | old and new != old and held - {post_id}):
        raise NotAllowed(
            _("System, security and audit administration must stay in different hands."),
            safe=_("Nothing was changed."),
            todo=_("Choose another account."),
            code="separated_powers",
        )


def _official(account_id: UUID) -> Any:
    account = Account.objects.filter(pk=account_id, kind=Account.Kind.OFFICIAL).first()
    if account is None:
        raise NotFound(code="account_unknown")
    return account
