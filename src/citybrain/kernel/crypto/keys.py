"""Where keys live. ``KeyStore`` is the port; a hardware module implements it, software keys are the default.

Purposes: ``field`` (SM4, encrypted columns), ``index`` (HMAC, blind indexes; not rotated without re-indexing),
``audit`` (HMAC of the audit log), ``sign`` (SM2). Old keys stay readable after a rotation, new writes use the new one.
Refuses to run in production with keys made up on the spot: there the key file must exist beforehand.
"""

import json
import os
import threading
import time
from pathlib import Path
from typing import Any, Protocol

from django.conf import settings
from django.utils.module_loading import import_string

from citybrain.kernel.crypto.algorithms import (
    hmac_sm3,
    sm2_generate,
    sm2_sign,
    sm4_gcm_decrypt,
    sm4_gcm_encrypt,
)

SYMMETRIC = ("field", "index", "audit")
PAIRS = ("sign",)
SIZES = {"field": 16, "index": 32, "audit": 32}


class KeyStore(Protocol):
    """What the product asks of a key store. Keys never leave it, so a hardware module can stand behind it.

    Every method may raise KeyError for a key it does not have; ``open`` raises ValueError for what is not authentic.
    """

    def current(self, purpose: str) -> str:
        """Id of the key new writes use for ``purpose`` (field, index, audit, sign)."""
        ...

    def hmac(self, key_id: str, data: bytes) -> bytes:
        """HMAC-SM3 under an ``audit`` or ``index`` key, also a retired one."""
        ...

    def seal(self, key_id: str, data: bytes, extra: bytes) -> bytes:
        """SM4-GCM under a ``field`` key: nonce, tag, ciphertext; ``extra`` is authenticated with it."""
        ...

    def open(self, key_id: str, sealed: bytes, extra: bytes) -> bytes:
        """Inverse of ``seal``, also for a retired key."""
        ...

    def sign(self, key_id: str, data: bytes) -> bytes:
        """SM2 signature (DER) under a ``sign`` key."""
        ...

    def public_key(self, key_id: str) -> bytes:
        """The 64-byte public half of a ``sign`` key."""
        ...

    def new_pair(self) -> tuple[bytes, str]:
        """A fresh SM2 pair of one person: the 64-byte public half, and a handle to the private one.

        The caller keeps the handle in an encrypted column. A hardware module gives out a wrapped key or a number.
        """
        ...

    def sign_with(self, handle: str, public: bytes, data: bytes) -> bytes:
        """SM2 signature (DER) under the pair of a handle; ValueError for what is no handle of ours."""
        ...

    def rotate(self, purpose: str) -> str:
        """Make a new current key for ``purpose``; returns its id."""
        ...


class SoftwareKeys:
    """Keys in one JSON file, mode 0600, made on first use in demo mode.

    Several processes may start at once: the file is created by an atomic link, so all of them read one set.
    """

    def __init__(self, path: Path, *, create: bool) -> None:
        self._path, self._create = path, create
        self._lock = threading.Lock()
        self._read_at = -1
        self._data: dict[str, Any] = {}

    def current(self, purpose: str) -> str:
        return self._load()["current"][purpose]

    def hmac(self, key_id: str, data: bytes) -> bytes:
        return hmac_sm3(self._secret(key_id, "secret"), data)

    def seal(self, key_id: str, data: bytes, extra: bytes) -> bytes:
        return sm4_gcm_encrypt(self._secret(key_id, "secret"), data, extra)

    def open(self, key_id: str, sealed: bytes, extra: bytes) -> bytes:
        return sm4_gcm_decrypt(self._secret(key_id, "secret"), sealed, extra)

    def sign(self, key_id: str, data: bytes) -> bytes:
        return sm2_sign(self._secret(key_id, "private"), self.public_key(key_id), data)

    def public_key(self, key_id: str) -> bytes:
        return self._secret(key_id, "public")

    def new_pair(self) -> tuple[bytes, str]:
        public, private = sm2_generate()
        return public, private.hex()

    def sign_with(self, handle: str, public: bytes, data: bytes) -> bytes:
        return sm2_sign(bytes.fromhex(handle), public, data)

    def rotate(self, purpose: str) -> str:
        self._load()
        with self._lock:
            data = self._read()
            number = 1 + sum(1 for k in data["keys"] if k.startswith(f"{purpose}-"))
            key_id = _add(data, purpose, number)
            self._write(data, replace=True)
            self._data, self._read_at = data, self._stamp()
        return key_id

    def _secret(self, key_id: str, part: str) -> bytes:
        return bytes.fromhex(self._entry(key_id)[part])

    def _entry(self, key_id: str) -> dict[str, str]:
        data = self._load()
        if key_id not in data["keys"]:
            with self._lock:
                self._data, self._read_at = {}, -1  # another process may have rotated
            data = self._load()
        return data["keys"][key_id]

    def _load(self) -> dict[str, Any]:
        if self._data and self._stamp() == self._read_at:
            return self._data
        with self._lock:
            if not self._path.exists():
                self._first()
            self._read_at = self._stamp()
            self._data = self._read()
            return self._data

    def _stamp(self) -> int:
        try:
            return self._path.stat().st_mtime_ns
        except FileNotFoundError:
            return -1

    def _read(self) -> dict[str, Any]:
        return json.loads(self._path.read_text("utf-8"))

    def _first(self) -> None:
        if not self._create:
            raise RuntimeError(f"key file {self._path} is missing: create it before production starts")
        data: dict[str, Any] = {"current": {}, "keys": {}}
        for purpose in (*SYMMETRIC, *PAIRS):
            _add(data, purpose, 1)
        self._write(data, replace=False)

    def _write(self, data: dict[str, Any], *, replace: bool) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        draft = self._path.with_name(f".{self._path.name}.{os.getpid()}.{threading.get_ident()}")
        with os.fdopen(os.open(draft, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "w") as file:
            json.dump(data, file, indent=1)
            file.flush()
            os.fsync(file.fileno())
        try:
            if replace:
                os.replace(draft, self._path)
            else:
                os.link(draft, self._path)
        except FileExistsError:
            pass  # another process was first: its keys are the keys
        finally:
            draft.unlink(missing_ok=True)


def _add(data: dict[str, Any], purpose: str, number: int) -> str:
    if purpose not in (*SYMMETRIC, *PAIRS):
        raise KeyError(purpose)
    key_id = f"{purpose}-{number}"
    entry = {"made_at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())}
    if purpose in PAIRS:
        public, private = sm2_generate()
        entry |= {"public": public.hex(), "private": private.hex()}
    else:
        entry["secret"] = os.urandom(SIZES[purpose]).hex()
    data["keys"][key_id] = entry
    data["current"][purpose] = key_id
    return key_id


_store: KeyStore | None = None


def keys() -> KeyStore:
    """The configured key store."""
    global _store
    if _store is None:
        dotted = getattr(settings, "KEYSTORE", "") or os.environ.get("CITYBRAIN_KEYSTORE", "")
        _store = import_string(dotted)() if dotted else SoftwareKeys(_path(), create=_may_create())
    return _store


def _path() -> Path:
    return Path(os.environ.get("CITYBRAIN_KEYS_FILE") or Path(settings.DATA_DIR) / "keys" / "keys.json")


def _may_create() -> bool:
    return getattr(settings, "MODE", "demo") != "production"


def use_keys(store: KeyStore | None) -> KeyStore | None:
    """Put another store in place (tests); returns the former one."""
    global _store
    former, _store = _store, store
    return former
