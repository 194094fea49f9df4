"""Second factors of officials: TOTP, passkeys and recovery codes (allauth MFA). Refuses a code twice and a sixth guess."""

from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal import auth as totp
from allauth.mfa.webauthn.internal import auth as webauthn
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from citybrain.kernel import audit, ratelimit
from citybrain.kernel.actor import Actor
from citybrain.kernel.errors import FieldProblem, Invalid, NotAllowed, TooMany

from ..models import Account
from .sign_in import throttle

GUESSES = (6, 600)
ONCE = (1, 120)  # a TOTP code lives at most 90 s; remembered across processes


def verify_code(account: Account, code: str) -> str:
    """Which factor the code proves: ``totp``, ``recovery`` or nothing."""
    throttle(f"identity.second_factor:{account.pk}", GUESSES)
    code = "".join(code.split())[:20]
    factors = {a.type: a for a in Authenticator.objects.filter(user=account)}
    if Authenticator.Type.TOTP in factors and _totp_ok(account, factors[Authenticator.Type.TOTP], code):
        return "totp"
    found = factors.get(Authenticator.Type.RECOVERY_CODES)
    if found is not None and len(code) >= 8 and RecoveryCodes(found).validate_code(code):
        return "recovery"
    return ""


def _totp_ok(account: Account, factor: Authenticator, code: str) -> bool:
    if not totp.TOTP(factor).validate_code(code):
        return False
    try:
        return ratelimit.allow(f"identity.totp_used:{account.pk}:{code}", *ONCE)
    except TooMany:
        return False


def verify_passkey(account: Account, response: dict[str, Any]) -> bool:
    """Whether the browser's answer proves one of the account's passkeys."""
    throttle(f"identity.second_factor:{account.pk}", GUESSES)
    try:
        webauthn.complete_authentication(account, response)
    except (ValidationError, ValueError, KeyError):
        return False
    return True


@transaction.atomic
def enrol_totp(*, account: Account, secret: str, code: str, by: Actor) -> list[str]:
    """Turn on TOTP when the code proves the authenticator holds the secret; returns fresh recovery codes."""
    throttle(f"identity.second_factor:{account.pk}", GUESSES)
    if not totp.validate_totp_code(secret, "".join(code.split())):
        raise Invalid(
            [FieldProblem("code", "wrong", _("The code is not right. Check the clock of your phone."))]
        )
    Authenticator.objects.filter(user=account, type=Authenticator.Type.TOTP).delete()
    totp.TOTP.activate(account, secret)
    return _enrolled(account, by, "totp")


@transaction.atomic
def enrol_passkey(*, account: Account, name: str, credential: dict[str, Any], by: Actor) -> list[str]:
    """Keep a passkey the browser has just made; returns fresh recovery codes when there were none."""
    try:
        webauthn.complete_registration(credential)
    except (ValidationError, ValueError, KeyError) as error:
        raise Invalid(
            [FieldProblem("credential", "wrong", _("The passkey could not be checked."))]
        ) from error
    webauthn.WebAuthn.add(account, name.strip()[:60] or _("Passkey"), credential)
    return _enrolled(account, by, "passkey")


def _enrolled(account: Account, by: Actor, kind: str) -> list[str]:
    Account.objects.filter(pk=account.pk).update(has_second_factor=True)
    had = Authenticator.objects.filter(user=account, type=Authenticator.Type.RECOVERY_CODES).exists()
    codes = [] if had else RecoveryCodes.activate(account).generate_codes()
    audit.record("identity.enrol_factor", by=by, obj=f"account:{account.pk}", after={"kind": kind})
    return codes


@transaction.atomic
def remove_factor(*, account: Account, factor_id: int, by: Actor) -> None:
    """Take a factor away; in production the last one stays, because officials must have one."""
    factors = Authenticator.objects.filter(user=account).exclude(type=Authenticator.Type.RECOVERY_CODES)
    factor = factors.filter(pk=factor_id).first()
    if factor is None:
        return
    if settings.MODE == "production" and factors.count() == 1:
        raise NotAllowed(_("Officials need a second factor. Add another one before removing this."))
    kind = str(factor.type)
    factor.delete()
    if not factors.exists():
        Authenticator.objects.filter(user=account).delete()
        Account.objects.filter(pk=account.pk).update(has_second_factor=False)
    audit.record("identity.remove_factor", by=by, obj=f"account:{account.pk}", before={"kind": kind})
