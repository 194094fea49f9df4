"""A small town for tests: a city, one county, two departments, a service centre, officials, citizens, a firm."""

from typing import Any

from citybrain.hub.identity import api as identity
from citybrain.hub.identity.actions.people import appoint_representative
from citybrain.hub.identity.actions.roles import register_role_permissions
from citybrain.hub.identity.domain.identifiers import citizen_check_character, uscc_check_character
from citybrain.hub.identity.models import Account, Organisation, Post, PostHolding, PostRole
from citybrain.hub.identity.queries.directory import touch
from citybrain.kernel.actor import Actor
from citybrain.kernel.permissions import all_permissions

SYSTEM = Actor.system("tests")
PASSWORD = "Long-enough-42"

UNITS = {
    "350900-zf": ("", "350900000000", "city", "GOV"),
    "350900-fgw": ("350900-zf", "350900000000", "city", "GOV"),
    "350902-zf": ("350900-zf", "350902000000", "county", "GOV"),
    "350902-scjg": ("350902-zf", "350902000000", "county", "GOV"),
    "350902-wjw": ("350902-zf", "350902000000", "county", "GOV"),
    "350902-xgw": ("350902-zf", "350902000000", "county", "GOV_AGENCY"),
    "350902001-jdb": ("350902-zf", "350902001000", "town", "GRASS"),
    "350921-zf": ("350900-zf", "350921000000", "county", "GOV"),
    "350921-scjg": ("350921-zf", "350921000000", "county", "GOV"),
}
ROLES = {
    "citizen": (["identity.own"], ""),
    "receiver": (["identity.directory", "identity.persons"], ""),
    "leader": (["identity.directory"], ""),
    "system_admin": (["identity.directory", "identity.accounts", "identity.posts"], "system"),
    "security_admin": (["identity.grants"], "security"),
    "audit_admin": (["identity.audit"], "audit"),
}


def town() -> None:
    """Units and roles."""
    for order, (code, (parent, division, level, type_)) in enumerate(UNITS.items()):
        prefix, _, slug = code.partition("-")
        Organisation.objects.update_or_create(
            code=code,
            defaults={
                "slug": slug, "jurisdiction": prefix[:6], "name": {"zh": f"单位{code}", "en": f"Unit {code}"},
                "short": {"zh": code, "en": code}, "type": type_, "level": level, "division": division,
                "parent_code": parent, "order": order, "search_text": code,
            },
        )  # fmt: skip
    for key, (permissions, separated) in ROLES.items():
        register_role_permissions(
            key, name={"zh": key, "en": key}, permissions=permissions, separated=separated
        )
    touch()


def role(key: str, permissions: list[str]) -> None:
    """A role with any declared permissions."""
    known = {p.word for p in all_permissions()}
    register_role_permissions(
        key, name={"zh": key, "en": key}, permissions=[p for p in permissions if p in known]
    )


def post(
    role_key: str, code: str, *, scope: str = "", reach: str = "subtree", matters: list[str] | None = None
) -> Post:
    """A post in a unit with one role."""
    made, _ = Post.objects.get_or_create(
        key=f"{code}/{role_key}",
        defaults={"organisation_code": code, "title": {"zh": role_key, "en": role_key}},
    )
    PostRole.objects.get_or_create(
        post=made,
        role_key=role_key,
        organisation_code=scope or code,
        defaults={"reach": reach, "matters": matters or []},
    )
    touch()
    return made


def official(username: str, *posts: Post, password: str = "", **fields: Any) -> Account:
    """An official holding posts; a password only where a test signs in with it (hashing is slow)."""
    account = Account(username=username, name=username, kind=Account.Kind.OFFICIAL, **fields)
    account.password = "!"
    if password:
        account.set_password(password)
    account.save()
    for order, held in enumerate(posts):
        PostHolding.objects.create(account=account, post=held, state=PostHolding.State.CONFIRMED, order=order)
    return account


def number(stem: str = "35090219900101", sequence: int = 1) -> str:
    """A sound synthetic citizen number."""
    s17 = f"{stem}{sequence:03d}"
    return s17 + citizen_check_character(s17)


def citizen(username: str = "mei", name: str = "测试甲", sequence: int = 2, **fields: Any) -> Account:
    """A citizen with person and account."""
    person = identity.register_person(
        name=name, id_number=number(sequence=sequence), phone="13800000000", level="verified", by=SYSTEM
    )
    return Account.objects.create(
        username=username, name=name, kind=Account.Kind.CITIZEN, person_id=person, password="!", **fields
    )


def firm(chief: Account, name: str = "测试示例有限公司") -> Any:
    """A legal person represented by the citizen."""
    s17 = "91350902MADEM0011"
    legal_person = identity.register_legal_person(name=name, uscc=s17 + uscc_check_character(s17), by=SYSTEM)
    appoint_representative(
        legal_person=legal_person,
        person=chief.person_id,
        role="legal_representative",
        by=SYSTEM,  # type: ignore[arg-type]
    )
    return legal_person


def actor(account: Account, acting: str = "") -> Actor:
    """The account's actor."""
    return identity.actor_of(Account.objects.get(pk=account.pk), acting)
