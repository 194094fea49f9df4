"""Signs a certificate's PDF (PAdES, whole file covered). The software seal uses the demo authority."""

from __future__ import annotations

import io
from functools import lru_cache
from pathlib import Path

from django.conf import settings
from django.utils.module_loading import import_string
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import signers
from pyhanko.sign.fields import SigFieldSpec, SigSeedSubFilter

from citybrain.hub.certificates.ports import Seal
from citybrain.hub.certificates.rendering import authority

FIELD = "Seal"


class SoftwareSeal:
    """A key in a file: for demonstration and tests."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.signer = signers.SimpleSigner.load(
            key_file=str(home / "signer.key.pem"), cert_file=str(home / "signer.crt.pem"),
            ca_chain_files=(str(home / "root.crt.pem"),), key_passphrase=None,
        )  # fmt: skip

    def sign(self, pdf: bytes, *, reason: str, issuer: str) -> bytes:
        writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
        meta = signers.PdfSignatureMetadata(
            field_name=FIELD, md_algorithm="sha256", subfilter=SigSeedSubFilter.PADES, reason=reason, name=issuer,
            location=authority.CITY,
        )  # fmt: skip
        signed = signers.sign_pdf(writer, meta, self.signer, new_field_spec=SigFieldSpec(FIELD))
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
