"""Choosing in whose name to act: oneself, a post, a firm, another person. The right is asked again at every request."""

from typing import Any

from django.utils.translation import gettext as _

from citybrain.kernel import audit
from citybrain.kernel.actor import Actor
from citybrain.kernel.errors import NotFound
from citybrain.kernel.text import say

from ..data import ActingChoice
from ..models import Account
from ..queries.actor import ACTING, account_with_rights, actor_of, several_posts
from ..queries.directory import directory
from ..queries.people import live_delegations, live_representations
from .sign_in import rotate


def choices(account: Any, actor: Actor) -> list[ActingChoice]:
    """Every way this account may act now; the current one is marked."""
    if account.kind == Account.Kind.OFFICIAL:
        return _posts(account, actor)
    current = actor.authority
    found = [ActingChoice("own", _("Myself"), actor.name, current == "own")]
    for row in live_representations(actor.person_id).select_related("legal_person"):
        role = _("Legal representative") if row.role == row.Role.LEGAL_REPRESENTATIVE else _("Handler")
        key = f"legal_person:{row.legal_person_id}"
        if key not in {c.key for c in found}:
            found.append(
                ActingChoice(key, row.legal_person.name, f"{role} · {row.legal_person.uscc}", current == key)
            )
    for row in live_delegations(agent=actor.person_id).select_related("principal"):
        key = f"delegation:{row.id}"
        found.append(ActingChoice(key, row.principal.name, _("As agent"), current == key))
    return found


def must_choose(account: Any) -> bool:
    """Whether the account holds several posts now, so that one is to be chosen after signing in."""
    if account.kind != Account.Kind.OFFICIAL:
        return False
    if not hasattr(account, "held_posts"):
        account = account_with_rights(account.pk)
    return several_posts(account)


def _posts(account: Any, actor: Actor) -> list[ActingChoice]:
    picture = directory(account.directory_version)
    found = []
    for post_id in account.held_posts:
        post = picture.posts.get(post_id)
        if post:
            unit = picture.organisations.get(post.organisation)
            current = actor.post_id == post_id
            found.append(
                ActingChoice(f"post:{post_id}", say(post.title), say(unit.name) if unit else "", current)
            )
    return found


def act_as(request: Any, key: str) -> Actor:
    """Switch. NotFound for a capacity the account does not have; the session key is rotated."""
    account = request.user
    if key not in {choice.key for choice in choices(account, request.actor)}:
        raise NotFound(_("You cannot act in that capacity."), code="capacity_unknown")
    rotate(request)
    request.session[ACTING] = key
    actor = actor_of(account, key, ip=request.actor.ip, terminal=request.actor.terminal)
    if actor.post_id is not None:
        Account.objects.filter(pk=account.pk).update(last_post_id=actor.post_id)
    audit.record(
        "identity.act_as",
        by=actor,
        obj=f"account:{account.pk}",
        before={"authority": request.actor.authority},
    )
    return actor
