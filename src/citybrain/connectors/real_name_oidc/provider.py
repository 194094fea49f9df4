"""The adapter. Configured by settings ``OIDC_URL``, ``OIDC_CLIENT_ID``, ``OIDC_CLIENT_SECRET``."""

import hmac
import secrets
from typing import Any

import requests
from allauth.socialaccount.internal import jwtkit, statekit
from allauth.socialaccount.models import SocialApp
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.oauth2.utils import generate_code_challenge
from allauth.socialaccount.providers.openid_connect.provider import OpenIDConnectProvider
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.conf import settings
from django.urls import reverse
from django.utils.translation import get_language

from citybrain.hub.identity.ports import RealNameClaims, RealNameRefused, RepresentedLegalPerson

PROVIDER = "realname"
SCOPES = ["openid", "profile", "phone", "identity", "legal_persons"]


class _Adapter(OpenIDConnectOAuth2Adapter):
    """allauth's adapter with our callback address and our configuration."""

    def __init__(self, request: Any) -> None:
        self._app = SocialApp(
            provider="openid_connect",
            provider_id=PROVIDER,
            client_id=_setting("client_id", "OIDC_CLIENT_ID", "citybrain"),
            secret=_setting("secret", "OIDC_CLIENT_SECRET", ""),
            settings={"server_url": settings.OIDC_URL},
        )
        super().__init__(request, PROVIDER)

    def get_provider(self) -> OpenIDConnectProvider:
        return OpenIDConnectProvider(self.request, app=self._app)

    def get_callback_url(self, request: Any, app: Any) -> str:
        return str(request.build_absolute_uri(reverse("identity:citizen_callback")))


def _setting(key: str, name: str, default: str) -> str:
    apps = getattr(settings, "SOCIALACCOUNT_PROVIDERS", {}).get("openid_connect", {}).get("APPS", [])
    found = next((app.get(key) for app in apps if app.get("provider_id") == PROVIDER), None)
    return str(found or getattr(settings, name, default))


class OidcRealNameProvider:
    """See ``identity.ports.RealNameProvider``."""

    def begin(self, request: Any, *, next_path: str, level: str = "") -> str:
        if not settings.OIDC_URL:
            raise RealNameRefused("not_configured")
        adapter = _Adapter(request)
        pkce = generate_code_challenge()
        nonce = secrets.token_urlsafe(24)
        state = {"next": next_path, "nonce": nonce, "verifier": pkce.pop("code_verifier")}
        try:
            client = adapter.get_client(request, adapter._app)
            client.state = statekit.stash_state(request, provider_id=PROVIDER, state=state)
            locale = "en" if (get_language() or "").startswith("en") else "zh"
            extra = {**pkce, "nonce": nonce, "ui_locales": locale, **({"acr_values": level} if level else {})}
            return str(client.get_redirect_url(adapter.authorize_url, SCOPES, extra))
        except (requests.RequestException, KeyError, ValueError, OAuth2Error) as error:
            raise RealNameRefused("unreachable") from error

    def complete(self, request: Any) -> tuple[RealNameClaims, str]:
        state = statekit.unstash_state(request, state_id=request.GET.get("state", ""), provider_id=PROVIDER)
        if state is None:
            raise RealNameRefused("state")
        if request.GET.get("error") or not request.GET.get("code"):
            raise RealNameRefused("cancelled" if request.GET.get("error") == "access_denied" else "refused")
        adapter = _Adapter(request)
        try:
            data = self._fetch(request, adapter, state)
        except requests.RequestException as error:
            raise RealNameRefused("unreachable") from error
        except (OAuth2Error, KeyError, ValueError) as error:
            raise RealNameRefused("forged") from error
        return claims_of(data), str(state["next"])

    def _fetch(self, request: Any, adapter: _Adapter, state: dict[str, Any]) -> dict[str, Any]:
        client = adapter.get_client(request, adapter._app)
        tokens = client.get_access_token(request.GET["code"], pkce_code_verifier=state["verifier"])
        proof = jwtkit.verify_and_decode(
            credential=tokens["id_token"],
            keys_url=adapter.openid_config["jwks_uri"],
            issuer=adapter.openid_config["issuer"],
            audience=adapter._app.client_id,
            lookup_kid=jwtkit.lookup_kid_jwk,
        )
        if not hmac.compare_digest(str(proof.get("nonce", "")), state["nonce"]):
            raise OAuth2Error("nonce")
        data = adapter._fetch_user_info(tokens["access_token"])
        if data.get("sub") != proof["sub"]:
            raise OAuth2Error("sub")
        return {**data, "acr": proof.get("acr", data.get("acr"))}

    def check_config(self) -> list[str]:
        if not settings.OIDC_URL:
            return ["OIDC_URL is empty: citizens cannot sign in."]
        try:
            answer = requests.get(
                settings.OIDC_URL.rstrip("/") + "/.well-known/openid-configuration", timeout=3
            )
            answer.raise_for_status()
            issuer = answer.json().get("issuer")
        except (requests.RequestException, ValueError) as error:
            return [f"The real-name provider at {settings.OIDC_URL} does not answer: {type(error).__name__}."]
        same = issuer == settings.OIDC_URL.rstrip("/")
        return [] if same else [f"The real-name provider names itself {issuer}, not {settings.OIDC_URL}."]


def claims_of(data: dict[str, Any]) -> RealNameClaims:
    """The port's claims from the provider's JSON."""
    if not data.get("name") or not data.get("id_number"):
        raise RealNameRefused("incomplete")
    firms = tuple(
        RepresentedLegalPerson(
            uscc=str(firm["uscc"]),
            name=str(firm["name"]),
            role="legal_representative" if firm.get("role") == "legal_representative" else "handler",
            kind=str(firm.get("kind", "enterprise")),
        )
        for firm in (data.get("legal_persons") or [])[:200]
        if firm.get("uscc") and firm.get("name")
    )
    return RealNameClaims(
        subject=str(data["sub"]),
        name=str(data["name"])[:100],
        id_type=str(data.get("id_type") or "111"),
        id_number=str(data["id_number"]),
        phone=str(data.get("phone") or "")[:20],
        level="verified" if data.get("acr") == "verified" else "basic",
        legal_persons=firms,
    )
