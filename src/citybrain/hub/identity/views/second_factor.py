"""The second factor: proving it at sign-in, setting it up, passkeys over JSON. Officials only."""

import json
from typing import Any
from uuid import UUID

import segno
from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth as totp
from allauth.mfa.webauthn.internal import auth as webauthn
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from citybrain.kernel import audit
from citybrain.kernel.actor import Actor
from citybrain.kernel.errors import Invalid
from citybrain.kernel.guard import SIGNED_IN, guard, public

from ..actions import second_factor, sign_in
from ..models import Account
from ..queries.actor import account_with_rights, client_ip
from .pages import first_page

SECRET = "identity.totp_secret"  # noqa: S105 - a session key
WHY_PUBLIC = "signing in: the password was given, the second factor is owed"
LARGEST_JSON = 20_000


def pending(request: HttpRequest) -> tuple[Account, dict[str, Any]] | None:
    """The account that gave its password in this session and owes a second factor."""
    owed = request.session.get(sign_in.PENDING)
    if not owed:
        return None
    account = account_with_rights(UUID(owed["account"]))
    return (account, owed) if account and account.is_active else None


@public(WHY_PUBLIC)
@never_cache
def second_factor_page(request: HttpRequest) -> HttpResponse:
    """Code or passkey; whoever has none yet sets one up here first."""
    found = pending(request)
    if found is None:
        return redirect("identity:official_login")
    account, owed = found
    if owed["owed"] == "enrol":
        return _enrol(request, account, owed)
    problem = ""
    if request.method == "POST":
        how = second_factor.verify_code(account, request.POST.get("code", ""))
        if how:
            return _admit(request, account, owed, how)
        problem = _("The code is not right, or was used before.")
        audit.record("identity.second_factor_failed", by=_nobody(request), obj=f"account:{account.pk}")
    kinds = set(Authenticator.objects.filter(user=account).values_list("type", flat=True))
    context = {"problem": problem, "passkey": Authenticator.Type.WEBAUTHN in kinds}
    return render(request, "identity/second_factor.html", context, status=422 if problem else 200)


def _nobody(request: HttpRequest) -> Actor:
    return Actor.anonymous(ip=client_ip(request))


def _admit(request: HttpRequest, account: Account, owed: dict[str, Any], how: str) -> HttpResponse:
    actor = sign_in.open_session(request, account, method=f"password+{how}")
    return redirect(first_page(account, actor, owed.get("next", "")))


def _enrol(request: HttpRequest, account: Account, owed: dict[str, Any]) -> HttpResponse:
    secret = request.session.setdefault(SECRET, totp.generate_totp_secret())
    context = totp_context(account, secret)
    if request.method == "POST":
        try:
            actor = Actor(kind="official", account_id=account.pk, name=account.name, ip=client_ip(request))
            codes = second_factor.enrol_totp(
                account=account, secret=secret, code=request.POST.get("code", ""), by=actor
            )
        except Invalid as error:
            return render(
                request, "identity/enrol_totp.html", context | {"problems": error.problems}, status=422
            )
        target = owed.get("next", "")
        actor = sign_in.open_session(request, account, method="password+totp")
        return render(
            request,
            "identity/recovery_codes.html",
            {"codes": codes, "next": first_page(account, actor, target)},
        )
    return render(request, "identity/enrol_totp.html", context | {"forced": True})


def totp_context(account: Account, secret: str) -> dict[str, Any]:
    """What the set-up page shows: the QR code and the secret to type."""
    address = get_adapter().build_totp_url(account, secret)
    svg = segno.make(address, error="m").svg_inline(scale=5, dark="#000", light="#fff")
    grouped = " ".join(secret[i : i + 4] for i in range(0, len(secret), 4))
    return {"qr": mark_safe(svg), "secret": grouped}  # noqa: S308 - made by segno from our own address


@guard(SIGNED_IN)
@never_cache
def set_up_totp(request: HttpRequest) -> HttpResponse:
    """A signed-in official adds an authenticator app."""
    account: Any = request.user
    secret = request.session.setdefault(SECRET, totp.generate_totp_secret())
    context = totp_context(account, secret)
    if request.method != "POST":
        return render(request, "identity/enrol_totp.html", context)
    try:
        codes = second_factor.enrol_totp(
            account=account,
            secret=secret,
            code=request.POST.get("code", ""),
            by=request.actor,  # type: ignore[attr-defined]
        )
    except Invalid as error:
        return render(request, "identity/enrol_totp.html", context | {"problems": error.problems}, status=422)
    request.session.pop(SECRET, None)
    sign_in.rotate(request)
    return render(request, "identity/recovery_codes.html", {"codes": codes, "next": ""})


@guard(SIGNED_IN)
@require_POST
def remove(request: HttpRequest) -> HttpResponse:
    """Take one of one's own factors away."""
    factor = request.POST.get("factor", "")
    if factor.isdecimal() and len(factor) < 19:
        second_factor.remove_factor(account=request.user, factor_id=int(factor), by=request.actor)  # type: ignore[arg-type, attr-defined]
    return redirect("identity:account")


@public(WHY_PUBLIC)
@never_cache
@require_POST
def passkey_challenge(request: HttpRequest) -> JsonResponse:
    """What the browser must sign."""
    found = pending(request)
    if found is None:
        return JsonResponse({"error": "expired"}, status=403)
    return JsonResponse(webauthn.begin_authentication(found[0]))


@public(WHY_PUBLIC)
@never_cache
@require_POST
def passkey_answer(request: HttpRequest) -> JsonResponse:
    """The signed challenge; answers where to go."""
    found, response = pending(request), read_json(request)
    if found is None or response is None:
        return JsonResponse({"error": "expired"}, status=403)
    account, owed = found
    if not second_factor.verify_passkey(account, response):
        audit.record("identity.second_factor_failed", by=_nobody(request), obj=f"account:{account.pk}")
        return JsonResponse({"error": _("The passkey could not be checked.")}, status=422)
    return JsonResponse({"next": _admit(request, account, owed, "passkey").headers["Location"]})


@guard(SIGNED_IN)
@never_cache
@require_POST
def passkey_new(request: HttpRequest) -> JsonResponse:
    """Options for making a passkey."""
    return JsonResponse(webauthn.begin_registration(request.user, False))  # type: ignore[arg-type]


@guard(SIGNED_IN)
@never_cache
@require_POST
def passkey_keep(request: HttpRequest) -> JsonResponse:
    """Keep the passkey the browser made; answers fresh recovery codes, if any."""
    response = read_json(request)
    if response is None:
        return JsonResponse({"error": "unreadable"}, status=422)
    try:
        codes = second_factor.enrol_passkey(
            account=request.user,
            name=str(response.pop("label", "")),
            credential=response,
            by=request.actor,  # type: ignore[arg-type, attr-defined]
        )
    except Invalid as error:
        return JsonResponse({"error": error.message}, status=422)
    return JsonResponse({"codes": codes})


def read_json(request: HttpRequest) -> dict[str, Any] | None:
    """A JSON object of bounded size, or None."""
    if len(request.body) > LARGEST_JSON:
        return None
    try:
        value = json.loads(request.body)
    except ValueError:
        return None
    return value if isinstance(value, dict) else None
