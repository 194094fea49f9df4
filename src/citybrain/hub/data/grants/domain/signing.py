"""How a call is signed: HMAC-SM3 over what must not be changed, under a key derived from the secret."""

import hmac
import re

from citybrain.kernel.crypto import hmac_sm3, sm3_hex

SCHEME = "SHARE-HMAC-SM3"
WINDOW_SECONDS = 300
NONCE = re.compile(r"^[A-Za-z0-9_-]{16,64}$")


def signing_key(secret: str, key_id: str) -> str:
    """The key calls are signed with, in hex. The secret itself is never kept by us."""
    return hmac_sm3(secret.encode(), f"citybrain-share-v1:{key_id}".encode()).hex()


def fingerprint(secret: str) -> str:
    """By which a leaked secret is recognised."""
    return sm3_hex(secret.encode())[:16]


def canonical(
    *, method: str, path: str, timestamp: str, nonce: str, grant: str, purpose: str, body: bytes
) -> bytes:
    """The text that is signed; ``path`` with its query string, exactly as sent."""
    parts = (SCHEME, method.upper(), path, timestamp, nonce, grant, purpose, sm3_hex(body))
    return "\n".join(parts).encode()


def signature(key: str, text: bytes) -> str:
    """Hex signature of the text under a signing key in hex."""
    return hmac_sm3(bytes.fromhex(key), text).hex()


def fits(key: str, text: bytes, given: str) -> bool:
    """Whether the signature fits; takes the same time wherever it differs."""
    return hmac.compare_digest(signature(key, text).encode(), given.lower().encode("utf-8", "replace"))
