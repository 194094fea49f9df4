"""Signs a certificate's PDF (PAdES, whole file covered). The software seal uses the demo authority."""

from __future__ import annotations

import io
from functools import cached_property, lru_cache
from pathlib import Path

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from django.conf import settings
from django.utils.module_loading import import_string
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import signers
from pyhanko.sign.fields import SigFieldSpec, SigSeedSubFilter

from citybrain.hub.certificates.ports import Seal
from citybrain.hub.certificates.rendering import authority

FIELD = "Seal"
DIGEST = "sha256"
RESERVED = (
    10240  # room for the signature; told, because to estimate it the library makes a whole one for nothing
)


class ReadySigner(signers.SimpleSigner):
    """Parses and checks its RSA key once: the library does it twice for every signature, half its time."""

    @cached_property
    def rsa_key(self) -> rsa.RSAPrivateKey:
        key = serialization.load_der_private_key(self.signing_key.dump(), password=None)
        assert isinstance(key, rsa.RSAPrivateKey)
        return key

    def sign_raw(self, data: bytes, digest_algorithm: str) -> bytes:
        if digest_algorithm != DIGEST:
            return super().sign_raw(data, digest_algorithm)
        return self.rsa_key.sign(data, padding.PKCS1v15(), hashes.SHA256())


class SoftwareSeal:
    """A key in a file: for demonstration and tests."""

    def __init__(self, home: Path) -> None:
        self.home = home
        read = signers.SimpleSigner.load(  # gives its own class whatever class it is asked of
            key_file=str(home / "signer.key.pem"), cert_file=str(home / "signer.crt.pem"),
            ca_chain_files=(str(home / "root.crt.pem"),), key_passphrase=None,
        )  # fmt: skip
        self.signer = ReadySigner(
            signing_cert=read.signing_cert, signing_key=read.signing_key, cert_registry=read.cert_registry
        )

    def sign(self, pdf: bytes, *, reason: str, issuer: str) -> bytes:
        writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
        meta = signers.PdfSignatureMetadata(
            field_name=FIELD, md_algorithm=DIGEST, subfilter=SigSeedSubFilter.PADES, reason=reason, name=issuer,
            location=authority.CITY,
        )  # fmt: skip
        signed = signers.sign_pdf(
            writer, meta, self.signer, new_field_spec=SigFieldSpec(FIELD), bytes_reserved=RESERVED
        )
        return signed.getvalue()

    def trust_root(self) -> bytes:
        return (self.home / "root.crt.pem").read_bytes()


def seal() -> Seal:
    """The seal in use."""
    dotted = getattr(settings, "CERTIFICATES_SEAL", "")
    return import_string(dotted)() if dotted else _software(authority.ensure())


@lru_cache(maxsize=4)
def _software(home: Path) -> SoftwareSeal:
    return SoftwareSeal(home)
