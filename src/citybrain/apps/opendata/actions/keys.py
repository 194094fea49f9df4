"""Keys for the data interface: made, shown once, taken back; looked up by digest."""

from __future__ import annotations

import hashlib
import secrets
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from citybrain.apps.opendata.actions.voices import require_citizen
from citybrain.apps.opendata.models import ApiKey
from citybrain.kernel import audit, clock
from citybrain.kernel.actor import Actor
from citybrain.kernel.errors import Conflict, FieldProblem, Invalid, NotFound

MOST_KEYS = 5


@transaction.atomic
def make_key(label: str, *, by: Actor) -> str:
    """A new key, in full: it is never shown again. Invalid without a name, Conflict at more than five."""
    account = require_citizen(by)
    if not label.strip():
        raise Invalid([FieldProblem("label", "required", _("Say what the key is for."))])
    if ApiKey.objects.filter(account_id=account, revoked_at=None).count() >= MOST_KEYS:
        raise Conflict(_("You have five keys. Take one back before making another."), code="too_many_keys")
    text = f"nd_{secrets.token_urlsafe(32)}"
    made = ApiKey.objects.create(
        account_id=account, label=label.strip()[:60], digest=digest(text), tail=text[-4:], made_at=clock.now()
    )
    audit.record("opendata.make_key", by=by, obj=f"key:{made.pk}")
    return text


@transaction.atomic
def revoke_key(key_id: UUID, *, by: Actor) -> None:
    """Take one's own key back. NotFound for anybody else's."""
    account = require_citizen(by)
    if not ApiKey.objects.filter(pk=key_id, account_id=account, revoked_at=None).update(
        revoked_at=clock.now()
    ):
        raise NotFound(_("There is no such key."))
    audit.record("opendata.revoke_key", by=by, obj=f"key:{key_id}")


def key_of(text: str) -> ApiKey | None:
    """The live key of this text, noting the day it was used."""
    found = ApiKey.objects.filter(digest=digest(text), revoked_at=None).first()
    if found and found.used_on != clock.today():
        ApiKey.objects.filter(pk=found.pk).update(used_on=clock.today())
    return found


def digest(text: str) -> str:
    """A key is 256 random bits: a plain digest is enough."""
    return hashlib.sha256(text.encode()).hexdigest()
