"""Citizens come in through the real-name provider. Refusals are told in plain words on the sign-in page."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from citybrain.kernel.guard import SIGNED_IN, guard, public

from ..actions import sign_in
from ..actions.citizen_sign_in import admit
from ..ports import RealNameRefused
from ..queries.actor import ASSURANCE, client_ip
from ..queries.assurance import assurance, reaches
from ..queries.provider import real_name_provider
from .pages import with_next

BEGINNINGS = (60, 300)  # per address: an office behind one address signs in often


def words(code: str) -> str:
    """Why the provider did not vouch, for the person."""
    return {
        "cancelled": _("You cancelled the real-name check. You can start again."),
        "not_configured": _("Real-name identity is not set up on this system."),
        "unreachable": _(
            "The real-name platform does not answer. Nothing is lost; please try again in a few minutes."
        ),
        "state": _("The sign-in took too long or was started elsewhere. Please start again."),
        "incomplete": _("The real-name platform did not send a complete identity. Please start again."),
        "disabled": _("This account is closed. Please ask at a service window."),
    }.get(code, _("The real-name check could not be trusted, so you were not signed in. Please start again."))


@public("signing in")
@never_cache
@require_POST
def begin(request: HttpRequest) -> HttpResponse:
    """Off to the provider, remembering where to come back to."""
    sign_in.throttle(f"identity.real_name:{client_ip(request)}", BEGINNINGS)
    try:
        level = "verified" if request.POST.get("level") == "verified" else ""
        target = sign_in.safe_next(request, "")
        return redirect(real_name_provider().begin(request, next_path=target, level=level))
    except RealNameRefused as error:
        return refused(request, error.code, sign_in.safe_next(request, ""))


@public("signing in")
@never_cache
@require_GET
def callback(request: HttpRequest) -> HttpResponse:
    """Back from the provider."""
    try:
        claims, target = real_name_provider().complete(request)
        account = admit(claims)
    except RealNameRefused as error:
        return refused(request, error.code, "")
    sign_in.open_session(request, account, method="real_name")
    request.session[ASSURANCE] = claims.level
    return redirect(target or "/")


@guard(SIGNED_IN)
@never_cache
@require_GET
def raise_level(request: HttpRequest) -> HttpResponse:
    """What is missing to be known surely enough, and the way to the provider's stronger check and back."""
    context = {
        "next": sign_in.safe_next(request, "/"),
        "level": assurance(request.actor),  # type: ignore[attr-defined]
        "enough": reaches(request.actor, "verified"),  # type: ignore[attr-defined]
    }
    return render(request, "identity/raise_level.html", context)


def refused(request: HttpRequest, code: str, target: str) -> HttpResponse:
    """The sign-in page with the reason."""
    status = 503 if code in {"unreachable", "not_configured"} else 403
    context = {
        "next": target,
        "official_href": with_next("identity:official_login", target),
        "refused": words(code),
    }
    return render(request, "identity/login.html", context, status=status)
