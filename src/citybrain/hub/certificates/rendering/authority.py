"""The demo certification authority: one root, one signing certificate, kept in DATA_DIR/pki, made once.

It proves to a checker that a PDF is ours and unchanged; it is not a recognised authority. Production names a
certified seal instead (setting CERTIFICATES_SEAL, a dotted path to a ``Seal``) and never uses these keys.
"""

from __future__ import annotations

import fcntl
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID
from django.conf import settings

ROOT_YEARS, SIGNER_YEARS = 20, 5
COUNTRY, CITY = "CN", "Ningde"


def folder() -> Path:
    """Where the authority lives; only its owner may look inside."""
    path = Path(settings.DATA_DIR) / "pki"
    path.mkdir(parents=True, exist_ok=True, mode=0o700)
    return path


def ensure() -> Path:
    """Make the authority when it is not there (one process at a time); its folder."""
    home = folder()
    if (home / "signer.crt.pem").is_file():
        return home
    with (home / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (home / "signer.crt.pem").is_file():
            _make(home)
    return home


def _make(home: Path) -> None:
    root_key, signer_key = _key(3072), _key(2048)
    root_name, signer_name = _name("citybrain demo root"), _name("citybrain demo certificate seal")
    root = (
        _builder(root_name, root_name, root_key.public_key(), ROOT_YEARS)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(sign_certificates=True), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(root_key.public_key()), critical=False)
        .sign(root_key, hashes.SHA256())
    )
    signer = (
        _builder(signer_name, root_name, signer_key.public_key(), SIGNER_YEARS)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(sign_certificates=False), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(signer_key.public_key()), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(root_key.public_key()), critical=False
        )
        .sign(root_key, hashes.SHA256())
    )
    _write(home / "root.key.pem", _private(root_key), 0o600)
    _write(home / "signer.key.pem", _private(signer_key), 0o600)
    _write(home / "root.crt.pem", root.public_bytes(serialization.Encoding.PEM), 0o644)
    _write(home / "signer.crt.pem", signer.public_bytes(serialization.Encoding.PEM), 0o644)


def _key(bits: int) -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=bits)


def _name(common: str) -> x509.Name:
    return x509.Name([
        x509.NameAttribute(NameOID.COUNTRY_NAME, COUNTRY), x509.NameAttribute(NameOID.LOCALITY_NAME, CITY),
        x509.NameAttribute(NameOID.COMMON_NAME, common),
    ])  # fmt: skip


def _builder(
    subject: x509.Name, issuer: x509.Name, key: rsa.RSAPublicKey, years: int
) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=365 * years))
    )


def _usage(*, sign_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not sign_certificates, content_commitment=not sign_certificates, key_encipherment=False,
        data_encipherment=False, key_agreement=False, key_cert_sign=sign_certificates, crl_sign=sign_certificates,
        encipher_only=False, decipher_only=False,
    )  # fmt: skip


def _private(key: rsa.RSAPrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def _write(path: Path, content: bytes, mode: int) -> None:
    draft = path.with_suffix(".draft")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
    with os.fdopen(descriptor, "wb") as sink:
        sink.write(content)
    draft.replace(path)
