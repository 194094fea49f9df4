"""Sample people, firms and accounts from demo packs. Refuses production mode."""

from functools import cache
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.auth.hashers import make_password

from citybrain.hub.packs import api as packs
from citybrain.kernel.actor import Actor

from ..domain.documents import AccountEntry, LegalPersonEntry, PersonEntry
from ..models import Account, Person, Post, PostHolding, Representation
from ..queries.demo import DEMO_PASSWORD
from .accounts import refuse_joined_powers
from .people import appoint_representative, register_legal_person, register_person

SOURCE = "demo:"


@cache
def demo_hash() -> str:
    """One hash for the published password: it is no secret, and hashing it per account costs seconds."""
    return make_password(DEMO_PASSWORD)


def refuse_production() -> None:
    """Sample people never enter a real city's register."""
    if settings.MODE != "demo":
        raise packs.PackError(
            zh="生产模式不装载演示人员", en="Demo people are not loaded in production", code="demo_only"
        )


def person_known(ctx: Any, name: str) -> bool:
    """Whether a persons file at hand or a loaded demo person carries this id."""
    here = any(entry.id == name for doc in ctx.docs("persons") for entry in doc.data.persons)
    return here or Person.objects.filter(source=SOURCE + name).exists()


def demo_person(name: str) -> UUID:
    """The demo person with this id."""
    found = Person.objects.filter(source=SOURCE + name).values_list("id", flat=True).first()
    if found is None:
        raise packs.PackError(zh=f"没有演示人员：{name}", en=f"No demo person {name}", code="person_unknown")
    return found


def apply_persons(entries: list[PersonEntry], *, by: Actor) -> None:
    """Make or refresh the people."""
    refuse_production()
    for entry in entries:
        register_person(
            name=entry.name, id_number=entry.id_number, id_type=entry.id_type, phone=entry.phone, level=entry.level,
            facts=entry.facts, source=SOURCE + entry.id, demo=True, by=by,
        )  # fmt: skip


def apply_legal_persons(entries: list[LegalPersonEntry], *, by: Actor) -> None:
    """Make or refresh the firms and their representatives."""
    refuse_production()
    for entry in entries:
        firm = register_legal_person(
            name=entry.name, uscc=entry.uscc, kind=entry.kind, division=entry.division, address=entry.address,
            phone=entry.phone, facts=entry.facts, source=SOURCE + entry.id, demo=True, by=by,
        )  # fmt: skip
        roles = [(entry.representative, Representation.Role.LEGAL_REPRESENTATIVE)]
        roles += [(handler, Representation.Role.HANDLER) for handler in entry.handlers]
        for name, role in roles:
            if name:
                appoint_representative(
                    legal_person=firm, person=demo_person(name), role=role, by=by, source=SOURCE + entry.id
                )


def apply_accounts(entries: list[AccountEntry], *, by: Actor) -> None:
    """Make or refresh the sign-ins; an official's posts become exactly the listed ones."""
    refuse_production()
    for entry in entries:
        citizen = entry.kind == Account.Kind.CITIZEN
        account, made = Account.objects.get_or_create(
            username=entry.username, defaults={"kind": entry.kind, "password": "!", "demo": True}
        )
        if not made and not account.demo:
            raise packs.PackError(
                zh=f"账号 {entry.username} 已属于真实用户",
                en=f"{entry.username} belongs to a real person",
                code="account_real",
            )
        account.kind, account.name, account.is_active = entry.kind, entry.name, True
        account.person_id = demo_person(entry.person) if entry.person else None
        account.password = "!" if citizen else demo_hash()
        account.save()
        if not citizen:
            _hold_posts(account, entry.posts)


def _hold_posts(account: Account, keys: list[str]) -> None:
    ids = dict(Post.objects.filter(key__in=keys, hidden=False).values_list("key", "id"))
    missing = [key for key in keys if key not in ids]
    if missing:
        raise packs.PackError(
            zh=f"{account.username} 的岗位不存在：{'、'.join(missing)}",
            en=f"{account.username}: no such post {', '.join(missing)}", code="post_unknown",
        )  # fmt: skip
    stale = PostHolding.objects.filter(account=account).exclude(post__in=ids.values())
    stale.update(state=PostHolding.State.ENDED)
    for order, key in enumerate(keys):
        refuse_joined_powers(account.pk, ids[key])
        PostHolding.objects.update_or_create(
            account=account, post_id=ids[key], defaults={"state": PostHolding.State.CONFIRMED, "order": order}
        )


def close_demo_accounts() -> None:
    """Without the demo pack nobody signs in with the published password."""
    Account.objects.filter(demo=True).update(is_active=False)
