"""What identity asks of the outside, as Protocols."""

from dataclasses import dataclass
from typing import Any, Protocol


@dataclass(frozen=True)
class RepresentedLegalPerson:
    """A firm the provider says the person may act for. ``role``: legal_representative | handler."""

    uscc: str
    name: str
    role: str
    kind: str = "enterprise"


@dataclass(frozen=True)
class RealNameClaims:
    """What a real-name provider vouches for. ``level``: basic | verified."""

    subject: str
    name: str
    id_type: str
    id_number: str
    phone: str = ""
    level: str = "verified"
    legal_persons: tuple[RepresentedLegalPerson, ...] = ()


class RealNameRefused(Exception):
    """The provider did not vouch: cancelled, forged, expired, or unreachable. ``code`` says which."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class RealNameProvider(Protocol):
    """The (provincial) real-name identity platform."""

    def begin(self, request: Any, *, next_path: str, level: str = "") -> str:
        """Address to send the browser to; remembers state, nonce and PKCE verifier in the session.

        ``level`` asks the provider for at least that level of proof (``verified``).
        """
        ...

    def complete(self, request: Any) -> tuple[RealNameClaims, str]:
        """Claims and the remembered path, from the browser's return. Raises RealNameRefused."""
        ...

    def check_config(self) -> list[str]:
        """Plain sentences about what is missing or unreachable; empty when all is well."""
        ...
