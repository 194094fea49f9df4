"""Real-name sign-in by OpenID Connect: the adapter of identity's ``RealNameProvider`` port, on allauth's client.

Adds to allauth what the port promises: a nonce, the signature of the ID token checked against the provider's keys,
and claims turned into ``RealNameClaims``. Refuses a claim set without name and number.
"""

from .provider import OidcRealNameProvider

__all__ = ["OidcRealNameProvider"]
