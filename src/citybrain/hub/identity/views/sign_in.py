"""The door of the house: choose who you are, officials by password, sign out. The second factor has its own page."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from citybrain.kernel.errors import TooMany
from citybrain.kernel.guard import public
from citybrain.kernel.text import say

from ..actions import sign_in
from ..models import Account
from ..queries.demo import DEMO_PASSWORD, demo_accounts
from .pages import first_page, with_next


@public("signing in")
@never_cache
def choose(request: HttpRequest) -> HttpResponse:
    """Citizens go to the real-name provider, officials to the password page."""
    target = sign_in.safe_next(request, "")
    context = {"next": target, "official_href": with_next("identity:official_login", target)}
    return render(request, "identity/login.html", context)


@public("signing in")
@never_cache
@sensitive_post_parameters("password")
def official(request: HttpRequest) -> HttpResponse:
    """Password of an official; then the second factor where one is needed."""
    target = sign_in.safe_next(request, "")
    context: dict[str, Any] = {
        "next": target,
        "username": "",
        "problem": "",
        "login_href": with_next("identity:login", target),
    }
    context |= {"demo_accounts": _demo_rows(), "demo_password": DEMO_PASSWORD}
    if request.method != "POST":
        return render(request, "identity/official_login.html", context)
    context["username"] = request.POST.get("username", "")[:150]
    try:
        account = sign_in.check_password(
            request, username=context["username"], password=request.POST.get("password", "")[:1000]
        )
    except TooMany as error:
        context["problem"] = f"{error.message} {error.todo}"
        answer = render(request, "identity/official_login.html", context, status=429)
        answer["Retry-After"] = str(int(error.retry_after))
        return answer
    if account is None:
        context["problem"] = _("User name or password is not right.")
        return render(request, "identity/official_login.html", context, status=422)
    return after_password(request, account)


def after_password(request: HttpRequest, account: Account) -> HttpResponse:
    """Straight in, or to the second factor."""
    owed = sign_in.needs_second_factor(account)
    if owed:
        request.session.cycle_key()
        request.session[sign_in.PENDING] = {
            "account": str(account.pk),
            "owed": owed,
            "next": sign_in.safe_next(request, ""),
        }
        return redirect(with_next("identity:second_factor", ""))
    actor = sign_in.open_session(request, account, method="password")
    return redirect(first_page(account, actor, sign_in.safe_next(request, "")))


@public("signing out")
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End this session."""
    sign_in.close_session(request)
    return redirect("/")


def _demo_rows() -> list[list[str]]:
    officials = [a for a in demo_accounts() if a["kind"] == Account.Kind.OFFICIAL]
    return [[str(a["username"]), str(a["name"]), say(a["role"])] for a in officials]  # type: ignore[arg-type]
