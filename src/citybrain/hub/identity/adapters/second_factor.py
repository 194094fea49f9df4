"""allauth's second factors with our keys: secrets encrypted at rest, our name on the authenticator's screen."""

from typing import Any

from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter

from citybrain.kernel.crypto import decrypt_text, encrypt_text

ISSUER = "citybrain"


class SecondFactorAdapter(DefaultMFAAdapter):
    """See allauth's documentation of ``MFA_ADAPTER``."""

    def get_totp_issuer(self) -> str:
        return ISSUER

    def get_totp_label(self, user: Any) -> str:
        return str(user.username)

    def encrypt(self, text: str) -> str:
        return encrypt_text(text).hex()

    def decrypt(self, encrypted_text: str) -> str:
        return decrypt_text(bytes.fromhex(encrypted_text))

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        host = context.request.get_host().partition(":")[0]
        return {"id": host, "name": ISSUER}

    def get_public_key_credential_user_entity(self, user: Any) -> dict[str, Any]:
        return {"id": user.pk.bytes, "display_name": user.name or user.username, "name": user.username}

    def send_notification_mail(self, *args: Any, **kwargs: Any) -> None:
        """Notices to officials go through the messages room, not by allauth's mail."""
