"""Stored secrets: version byte 1 ‖ length of key id ‖ key id ‖ nonce(12) ‖ tag(16) ‖ SM4-GCM ciphertext.

The key id is authenticated with the text. ``blind_index`` gives a keyed fingerprint for exact look-up of an
encrypted value; it is not reversible, and equal values have equal fingerprints, which is its only leak.
"""

import unicodedata

from citybrain.kernel.crypto.keys import keys

VERSION = 1


class Undecipherable(ValueError):
    """The bytes are no envelope of ours, were changed, or their key is gone."""


def encrypt(data: bytes) -> bytes:
    """Seal ``data`` under the current field key."""
    store = keys()
    key_id = store.current("field")
    head = bytes((VERSION, len(key_id))) + key_id.encode()
    return head + store.seal(key_id, data, head)


def decrypt(envelope: bytes) -> bytes:
    """Open an envelope made by any of our field keys. Undecipherable otherwise."""
    envelope = bytes(envelope)
    key_id = key_id_of(envelope)
    head = envelope[: 2 + len(key_id)]
    try:
        return keys().open(key_id, envelope[len(head) :], head)
    except KeyError:
        raise Undecipherable(f"key {key_id} is not in the key store") from None
    except ValueError as error:
        raise Undecipherable(str(error)) from None


def key_id_of(envelope: bytes) -> str:
    """Which key sealed it: for re-encryption after a rotation."""
    if len(envelope) < 2 or envelope[0] != VERSION or len(envelope) < 2 + envelope[1]:
        raise Undecipherable("not an envelope")
    try:
        return bytes(envelope[2 : 2 + envelope[1]]).decode("ascii")
    except UnicodeDecodeError:
        raise Undecipherable("not an envelope") from None


def encrypt_text(text: str) -> bytes:
    """Seal text."""
    return encrypt(text.encode())


def decrypt_text(envelope: bytes) -> str:
    """Open sealed text."""
    return decrypt(envelope).decode()


def blind_index(text: str) -> str:
    """Keyed fingerprint (32 hex characters) of ``text``, after NFKC, trimming and upper-casing; "" for nothing."""
    plain = unicodedata.normalize("NFKC", text or "").strip().upper()
    store = keys()
    return store.hmac(store.current("index"), plain.encode()).hex()[:32] if plain else ""
