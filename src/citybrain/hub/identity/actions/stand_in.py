"""Actors for journeys and tests, who play inside a transaction that is rolled back. Refuses production sign-in: no password."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from citybrain.kernel.actor import Actor

from ..domain.identifiers import citizen_check_character
from ..models import Account, LegalPerson, Person, Post, PostHolding, PostRole, Representation
from ..queries.actor import actor_of
from ..queries.directory import directory, organisation, touch
from .people import appoint_representative, register_legal_person, register_person

UNUSABLE = "!"  # no password opens it
SYSTEM = Actor.system("identity.stand_in")


def stand_in(role: str, organisation_code: str) -> Actor:
    """An official whose post in the unit holds the role; post and account are made when there is none.

    Different roles and units give different accounts, so separation of duties is really exercised.
    """
    unit = organisation(organisation_code)
    post = next((p for p in directory().holders(role, unit.code)), None)
    post_id = post.id if post else _make_post(role, unit.code)
    username = f"stand-in:{role}:{unit.code}"
    account, made = Account.objects.get_or_create(
        username=username,
        defaults={"kind": Account.Kind.OFFICIAL, "name": f"{role}", "demo": True, "password": UNUSABLE},
    )
    if made:
        PostHolding.objects.create(account=account, post_id=post_id, state=PostHolding.State.CONFIRMED)
    return actor_of(account, f"post:{post_id}", terminal="journey")


def _make_post(role: str, code: str) -> UUID:
    post, _made = Post.objects.get_or_create(
        key=f"{code}/stand-in-{role}", defaults={"organisation_code": code, "title": {"zh": role, "en": role}}
    )
    PostRole.objects.get_or_create(post=post, role_key=role, organisation_code=code)
    touch()
    return post.id


def stand_in_citizen(
    username: str = "stand-in:citizen", *, name: str = "测试林小梅", stem: str = "35090219900101001"
) -> Actor:
    """A demo citizen by user name (``lin.xiaomei``), else a synthetic person with an account."""
    account = Account.objects.filter(username=username, kind=Account.Kind.CITIZEN).first()
    if account is None:
        person_id = register_person(
            name=name, id_number=stem + citizen_check_character(stem), phone="13800000001",
            level=Person.Level.VERIFIED, source="stand-in", demo=True, by=SYSTEM,
        )  # fmt: skip
        account = Account.objects.create(
            username=username, kind=Account.Kind.CITIZEN, name=name,
            person_id=person_id, demo=True, password=UNUSABLE,
        )  # fmt: skip
    return actor_of(account, terminal="journey")


def stand_in_legal_person(username: str = "chen.daming") -> Actor:
    """A citizen acting for a firm: the first one the demo citizen represents, else a synthetic one."""
    citizen = stand_in_citizen(username)
    firm = LegalPerson.objects.filter(representations__person=citizen.person_id).order_by("uscc").first()
    if firm is None and citizen.person_id:
        firm_id = register_legal_person(
            name="（测试）宁德示例餐饮有限公司",
            uscc="91350900587527783P",
            source="stand-in",
            demo=True,
            by=SYSTEM,
        )
        appoint_representative(
            legal_person=firm_id, person=citizen.person_id,
            role=Representation.Role.LEGAL_REPRESENTATIVE, by=SYSTEM, source="stand-in",
        )  # fmt: skip
        firm = LegalPerson.objects.get(pk=firm_id)
    account = Account.objects.get(pk=citizen.account_id)
    return actor_of(account, f"legal_person:{firm.pk}" if firm else "", terminal="journey")


def for_journey(world: Any, role: str) -> Actor:
    """Who plays a role in a pack's journey: the applicant as the journey says, officials in its organisation.

    Applicants are synthetic people nobody has met, so that a journey ends the same in a city where demo people have
    earlier cases and certificates. ``reviewer@350902-gaj`` is the reviewer of another unit: a bundle's parts are handled by several.
    """
    given = world.given or {}
    if "@" in role:
        role, _at, unit = role.partition("@")
        return stand_in(role, unit)
    if role not in {"applicant", "citizen", "legal_person", "agent"}:
        return stand_in(role, str(given.get("organisation", "")))
    applicant = given.get("applicant") or {}
    kind = applicant.get("kind", "person") if isinstance(applicant, Mapping) else "person"
    if role == "legal_person" or (role == "applicant" and kind == "legal_person"):
        return stand_in_legal_person("journey:applicant")
    if role == "agent":
        return stand_in_citizen("journey:agent", name="测试吴建国", stem="35090219850505003")
    return stand_in_citizen("journey:applicant")
