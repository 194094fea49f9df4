"""SM2, SM3, SM4 as functions on bytes (GB/T 32918, 32905, 32907). No keys are kept here."""

import os

import gmssl_pyx
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

NONCE, TAG = 12, 16


def sm3(data: bytes) -> bytes:
    """SM3 digest, 32 bytes."""
    return gmssl_pyx.sm3_hash(data)


def sm3_hex(data: bytes) -> str:
    """SM3 digest as hex text."""
    return sm3(data).hex()


def hmac_sm3(key: bytes, data: bytes) -> bytes:
    """HMAC with SM3, 32 bytes."""
    return gmssl_pyx.sm3_hmac(key, data)


def sm4_gcm_encrypt(key: bytes, data: bytes, extra: bytes = b"") -> bytes:
    """nonce ‖ tag ‖ ciphertext under a 128-bit key; a fresh random nonce each time."""
    nonce = os.urandom(NONCE)
    box = Cipher(algorithms.SM4(key), modes.GCM(nonce)).encryptor()
    box.authenticate_additional_data(extra)
    body = box.update(data) + box.finalize()
    return nonce + box.tag + body


def sm4_gcm_decrypt(key: bytes, data: bytes, extra: bytes = b"") -> bytes:
    """Inverse of sm4_gcm_encrypt. ValueError when the key is wrong or a bit was changed."""
    nonce, tag, body = data[:NONCE], data[NONCE : NONCE + TAG], data[NONCE + TAG :]
    if len(tag) != TAG:
        raise ValueError("ciphertext is too short")
    box = Cipher(algorithms.SM4(key), modes.GCM(nonce, tag)).decryptor()
    box.authenticate_additional_data(extra)
    try:
        return box.update(body) + box.finalize()
    except InvalidTag:
        raise ValueError("ciphertext or key is not authentic") from None


def sm2_generate() -> tuple[bytes, bytes]:
    """A fresh key pair: (64-byte public key, 32-byte private key)."""
    return gmssl_pyx.sm2_key_generate()


def sm2_sign(private: bytes, public: bytes, data: bytes) -> bytes:
    """SM2 signature with SM3 and the default user id, DER encoded."""
    return gmssl_pyx.sm2_sign(private, public, data)


def sm2_verify(public: bytes, data: bytes, signature: bytes) -> bool:
    """Whether ``signature`` fits; False (never an exception) for anything malformed."""
    try:
        return bool(gmssl_pyx.sm2_verify(public, data, signature))
    except (gmssl_pyx.GmsslInnerError, gmssl_pyx.InvalidValueError, ValueError, TypeError):
        return False
