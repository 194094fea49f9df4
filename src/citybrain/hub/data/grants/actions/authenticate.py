"""Who calls: a key, a signature over the whole call, a clock window, and a nonce that is good once."""

import ipaddress
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection
from django.utils.translation import gettext as _

from citybrain.hub.data.grants.actions.keys import good
from citybrain.hub.data.grants.data import Caller
from citybrain.hub.data.grants.domain import signing
from citybrain.hub.data.models import ShareKey, ShareNonce
from citybrain.kernel import clock, ratelimit
from citybrain.kernel.errors import CityError

NOBODYS_KEY = "00" * 32
FAILURES, FAILURE_SECONDS = 60, 300
CALLS, CALL_SECONDS = 600, 60


class NotAuthentic(CityError):
    """The call is not signed by a good key. One answer whatever is wrong with the signature or the key."""

    status, code = 401, "not_authentic"


@dataclass(frozen=True)
class Call:
    """A call as it came: method, path with query string, body, and the six headers."""

    method: str
    path: str
    body: bytes
    address: str
    key: str
    timestamp: str
    nonce: str
    grant: str
    purpose: str
    signature: str


def authenticate(call: Call) -> Caller:
    """The caller of a signed call; NotAuthentic otherwise. A second call with the same nonce is refused (``replayed``).

    TooMany: more than 60 failures in five minutes from one address, more than 600 calls a minute of one application.
    """
    row = key_of(call.key)
    text = signing.canonical(
        method=call.method, path=call.path, timestamp=call.timestamp, nonce=call.nonce, grant=call.grant,
        purpose=call.purpose, body=call.body,
    )  # fmt: skip
    fits = signing.fits(row.signing_key if row else NOBODYS_KEY, text, call.signature)
    if row is None or not fits or not good(row) or row.application.state != "active":
        raise failed(call, "not_authentic", _("The signature or the key is not valid."))
    if not allowed_from(row.application.addresses, call.address):
        raise failed(call, "address", _("The application may not call from this address."))
    if not in_window(call.timestamp):
        raise failed(call, "clock", _("The time of the call is more than five minutes off."))
    if not first_use(row.pk, call.nonce):
        raise failed(call, "replayed", _("This call was made before."))
    ratelimit.allow(f"share:{row.application_id}", CALLS, CALL_SECONDS)
    ShareKey.objects.filter(pk=row.pk).update(used_at=clock.now())
    return Caller(row.application.consumer, row.application.name, row.pk, call.address)


def key_of(text: str) -> ShareKey | None:
    """The key named, or nobody's."""
    try:
        key_id = UUID(text)
    except ValueError:
        return None
    return ShareKey.objects.select_related("application").filter(pk=key_id).first()


def failed(call: Call, code: str, message: str) -> NotAuthentic:
    """Count the failure against the address; TooMany instead when there were too many."""
    ratelimit.allow(f"share-failed:{call.address}", FAILURES, FAILURE_SECONDS)
    return NotAuthentic(message, code=code)


def allowed_from(networks: list[str], address: str) -> bool:
    """Whether the address lies in one of the networks; no networks mean anywhere."""
    if not networks:
        return True
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return False
    return any(found in ipaddress.ip_network(network) for network in networks)


def in_window(timestamp: str) -> bool:
    """Whether the call was made within five minutes of our clock."""
    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= 12):
        return False
    return abs(clock.now().timestamp() - int(timestamp)) <= signing.WINDOW_SECONDS


def first_use(key_id: UUID, nonce: str) -> bool:
    """Note the nonce; False when the key has used it. One statement, so that two at once cannot both be first."""
    if not signing.NONCE.match(nonce):
        return False
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO data_sharenonce (key_id, nonce, at) VALUES (%s, %s, %s) ON CONFLICT DO NOTHING",
            [key_id, nonce, clock.now()],
        )
        return cursor.rowcount == 1


def sweep_nonces(before: datetime | None = None) -> int:
    """Forget nonces whose window is over: a call with one is refused by its time."""
    limit = before or clock.now() - timedelta(seconds=3 * signing.WINDOW_SECONDS)
    return ShareNonce.objects.filter(at__lt=limit).delete()[0]
