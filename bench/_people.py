"""Who plays in a measurement: officials of every role, and citizens, each with an open session.

Sessions are opened in the database by the sign-in's own door, so that signing in is not part of what is measured.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from typing import Any
from uuid import UUID

SYSTEM_NAME = "bench.people"


@dataclass(frozen=True)
class Person:
    """One signed-in account: the cookie its browser sends and whom it is."""

    cookie: str
    account_id: UUID
    name: str


def session_for(account: Any, acting: str = "") -> str:
    """An open session of an account in a capacity; returns the session key."""
    from django.conf import settings
    from django.contrib.auth.models import AnonymousUser
    from django.test import RequestFactory

    from citybrain.hub.identity.actions.sign_in import open_session
    from citybrain.hub.identity.queries.actor import ACTING

    request = RequestFactory().get("/")
    request.session = import_module(settings.SESSION_ENGINE).SessionStore()
    request.user = AnonymousUser()
    open_session(request, account, method="bench")
    if acting:
        request.session[ACTING] = acting
    request.session.save()
    return str(request.session.session_key)


def official(role: str, organisation: str) -> Person:
    """An official who holds a role in a unit, with an open session."""
    from citybrain.hub.identity import api as identity
    from citybrain.hub.identity.models import Account

    actor = identity.stand_in(role, organisation)
    account = Account.objects.get(pk=actor.account_id)
    return Person(session_for(account, f"post:{actor.post_id}"), account.pk, f"{role}@{organisation}")


def citizens(count: int) -> list[Person]:
    """Synthetic citizens with verified identity and open sessions. Found again when they exist."""
    from citybrain.hub.identity.actions.people import register_person
    from citybrain.hub.identity.domain.identifiers import citizen_check_character
    from citybrain.hub.identity.models import Account
    from citybrain.hub.identity.models import Person as PersonRow
    from citybrain.kernel.actor import Actor

    by, found = Actor.system(SYSTEM_NAME), []
    for number in range(count):
        username, stem = f"bench.citizen.{number}", f"35090219800101{number:03d}"
        person_id = register_person(
            name="测试演示人", id_number=stem + citizen_check_character(stem), phone="13800000001",
            level=PersonRow.Level.VERIFIED, source="bench", demo=True, by=by,
        )  # fmt: skip
        account, _made = Account.objects.get_or_create(
            username=username,
            defaults={"kind": Account.Kind.CITIZEN, "name": "测试演示人", "person_id": person_id, "demo": True,
                      "password": "!"},
        )  # fmt: skip
        found.append(Person(session_for(account), account.pk, username))
    return found
