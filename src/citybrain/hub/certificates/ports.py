"""What certificates ask of the outside: a seal that signs PDF files. Production puts a certified signing server here."""

from typing import Protocol


class Seal(Protocol):
    """Signs a PDF in the PAdES form; the signature covers the whole file."""

    def sign(self, pdf: bytes, *, reason: str, issuer: str) -> bytes: ...

    def trust_root(self) -> bytes:
        """The root certificate (PEM) against which a checker validates."""
        ...
