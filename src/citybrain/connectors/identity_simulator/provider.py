"""The protocol of the simulator: codes, tokens, keys. OpenID Connect Core, code flow with PKCE (S256) only.

Refuses: other flows, plain PKCE, unknown clients and redirect addresses, a code used twice (which also revokes what
it gave), anything older than its few minutes.
"""

import base64
import hashlib
import hmac
import json
import secrets
import time
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

from .people import Citizen

CODE_SECONDS = 60
TOKEN_SECONDS = 300
MOST_OPEN = 10_000
CALLBACK = "/identity/citizen/callback/"
LOOPBACK = {"127.0.0.1", "localhost", "::1", "testserver"}
LEVELS = ("basic", "verified")


class ProtocolError(Exception):
    """An OAuth error: ``code`` as in RFC 6749."""

    def __init__(self, code: str, why: str = "") -> None:
        super().__init__(why or code)
        self.code, self.why = code, why


@dataclass(frozen=True)
class Request:
    """A checked authorization request."""

    redirect_uri: str
    state: str
    nonce: str
    challenge: str
    scope: str


@dataclass
class Grant:
    """A person's consent, under a code and then under a token."""

    request: Request
    citizen: Citizen
    level: str
    at: float
    used: bool = False
    token: str = ""


@dataclass
class Provider:
    """The issuer and everything it remembers (in memory, bounded)."""

    issuer: str
    client_id: str
    client_secret: str
    redirects: tuple[str, ...] = ()
    codes: dict[str, Grant] = field(default_factory=dict)
    tokens: dict[str, Grant] = field(default_factory=dict)
    key: rsa.RSAPrivateKey = field(default_factory=lambda: rsa.generate_private_key(65537, 2048))
    kid: str = field(default_factory=lambda: secrets.token_hex(8))

    def discovery(self) -> dict[str, Any]:
        """OpenID Provider Metadata."""
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "userinfo_endpoint": f"{self.issuer}/userinfo",
            "jwks_uri": f"{self.issuer}/jwks",
            "response_types_supported": ["code"],
            "grant_types_supported": ["authorization_code"],
            "subject_types_supported": ["pairwise"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "token_endpoint_auth_methods_supported": ["client_secret_post", "client_secret_basic"],
            "code_challenge_methods_supported": ["S256"],
            "scopes_supported": ["openid", "profile", "phone", "identity", "legal_persons"],
            "claims_supported": ["sub", "name", "id_type", "id_number", "phone", "legal_persons", "acr"],
            "acr_values_supported": list(LEVELS),
        }

    def jwks(self) -> dict[str, Any]:
        """The public key."""
        public = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(self.key.public_key()))
        return {"keys": [{**public, "kid": self.kid, "use": "sig", "alg": "RS256"}]}

    def check_redirect(self, address: str) -> None:
        """Only our own callback on a loopback host, or an address the operator allowed."""
        parts = urlsplit(address)
        local = parts.scheme in {"http", "https"} and parts.hostname in LOOPBACK and parts.path == CALLBACK
        if parts.fragment or not (local or any(address.startswith(p) for p in self.redirects)):
            raise ProtocolError("invalid_redirect", "unknown redirect address")

    def read_request(self, query: dict[str, str]) -> Request:
        """A checked request. ``invalid_redirect`` and ``unknown_client`` must not be sent back to the address."""
        if query.get("client_id") != self.client_id:
            raise ProtocolError("unknown_client", "unknown client")
        self.check_redirect(query.get("redirect_uri", ""))
        if query.get("response_type") != "code":
            raise ProtocolError("unsupported_response_type")
        if "openid" not in query.get("scope", "").split():
            raise ProtocolError("invalid_scope")
        if query.get("code_challenge_method") != "S256" or len(query.get("code_challenge", "")) != 43:
            raise ProtocolError("invalid_request", "PKCE with S256 is required")
        if not query.get("state") or not query.get("nonce"):
            raise ProtocolError("invalid_request", "state and nonce are required")
        return Request(
            query["redirect_uri"], query["state"], query["nonce"], query["code_challenge"], query["scope"]
        )

    def grant(self, request: Request, citizen: Citizen, level: str) -> str:
        """A fresh code for a person who agreed."""
        self._forget_old()
        code = secrets.token_urlsafe(32)
        self.codes[code] = Grant(request, citizen, level if level in LEVELS else "basic", time.time())
        return code

    def exchange(self, form: dict[str, str], basic: tuple[str, str] | None) -> dict[str, Any]:
        """Code for tokens."""
        client, secret = basic or (form.get("client_id", ""), form.get("client_secret", ""))
        known = hmac.compare_digest(client.encode(), self.client_id.encode())
        if not (known and hmac.compare_digest(secret.encode(), self.client_secret.encode())):
            raise ProtocolError("invalid_client")
        if form.get("grant_type") != "authorization_code":
            raise ProtocolError("unsupported_grant_type")
        grant = self.codes.get(form.get("code", ""))
        if grant is None or time.time() - grant.at > CODE_SECONDS:
            raise ProtocolError("invalid_grant", "code unknown or too old")
        if grant.used:
            self.tokens.pop(grant.token, None)
            raise ProtocolError("invalid_grant", "code used twice")
        grant.used = True
        if form.get("redirect_uri") != grant.request.redirect_uri:
            raise ProtocolError("invalid_grant", "redirect address differs")
        if not hmac.compare_digest(challenge_of(form.get("code_verifier", "")), grant.request.challenge):
            raise ProtocolError("invalid_grant", "PKCE verifier is wrong")
        grant.token = secrets.token_urlsafe(32)
        self.tokens[grant.token] = grant
        return {
            "access_token": grant.token,
            "token_type": "Bearer",
            "expires_in": TOKEN_SECONDS,
            "scope": grant.request.scope,
            "id_token": self._id_token(grant),
        }

    def userinfo(self, token: str) -> dict[str, Any]:
        """Claims about the person."""
        grant = self.tokens.get(token)
        if grant is None or time.time() - grant.at > TOKEN_SECONDS:
            raise ProtocolError("invalid_token")
        citizen = grant.citizen
        return {
            "sub": self._subject(citizen), "name": citizen.name, "id_type": "111", "id_number": citizen.id_number,
            "phone": citizen.phone, "level": grant.level, "acr": grant.level,
            "legal_persons": list(citizen.legal_persons),
        }  # fmt: skip

    def _id_token(self, grant: Grant) -> str:
        now = int(time.time())
        claims = {
            "iss": self.issuer, "aud": self.client_id, "sub": self._subject(grant.citizen), "iat": now,
            "exp": now + TOKEN_SECONDS, "auth_time": int(grant.at), "nonce": grant.request.nonce,
            "acr": grant.level, "jti": secrets.token_hex(8),
        }  # fmt: skip
        return jwt.encode(claims, self.key, algorithm="RS256", headers={"kid": self.kid})

    def _subject(self, citizen: Citizen) -> str:
        """Pairwise: another client could not join its records by it."""
        return hashlib.sha256(f"{self.client_id}|{citizen.id_number}".encode()).hexdigest()

    def _forget_old(self) -> None:
        limit = time.time() - TOKEN_SECONDS
        for kept in (self.codes, self.tokens):
            for key in [k for k, grant in kept.items() if grant.at < limit]:
                del kept[key]
            while len(kept) >= MOST_OPEN:
                kept.pop(next(iter(kept)))


def challenge_of(verifier: str) -> str:
    """S256 of RFC 7636."""
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
