"""SM2 signatures under a named key of the store."""

from citybrain.kernel.crypto.algorithms import sm2_verify
from citybrain.kernel.crypto.keys import keys


def sign(data: bytes) -> tuple[str, bytes]:
    """(key id, DER signature) by the current signing pair."""
    store = keys()
    key_id = store.current("sign")
    return key_id, store.sign(key_id, data)


def verify(key_id: str, data: bytes, signature: bytes) -> bool:
    """Whether the named pair signed ``data``; False for an unknown key."""
    try:
        return sm2_verify(keys().public_key(key_id), data, signature)
    except KeyError:
        return False
