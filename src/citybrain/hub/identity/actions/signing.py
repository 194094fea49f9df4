"""The electronic signature of an official: SM2 over a digest, under the official's own key pair.

The pair is made at the first signature (or by a rotation) inside the key store; what it stands for is written down like
a certificate and signed by the platform's key. Refuses to sign for citizens, for the system, for whoever acts in no
post, and anything but an SM3 digest. Law: 《电子签名法》第十三条 (the data belong to the signer alone, later changes
show).
"""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from citybrain.kernel import audit, clock, crypto
from citybrain.kernel.actor import Actor
from citybrain.kernel.errors import NotAllowed
from citybrain.kernel.ids import new_id

from ..data import Signature, SigningKeyRecord
from ..models import Account, SigningKey
from ..queries.actor import actor_of

YEARS = timedelta(days=2 * 365)
DIGEST = 32
_trusted: dict[str, tuple[bytes, SigningKeyRecord]] = {}  # keys whose certificate record was checked here
MOST_KEPT = 2000


def sign(actor: Actor, digest: bytes, *, at: datetime | None = None) -> Signature:
    """The actor's signature over a 32-byte SM3 digest. NotAllowed for whoever holds no post. One SM2 signature.

    ``at`` is the time of the act when its transaction began earlier.
    """
    if actor.kind != "official" or actor.account_id is None or actor.post_id is None:
        raise NotAllowed(
            _("Only an official in a post can sign."), code="no_signature", safe=_("Nothing was changed."),
            todo=_("Choose the post you act in, or ask for one."),
        )  # fmt: skip
    if len(digest) != DIGEST:
        raise ValueError("an SM3 digest has 32 bytes")
    at = at or clock.now()
    row = _current(actor, at)
    return Signature(row.key_id, crypto.keys().sign_with(row.private, bytes(row.public), digest), digest, at)


def signing_key(actor: Actor) -> SigningKeyRecord:
    """The certificate-like record of the actor's present key; made when there is none. NotAllowed as in ``sign``."""
    if actor.kind != "official" or actor.account_id is None:
        raise NotAllowed(_("Only an official in a post can sign."), code="no_signature")
    return _record(_current(actor, clock.now()))


def begin_demo_keys() -> int:
    """Keys from a year ago on for the demo's officials that have none, so that stories of the past can be signed in any order;
    how many were made. NotAllowed outside demo mode."""
    if settings.MODE != "demo":
        raise NotAllowed("demo mode only / 仅限演示模式", code="demo_only")
    found = Account.objects.filter(demo=True, is_active=True, kind=Account.Kind.OFFICIAL)
    rows = found.exclude(pk__in=SigningKey.objects.values("account_id"))
    with clock.travel(-YEARS / 2):
        return len([_issue(actor_of(row, terminal="demo"), clock.now()) for row in rows])


def present_key(actor: Actor) -> SigningKeyRecord | None:
    """The actor's key as it stands, None before the first signature. Makes none."""
    row = SigningKey.objects.filter(account_id=actor.account_id, retired_at=None).first()
    return _record(row) if row else None


def _current(actor: Actor, at: datetime) -> SigningKey:
    row = SigningKey.objects.filter(account_id=actor.account_id, retired_at=None).first()
    if row is not None and row.valid_to > at:
        return row
    if row is not None:
        _retire(row, "expired")
    return _issue(actor, at)


def _issue(actor: Actor, now: datetime) -> SigningKey:
    public, handle = crypto.keys().new_pair()
    row = SigningKey(
        key_id=f"officer-{new_id().hex[-16:]}", account_id=actor.account_id, holder=actor.name[:100], public=public,
        private=handle, valid_from=now, valid_to=now + YEARS,
    )  # fmt: skip
    row.issuer_key_id, row.issuer_signature = crypto.sign(_certificate(row))
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:  # another request of the same official was first
        return SigningKey.objects.get(account_id=actor.account_id, retired_at=None)
    audit.record(
        "identity.issue_signing_key", by=actor, obj=f"account:{actor.account_id}", after={"key": row.key_id}
    )
    return row


def _certificate(row: SigningKey) -> bytes:
    """What the platform vouches for."""
    said = {
        "key": row.key_id, "account": str(row.account_id), "holder": row.holder, "algorithm": row.algorithm,
        "public": bytes(row.public).hex(), "from": row.valid_from.isoformat(), "to": row.valid_to.isoformat(),
    }  # fmt: skip
    return json.dumps(said, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()


def _retire(row: SigningKey, reason: str) -> None:
    SigningKey.objects.filter(pk=row.pk, retired_at=None).update(
        retired_at=clock.now(), retired_reason=reason[:200]
    )


@transaction.atomic
def rotate_signing_key(actor: Actor, *, reason: str = "rotation") -> SigningKeyRecord:
    """A new pair for the actor; the former public key stays for what it signed. Audited."""
    former = signing_key(actor)
    SigningKey.objects.filter(key_id=former.key_id, retired_at=None).update(
        retired_at=clock.now(), retired_reason=reason[:200]
    )
    audit.record(
        "identity.retire_signing_key", by=actor, obj=f"account:{actor.account_id}",
        before={"key": former.key_id}, after={"reason": reason},
    )  # fmt: skip
    return _record(_issue(actor, clock.now()))


def retire_signing_key(account_id: UUID, *, by: Actor, reason: str) -> bool:
    """The account signs no more under its key (closed account, compromised key). True when there was one."""
    row = SigningKey.objects.filter(account_id=account_id, retired_at=None).first()
    if row is None:
        return False
    _retire(row, reason)
    audit.record(
        "identity.retire_signing_key", by=by, obj=f"account:{account_id}",
        before={"key": row.key_id}, after={"reason": reason},
    )  # fmt: skip
    return True


# verifying ---------------------------------------------------------------------------------------------------------


def verify_signature(
    key_id: str, digest: bytes, value: bytes, *, account_id: Any, at: Any, fresh: bool = False
) -> str:
    """``""`` when the signature holds, else why not: ``unknown_key``, ``key_forged``, ``other_holder``,
    ``out_of_validity`` (the key was not valid ``at`` that time) or ``wrong``.

    One SM2 verification; the certificate record of a key is read and checked once per process unless ``fresh``.
    """
    known = None if fresh else _trusted.get(key_id)
    if known is None:
        row = SigningKey.objects.filter(key_id=key_id).first()
        if row is None:
            return "unknown_key"
        if not crypto.verify(row.issuer_key_id, _certificate(row), bytes(row.issuer_signature)):
            return "key_forged"
        if len(_trusted) >= MOST_KEPT:
            _trusted.clear()
        known = _trusted[key_id] = (bytes(row.public), _record(row))
    public, record = known
    if str(record.account_id) != str(account_id):
        return "other_holder"
    if not record.valid_from <= at <= min(record.valid_to, record.retired_at or record.valid_to):
        return "out_of_validity"
    return "" if crypto.sm2_verify(public, digest, value) else "wrong"


def _record(row: SigningKey) -> SigningKeyRecord:
    return SigningKeyRecord(
        key_id=row.key_id, account_id=row.account_id, holder=row.holder, algorithm=row.algorithm,
        public=bytes(row.public).hex(), valid_from=row.valid_from, valid_to=row.valid_to, retired_at=row.retired_at,
        issuer_key_id=row.issuer_key_id,
    )  # fmt: skip
