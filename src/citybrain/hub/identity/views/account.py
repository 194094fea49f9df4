"""One's own account: who I act as, sessions, second factors, password, delegations, the firms I represent."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from allauth.mfa.models import Authenticator
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from citybrain.kernel import clock
from citybrain.kernel.errors import FieldProblem, Invalid
from citybrain.kernel.guard import SIGNED_IN, guard
from citybrain.kernel.masking import mask_id_number, mask_phone

from ..actions import accounts, delegations, people, sign_in, signing
from ..actions.acting import act_as, choices
from ..models import Account, Representation
from ..permissions import OWN
from ..queries.matter_choices import matter_choices
from ..queries.people import live_delegations, live_representations, person
from ..queries.sessions import open_sign_ins
from .pages import home_of, layout_of

Actor = Any


@guard(SIGNED_IN)
@never_cache
def account(request: HttpRequest) -> HttpResponse:
    """Overview of one's own account."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    context: dict[str, Any] = {
        "layout": layout_of(actor),
        "sessions": open_sign_ins(actor.account_id),
        "this_session": request.session.session_key,
        "official": actor.kind == "official",
        "choices": choices(request.user, actor),
    }
    if actor.kind == "official" and actor.post_id is not None:
        context["key"] = signing.present_key(actor)
    if actor.kind == "official":
        context["factors"] = list(
            Authenticator.objects.filter(user=request.user).exclude(type="recovery_codes")
        )
    if actor.person_id:
        me = person(actor, actor.person_id)
        context["me"] = {
            "name": me.name,
            "number": mask_id_number(me.id_number),
            "phone": mask_phone(me.phone),
            "level": me.level,
        }
    return render(request, "identity/account.html", context)


@guard(SIGNED_IN)
@never_cache
def acting(request: HttpRequest) -> HttpResponse:
    """In whose name do I act? Officials choose a post, citizens themselves, a firm or a person."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    if request.method == "POST":
        changed = act_as(request, request.POST.get("as", "")[:80])
        return redirect(sign_in.safe_next(request, home_of(changed)))
    context = {
        "layout": layout_of(actor),
        "choices": choices(request.user, actor),
        "official": actor.kind == "official",
        "next": sign_in.safe_next(request, ""),
    }
    return render(request, "identity/acting.html", context)


@guard(SIGNED_IN)
@require_POST
def new_signing_key(request: HttpRequest) -> HttpResponse:
    """A fresh signing key for oneself; the former one stays for what it signed."""
    signing.rotate_signing_key(request.actor, reason="own wish")  # type: ignore[attr-defined]
    messages.success(request, _("You have a new signing key."))
    return redirect("identity:account")


@guard(SIGNED_IN)
@require_POST
def end_session(request: HttpRequest) -> HttpResponse:
    """End one of one's own sessions, or all others."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    if request.POST.get("which") == "others":
        sign_in.end_all(account_id=actor.account_id, by=actor, except_key=request.session.session_key or "")
    else:
        sign_in.end_sign_in(
            account_id=actor.account_id, sign_in_id=_uuid(request.POST.get("which", "")), by=actor
        )
    messages.success(request, _("Ended."))
    return redirect("identity:account")


@guard(SIGNED_IN)
@never_cache
@sensitive_post_parameters("old", "new", "again")
def password(request: HttpRequest) -> HttpResponse:
    """Change one's password; other sessions end."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    user: Any = request.user
    if user.kind != Account.Kind.OFFICIAL:
        return redirect("identity:account")
    context: dict[str, Any] = {"layout": layout_of(actor), "must": user.must_change_password, "errors": {}}
    if request.method == "POST":
        try:
            _change_password(request, actor)
        except Invalid as error:
            context |= {"problems": error.problems, "errors": {p.path: p.message for p in error.problems}}
            return render(request, "identity/password.html", context, status=422)
        messages.success(request, _("Your password is changed. Other sessions have ended."))
        return redirect(home_of(actor))
    return render(request, "identity/password.html", context)


def _change_password(request: HttpRequest, actor: Actor) -> None:
    old, new, again = (request.POST.get(name, "")[:1000] for name in ("old", "new", "again"))
    if new != again:
        raise Invalid([FieldProblem("again", "differs", _("The two new passwords differ."))])
    sign_in.throttle(f"identity.change_password:{actor.account_id}", (6, 600))
    accounts.change_password(account_id=actor.account_id, old=old, new=new, by=actor)
    user = Account.objects.get(pk=actor.account_id)
    before = request.session.session_key
    update_session_auth_hash(request, user)
    sign_in.follow(before, request.session.session_key)
    sign_in.end_all(account_id=user.pk, by=actor, except_key=request.session.session_key or "")


@guard(OWN)
@never_cache
def delegation_list(request: HttpRequest) -> HttpResponse:
    """Agents I appointed and people who appointed me; appoint a new one."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    values = {k: request.POST.get(k, "")[:100] for k in ("agent_name", "agent_number", "last_day")}
    offered = matter_choices()
    context: dict[str, Any] = {"values": values, "errors": {}, "chosen": request.POST.getlist("matters")}
    status = 200
    if request.method == "POST":
        try:
            _grant(request, actor, values)
            messages.success(request, _("The agent is appointed. You can take it back at any time."))
            return redirect("identity:delegations")
        except Invalid as error:
            context |= {"problems": error.problems, "errors": {p.path: p.message for p in error.problems}}
            status = 422
    values["last_day"] = values["last_day"] or (clock.today() + timedelta(days=30)).isoformat()
    context |= {
        "given": live_delegations(principal=actor.person_id).select_related("agent")
        if actor.person_id
        else [],
        "held": live_delegations(agent=actor.person_id).select_related("principal")
        if actor.person_id
        else [],
        "consent": consent_text(),
        "matter_choices": offered,
        "matter_names": dict(offered),
        "own": actor.authority == "own",
    }
    return render(request, "identity/delegations.html", context, status=status)


