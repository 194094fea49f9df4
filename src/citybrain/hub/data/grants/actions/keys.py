"""Applications of consumers and their keys: made, rotated, disabled. A secret is shown once and never kept."""

import ipaddress
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from citybrain.hub.data.grants.domain import signing
from citybrain.hub.data.models import ShareApplication, ShareKey
from citybrain.hub.identity import api as identity
from citybrain.kernel import audit, clock
from citybrain.kernel.actor import Actor
from citybrain.kernel.errors import Conflict, FieldProblem, Invalid, NotFound
from citybrain.kernel.ids import new_id

MOST_KEYS = 5
MOST_NETWORKS = 20
GRACE_HOURS = 24


@dataclass(frozen=True)
class ShownKey:
    """A fresh key: its id, and the secret that is never shown again."""

    id: UUID
    secret: str


@transaction.atomic
def register_application(
    *, consumer: str, name: str, system_code: str = "", addresses: Sequence[str] = (), by: Actor
) -> ShareApplication:
    """An application of a unit. Invalid: no name, or a network that is none; Conflict: the unit has one of that name."""
    identity.organisation(consumer)
    name = name.strip()[:120]
    problems = [] if name else [FieldProblem("name", "required", _("Give the application a name."))]
    networks, wrong = read_networks(addresses)
    problems += [
        FieldProblem("addresses", "network", _("%(text)s is no network address.") % {"text": w})
        for w in wrong
    ]
    if problems:
        raise Invalid(problems)
    if ShareApplication.objects.filter(consumer=consumer, name=name).exists():
        raise Conflict(_("The unit has an application of that name."), code="application_exists")
    made = ShareApplication.objects.create(
        consumer=consumer, name=name, system_code=system_code.strip()[:80], addresses=networks, made_at=clock.now(),
        by=by.as_dict(),
    )  # fmt: skip
    audit.record(
        "data.register_application",
        by=by,
        obj=f"application:{made.pk}",
        organisation=consumer,
        after={"name": name},
    )
    return made


def read_networks(given: Sequence[str]) -> tuple[list[str], list[str]]:
    """Networks in their usual spelling, and what is none (or too many)."""
    found, wrong = [], list(given[MOST_NETWORKS:])
    for text in given[:MOST_NETWORKS]:
        try:
            found.append(str(ipaddress.ip_network(text.strip(), strict=False)))
        except ValueError:
            wrong.append(text[:60])
    return found, wrong


@transaction.atomic
def make_key(application_id: UUID, *, by: Actor) -> ShownKey:
    """A new key of an active application. Conflict when it has five good ones already."""
    row = ShareApplication.objects.select_for_update().filter(pk=application_id, state="active").first()
    if row is None:
        raise NotFound(_("There is no such application."), code="no_application")
    if len([key for key in row.keys.all() if good(key)]) >= MOST_KEYS:
        raise Conflict(
            _("Disable a key first: five are good at the same time at most."), code="too_many_keys"
        )
    key_id, secret = new_id(), secrets.token_urlsafe(32)
    ShareKey.objects.create(
        id=key_id, application=row, fingerprint=signing.fingerprint(secret),
        signing_key=signing.signing_key(secret, str(key_id)), made_at=clock.now(),
    )  # fmt: skip
    audit.record("data.make_key", by=by, obj=f"key:{key_id}", organisation=row.consumer)
    return ShownKey(key_id, secret)


@transaction.atomic
def rotate_key(key_id: UUID, *, by: Actor, grace_hours: int = GRACE_HOURS) -> ShownKey:
    """A new key beside the old one, which stays good for ``grace_hours`` so that callers can change over."""
    old = key_row(key_id)
    old.ends_at = clock.now() + timedelta(hours=grace_hours)
    old.save(update_fields=["ends_at"])
    return make_key(old.application_id, by=by)


@transaction.atomic
def disable_key(key_id: UUID, *, by: Actor) -> None:
    """No call with it is answered from now on."""
    row = key_row(key_id)
    row.disabled_at = row.disabled_at or clock.now()
    row.save(update_fields=["disabled_at"])
    audit.record("data.disable_key", by=by, obj=f"key:{key_id}", organisation=row.application.consumer)


def key_row(key_id: UUID) -> ShareKey:
    """The key, held; NotFound otherwise."""
    row = (
        ShareKey.objects.select_for_update(of=("self",))
        .select_related("application")
        .filter(pk=key_id)
        .first()
    )
    if row is None:
        raise NotFound(_("There is no such key."), code="no_key_row")
    return row


def good(key: ShareKey) -> bool:
    """Whether calls may be signed with it now."""
    return key.disabled_at is None and (key.ends_at is None or key.ends_at > clock.now())
