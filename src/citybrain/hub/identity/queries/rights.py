"""May this actor do that, there, for that matter? Default deny; the system may, nobody else by default."""

from typing import Any
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext as _

from citybrain.kernel import audit
from citybrain.kernel.actor import Actor
from citybrain.kernel.errors import NotAllowed
from citybrain.kernel.models import AuditEntry

from ..data import ALL, Scope, ScopePart
from ..models import Account, Delegation, PostHolding
from .directory import directory

EVERYWHERE = Scope((ScopePart(ALL, ALL),))
NOWHERE = Scope()


def scope(actor: Actor, permission: str) -> Scope:
    """Where the actor holds the permission: role × organisation subtree × matter set.

    Citizens hold their permissions everywhere: whose record it is, is the guarded accessor's question. A citizen
    acting by delegation holds them for the delegated matters only.
    """
    if actor.kind == "system":
        return EVERYWHERE
    if permission not in actor.permissions:
        return NOWHERE
    if actor.kind == "citizen":
        return Scope((ScopePart(ALL, _delegated_matters(actor)),))
    return directory().scope(actor.post_id, permission) if actor.post_id else NOWHERE


def _delegated_matters(actor: Actor) -> Any:
    kind, _sep, raw = actor.authority.partition(":")
    if kind != "delegation":
        return ALL
    matters = Delegation.objects.filter(pk=UUID(raw)).values_list("matters", flat=True).first()
    return frozenset(matters) if matters else ALL


def may(actor: Actor, permission: str, *, organisation: str = "", matter: str = "") -> bool:
    """Whether the permission reaches the organisation and the matter; an empty name asks nothing about it."""
    if actor.kind != "system" and permission not in actor.permissions:
        return False
    return scope(actor, permission).allows(organisation, matter)


def require(
    actor: Actor, permission: str, *, organisation: str = "", matter: str = "", obj: str = ""
) -> None:
    """NotAllowed with an audit row when ``may`` says no."""
    if may(actor, permission, organisation=organisation, matter=matter):
        return
    row = {
        "action": "identity.refuse", "by": actor, "obj": obj, "organisation": organisation,
        "after": {"permission": permission, "matter": matter},
    }  # fmt: skip
    error = NotAllowed(
        _("Your post does not allow this."),
        safe=_("Nothing was changed."),
        todo=_("Switch to another post, or ask your unit leader."),
    )
    error.refusal = (audit.record(**row), row)  # type: ignore[attr-defined, arg-type]
    raise error


def keep_refusal(error: Exception) -> None:
    """Write the audit row of a refusal again when the refused act's transaction rolled it back with everything else."""
    found = getattr(error, "refusal", None)
    if found and not AuditEntry.objects.filter(id=found[0]).exists():
        audit.record(**found[1])


def scope_q(found: Scope, organisation_field: str, matter_field: str = "") -> Q:
    """The scope as a filter for Django queries. An empty scope matches nothing."""
    clause = Q(pk__in=[])
    for part in found.parts:
        here = Q()
        if part.organisations is not ALL:
            here &= Q(**{f"{organisation_field}__in": part.organisations})
        if matter_field and part.matters is not ALL:
            here &= Q(**{f"{matter_field}__in": part.matters})
        if not here:
            return Q()
        clause |= here
    return clause


def persons_holding(role: str, organisation: str) -> list[UUID]:
    """Accounts to notify: holders of the role in the unit, else those whose grant of it reaches the unit."""
    posts = [post.id for post in directory().holders(role, organisation)]
    rows = PostHolding.objects.filter(
        post__in=posts, state=PostHolding.State.CONFIRMED, account__is_active=True
    )
    return list(rows.order_by("account_id").values_list("account_id", flat=True).distinct())


def holders_of_post(post_id: UUID) -> list[UUID]:
    """Accounts that hold a post now."""
    rows = PostHolding.objects.filter(
        post=post_id, state=PostHolding.State.CONFIRMED, account__is_active=True
    )
    return list(rows.values_list("account_id", flat=True))


def account_names(account_ids: list[UUID]) -> dict[UUID, str]:
    """Names of officials' accounts, for pickers of colleagues; citizens' names are never given this way."""
    rows = Account.objects.filter(pk__in=account_ids[:1000], kind=Account.Kind.OFFICIAL)
    return dict(rows.values_list("pk", "name"))
