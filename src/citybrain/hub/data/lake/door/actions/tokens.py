"""Access tokens of clients: short-lived, signed, worth nothing once the client is disabled or over its day."""

from uuid import UUID

from django.core import signing

from citybrain.hub.data.lake.door.domain.spec import DoorError
from citybrain.hub.data.models import LakeClient
from citybrain.kernel import clock, crypto

SECONDS = 3600
SALT = "data.lake.door"


def fingerprint(secret: str) -> str:
    """What is stored instead of a secret (hexadecimal, 256 random bits)."""
    return crypto.blind_index(f"lake client {secret}")


def issue_token(client: LakeClient) -> str:
    """A token for ``SECONDS``; bound to the secret it was bought with."""
    return signing.dumps({"client": str(client.pk), "secret": client.secret_hash[:12]}, salt=SALT)


def client_by_secret(client_id: str, secret: str) -> LakeClient | None:
    """The client when id and secret belong together and it may still come in."""
    found = live_client(client_id)
    known = found.secret_hash if found else fingerprint("0")
    same = signing.constant_time_compare(known, fingerprint(secret))
    return found if same else None


def client_by_token(token: str) -> LakeClient:
    """The client of a token. NotAuthorizedException (401) in the specification's form otherwise."""
    try:
        said = signing.loads(token, salt=SALT, max_age=SECONDS)
    except signing.BadSignature as error:
        raise DoorError(401, "NotAuthorizedException", "the token is wrong or has expired") from error
    found = live_client(said["client"])
    if found is None or found.secret_hash[:12] != said["secret"]:
        raise DoorError(401, "NotAuthorizedException", "the client is disabled or has expired")
    return found


def live_client(client_id: str) -> LakeClient | None:
    """A client that is neither disabled nor over its day."""
    try:
        key = UUID(client_id)
    except ValueError:
        return None
    return LakeClient.objects.filter(pk=key, disabled_at=None, expires_at__gt=clock.now()).first()