def consent_text() -> str:
    """What the citizen agrees to; kept word for word with the delegation."""
    return _(
        "I let the person named above apply, submit, correct and receive results for me in the matters named, until "
        "the last day. What the agent does within this counts as done by me. I can revoke it at any time."
    )


def _grant(request: HttpRequest, actor: Actor, values: dict[str, str]) -> None:
    sign_in.throttle(
        f"identity.delegate:{actor.account_id}", (10, 3600)
    )  # the form must not become a name oracle
    try:
        last = datetime.fromisoformat(values["last_day"])
    except ValueError as error:
        raise Invalid([FieldProblem("last_day", "date", _("Write the last day as a date."))]) from error
    expires = clock.at_local(last.strftime("%Y-%m-%dT23:59:59"))
    delegations.grant_delegation(
        by=actor,
        agent_name=values["agent_name"],
        agent_number=values["agent_number"],
        expires_at=expires,
        consent=consent_text() if request.POST.get("consent") else "",
        matters=[key for key in request.POST.getlist("matters")[:100] if key in dict(matter_choices())],
    )


@guard(OWN)
@require_POST
def revoke(request: HttpRequest) -> HttpResponse:
    """End a delegation, by either side."""
    delegations.revoke_delegation(by=request.actor, delegation_id=_uuid(request.POST.get("delegation", "")))  # type: ignore[attr-defined]
    messages.success(request, _("The delegation has ended."))
    return redirect("identity:delegations")


@guard(OWN)
@never_cache
def firms(request: HttpRequest) -> HttpResponse:
    """The firms I represent, and their handlers."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    context: dict[str, Any] = {"errors": {}, "values": {}}
    status = 200
    if request.method == "POST":
        try:
            _handlers(request, actor)
            return redirect("identity:firms")
        except Invalid as error:
            context |= {"problems": error.problems, "errors": {p.path: p.message for p in error.problems}}
            context["values"] = {
                k: request.POST.get(k, "")[:100] for k in ("agent_name", "agent_number", "firm")
            }
            status = 422
    context["firms"] = _firm_rows(actor)
    return render(request, "identity/firms.html", context, status=status)


def _handlers(request: HttpRequest, actor: Actor) -> None:
    firm = _uuid(request.POST.get("firm", ""))
    if request.POST.get("dismiss"):
        people.dismiss_handler(legal_person=firm, person=_uuid(request.POST["dismiss"]), by=actor)
        messages.success(request, _("The handler is dismissed."))
        return
    sign_in.throttle(f"identity.appoint:{actor.account_id}", (10, 3600))
    people.appoint_handler(
        legal_person=firm,
        agent_name=request.POST.get("agent_name", "")[:100],
        agent_number=request.POST.get("agent_number", "")[:30],
        by=actor,
    )
    messages.success(request, _("The handler is appointed."))


def _firm_rows(actor: Actor) -> list[dict[str, Any]]:
    mine = live_representations(actor.person_id).select_related("legal_person")
    chief_of = {r.legal_person_id for r in mine if r.role == Representation.Role.LEGAL_REPRESENTATIVE}
    handlers = Representation.objects.filter(
        legal_person__in=chief_of, role=Representation.Role.HANDLER, until=None
    )
    by_firm: dict[UUID, list[Any]] = {}
    for row in handlers.select_related("person"):
        by_firm.setdefault(row.legal_person_id, []).append(row.person)
    firms = {r.legal_person_id: r.legal_person for r in mine}
    return [
        {"firm": firm, "chief": key in chief_of, "handlers": by_firm.get(key, [])}
        for key, firm in firms.items()
    ]


def _uuid(text: str) -> UUID:
    """A UUID from a form; nonsense becomes an id nobody has."""
    try:
        return UUID(text)
    except ValueError:
        return UUID(int=0)
