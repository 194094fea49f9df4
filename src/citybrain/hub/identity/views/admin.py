"""Pages of the three administrators: accounts (system), grants (security), audit log (audit). Each sees only their own."""

import json
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_POST

from citybrain.kernel import audit, workdays
from citybrain.kernel.clock import local
from citybrain.kernel.errors import Conflict, Invalid, NotAllowed
from citybrain.kernel.guard import guard
from citybrain.kernel.text import say

from ..actions import accounts as acts
from ..models import Account, PostHolding
from ..permissions import ACCOUNTS, AUDIT, GRANTS, POSTS
from ..queries import accounts as reads
from ..queries.directory import directory, search_organisations
from ..queries.rights import keep_refusal


@guard(ACCOUNTS)
@never_cache
def account_list(request: HttpRequest) -> HttpResponse:
    """Search, filter and page through officials' accounts."""
    q, state = request.GET.get("q", "")[:80], request.GET.get("state", "")[:20]
    organisation = request.GET.get("organisation", "")[:40]
    page = reads.accounts_page(q=q, state=state, organisation=organisation, number=_number(request))
    held = reads.holdings_by_account([row.pk for row in page.rows])
    rows = [
        {"account": row, "posts": "、".join(post_title(p) for p in held.get(row.pk, []))} for row in page.rows
    ]
    context = {
        "page": page, "rows": rows, "q": q, "state": state, "organisation": organisation,
        "years": workdays.years_wanted(),
    }  # fmt: skip
    return render(request, "identity/admin/accounts.html", context)


@guard(ACCOUNTS)
@never_cache
@sensitive_post_parameters("password")
def account_new(request: HttpRequest) -> HttpResponse:
    """Make an account."""
    values = {k: request.POST.get(k, "")[:150] for k in ("username", "name", "email")}
    context: dict[str, Any] = {"values": values, "errors": {}}
    if request.method != "POST":
        return render(request, "identity/admin/account_new.html", context)
    try:
        made = acts.create_account(
            **values, password=request.POST.get("password", "")[:1000], by=request.actor
        )  # type: ignore[attr-defined]
    except Invalid as error:
        context |= {"problems": error.problems, "errors": {p.path: p.message for p in error.problems}}
        return render(request, "identity/admin/account_new.html", context, status=422)
    messages.success(request, _("The account is made. Now propose a post for it."))
    return redirect("identity:account_detail", account_id=made)


@guard(ACCOUNTS)
@never_cache
@require_GET
def account_detail(request: HttpRequest, account_id: UUID) -> HttpResponse:
    """One account: state, posts, proposing a post."""
    account = _account(account_id)
    holdings = reads.holdings_of(account_id)
    names = reads.names_of({h.proposed_by for h in holdings} | {h.decided_by for h in holdings})
    q = request.GET.get("unit", "").strip()[:40]
    context = {
        "account": account,
        "holdings": [
            {
                "row": h,
                "title": post_title(h.post_id),
                "by": names.get(h.proposed_by),
                "decided": names.get(h.decided_by),
            }
            for h in holdings
        ],
        "unit_q": q,
        "offers": _offers(q) if q else [],
        "own": account.pk == request.actor.account_id,  # type: ignore[attr-defined]
    }
    return render(request, "identity/admin/account.html", context)


def _offers(q: str) -> list[tuple[str, str]]:
    picture = directory()
    units = search_organisations(q, limit=12)
    return [
        (str(post.id), f"{say(unit.short)} {say(post.title)}")
        for unit in units
        for post in picture.posts_by_organisation.get(unit.code, [])
    ]


@guard(ACCOUNTS)
@require_POST
def account_state(request: HttpRequest, account_id: UUID) -> HttpResponse:
    """Disable or enable."""

    def act() -> str:
        if request.POST.get("do") == "enable":
            acts.enable_account(account_id=account_id, by=request.actor)  # type: ignore[attr-defined]
            return _("The account is open again.")
        acts.disable_account(account_id=account_id, reason=request.POST.get("reason", ""), by=request.actor)  # type: ignore[attr-defined]
        return _("The account is closed and its sessions have ended.")

    return _told(request, act, "identity:account_detail", account_id)


@guard(POSTS)
@require_POST
def post_propose(request: HttpRequest, account_id: UUID) -> HttpResponse:
    """Propose a post for the account."""

    def act() -> str:
        acts.propose_post(
            account_id=account_id, post_id=_uuid(request.POST.get("post", "")), by=request.actor,  # type: ignore[attr-defined]
            note=request.POST.get("note", ""),
        )  # fmt: skip
        return _("Proposed. The security administrator must confirm it before it has any effect.")

    return _told(request, act, "identity:account_detail", account_id)


