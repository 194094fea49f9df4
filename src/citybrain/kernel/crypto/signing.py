"""SM2 signatures under a named key of the store."""

from citybrain.kernel.crypto.algorithms import sm2_sign, sm2_verify
from citybrain.kernel.crypto.keys import keys


def sign(data: bytes) -> tuple[str, bytes]:
    """(key id, DER signature) by the current signing pair."""
    pair = keys().pair()
    return pair.id, sm2_sign(pair.private, pair.public, data)


def verify(key_id: str, data: bytes, signature: bytes) -> bool:
    """Whether the named pair signed ``data``; False for an unknown key."""
    try:
        return sm2_verify(keys().pair(key_id).public, data, signature)
    except KeyError:
        return False
