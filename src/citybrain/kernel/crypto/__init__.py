"""National algorithms behind one port: SM3 hashes, SM4-GCM encryption, SM2 signatures, keys with ids and rotation.

Software keys by default; production puts a certified module behind ``KeyStore`` (setting ``CITYBRAIN_KEYSTORE``,
a dotted path). Refuses to invent formats for signatures; the envelope of stored fields is documented in ``envelope``.
"""

from citybrain.kernel.crypto.algorithms import hmac_sm3, sm2_generate, sm2_sign, sm2_verify, sm3, sm3_hex
from citybrain.kernel.crypto.envelope import (
    Undecipherable,
    blind_index,
    decrypt,
    decrypt_text,
    encrypt,
    encrypt_text,
    key_id_of,
)
from citybrain.kernel.crypto.keys import KeyStore, SoftwareKeys, keys, use_keys
from citybrain.kernel.crypto.signing import sign, verify

__all__ = [
    "KeyStore", "SoftwareKeys", "Undecipherable", "blind_index", "decrypt", "decrypt_text",
    "encrypt", "encrypt_text", "hmac_sm3", "key_id_of", "keys", "sign", "sm2_generate", "sm2_sign", "sm2_verify",
    "sm3", "sm3_hex", "use_keys", "verify",
]  # fmt: skip