@guard(POSTS)
@require_POST
def post_end(request: HttpRequest, account_id: UUID) -> HttpResponse:
    """End a holding."""

    def act() -> str:
        acts.end_post(
            holding_id=_uuid(request.POST.get("holding", "")),
            by=request.actor,
            note=request.POST.get("note", ""),
        )  # type: ignore[attr-defined]
        return _("The post has ended.")

    return _told(request, act, "identity:account_detail", account_id)


@guard(GRANTS)
@never_cache
def grants(request: HttpRequest) -> HttpResponse:
    """Proposals to confirm or refuse."""
    if request.method == "POST":

        def act() -> str:
            confirm = request.POST.get("do") == "confirm"
            acts.decide_post(
                holding_id=_uuid(request.POST.get("holding", "")), confirm=confirm, by=request.actor,  # type: ignore[attr-defined]
                note=request.POST.get("note", ""),
            )  # fmt: skip
            return _("Confirmed.") if confirm else _("Refused.")

        return _told(request, act, "identity:grants")
    waiting = reads.proposals()
    names = reads.names_of({h.proposed_by for h in waiting})
    picture = directory()
    rows = [
        {
            "row": h,
            "title": post_title(h.post_id),
            "by": names.get(h.proposed_by, ""),
            "grants": _grants(picture, h),
        }
        for h in waiting
    ]
    return render(request, "identity/admin/grants.html", {"rows": rows})


def _grants(picture: Any, holding: PostHolding) -> list[str]:
    post = picture.posts.get(holding.post_id)
    lines = []
    for grant in post.grants if post else ():
        role = picture.roles.get(grant.role)
        unit = picture.organisations.get(grant.organisation)
        where = (
            _("the whole city") if grant.reach == "all" else say(unit.short) if unit else grant.organisation
        )
        lines.append(f"{say(role.name) if role else grant.role} · {where}")
    return lines


@guard(AUDIT)
@never_cache
@require_GET
def audit_log(request: HttpRequest) -> HttpResponse:
    """The audit log. Reading it is itself on record."""
    wanted = {
        k: request.GET.get(k, "").strip()[:160]
        for k in ("action", "obj", "account", "since", "until", "before")
    }
    page = reads.audit_page(**wanted)
    names = reads.names_of({row.account_id for row in page.rows})
    audit.record("identity.read_audit", by=request.actor, after={k: v for k, v in wanted.items() if v})  # type: ignore[attr-defined]
    rows = [
        {
            "row": row,
            "who": names.get(row.account_id) or row.actor.get("name") or row.actor.get("kind", ""),
            "at": format_html('<span class="nowrap">{}</span>', local(row.at).strftime("%Y-%m-%d %H:%M:%S")),
            "change": change_of(row),
        }
        for row in page.rows
    ]
    query = {k: v for k, v in wanted.items() if v and k != "before"}
    return render(
        request, "identity/admin/audit.html", {"page": page, "rows": rows, "wanted": wanted, "query": query}
    )


def change_of(row: Any) -> str:
    """Before and after, as they were recorded."""
    parts = [json.dumps(value, ensure_ascii=False) for value in (row.before, row.after) if value]
    return " → ".join(parts)


def post_title(post_id: UUID) -> str:
    """A post with its unit, in words."""
    picture = directory()
    post = picture.posts.get(post_id)
    if post is None:
        return str(post_id)
    unit = picture.organisations.get(post.organisation)
    return f"{say(unit.short) if unit else post.organisation} {say(post.title)}"


def _told(request: HttpRequest, act: Any, name: str, account_id: UUID | None = None) -> HttpResponse:
    """Do it and say so; a refusal is told on the same page it came from."""
    try:
        messages.success(request, act())
    except Invalid as error:
        messages.error(request, "；".join(str(p.message) for p in error.problems))
    except (Conflict, NotAllowed) as error:
        keep_refusal(error)
        messages.error(request, f"{error.message} {error.todo}".strip())
    return redirect(name, account_id=account_id) if account_id else redirect(name)


def _account(account_id: UUID) -> Account:
    found = Account.objects.filter(pk=account_id, kind=Account.Kind.OFFICIAL).first()
    if found is None:
        raise Http404
    return found


def _number(request: HttpRequest) -> int:
    text = request.GET.get("page", "1")
    return int(text) if text.isdecimal() and len(text) < 6 else 1


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        return UUID(int=0)
