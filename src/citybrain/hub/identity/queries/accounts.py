"""Lists for administrators: accounts, proposals, the audit log. Keyset or page bounded; never a whole table."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q

from citybrain.kernel.clock import at_local
from citybrain.kernel.models import AuditEntry

from ..models import Account, PostHolding
from .directory import directory

PAGE = 30
LAST_PAGE = 500  # nobody turns to page 501; a filter finds it


@dataclass(frozen=True)
class Page:
    """One page of rows, in the shape the pager understands."""

    rows: list[Any]
    number: int
    pages: int
    total: int | None = None
    previous: str = ""
    next: str = ""


def accounts_page(*, q: str = "", state: str = "", organisation: str = "", number: int = 1) -> Page:
    """Officials' accounts by name or user name, state (active, disabled, no_factor) and unit with its subtree."""
    rows = Account.objects.filter(kind=Account.Kind.OFFICIAL).exclude(username__contains=":")
    for word in q.split()[:4]:
        rows = rows.filter(Q(username__icontains=word[:40]) | Q(name__icontains=word[:40]))
    if state in {"active", "disabled"}:
        rows = rows.filter(is_active=state == "active")
    if state == "no_factor":
        rows = rows.filter(has_second_factor=False, is_active=True)
    if organisation:
        picture = directory()
        codes = picture.subtree(organisation)
        posts = [p.id for p in picture.posts.values() if p.organisation in codes]
        rows = rows.filter(holdings__post__in=posts, holdings__state=PostHolding.State.CONFIRMED).distinct()
    total = rows.count()
    pages = max(1, min(-(-total // PAGE), LAST_PAGE))
    number = max(1, min(number, pages))
    found = list(rows.order_by("username")[(number - 1) * PAGE : number * PAGE])
    return Page(found, number, pages, total)


def holdings_of(account_id: UUID) -> list[PostHolding]:
    """Everything the account holds, waits for or held, newest first."""
    return list(PostHolding.objects.filter(account=account_id).order_by("-proposed_at")[:100])


def holdings_by_account(account_ids: list[UUID]) -> dict[UUID, list[UUID]]:
    """Confirmed post ids per account, one query for a page."""
    found: dict[UUID, list[UUID]] = {}
    rows = PostHolding.objects.filter(account__in=account_ids, state=PostHolding.State.CONFIRMED).order_by(
        "order"
    )
    for account_id, post_id in rows.values_list("account_id", "post_id"):
        found.setdefault(account_id, []).append(post_id)
    return found


def proposals() -> list[PostHolding]:
    """Proposals waiting for the security administrator, oldest first."""
    rows = PostHolding.objects.filter(state=PostHolding.State.PROPOSED).select_related("account")
    return list(rows.order_by("proposed_at")[:200])


def names_of(account_ids: set[UUID | None]) -> dict[UUID, str]:
    """Display names of accounts."""
    rows = Account.objects.filter(pk__in=[a for a in account_ids if a])
    return {row.pk: row.name or row.username for row in rows}


def audit_page(
    *, action: str = "", obj: str = "", account: str = "", since: str = "", until: str = "", before: str = ""
) -> Page:
    """Audit rows, newest first, by action prefix, object, user name and city date; ``before`` is the cursor."""
    rows = AuditEntry.objects.all()
    if action:
        rows = rows.filter(action__startswith=action[:80])
    if obj:
        rows = rows.filter(obj__startswith=obj[:160])
    if account:
        rows = rows.filter(account_id__in=Account.objects.filter(username=account[:150]).values("pk"))
    start, end = _day(since), _day(until, "23:59:59")
    rows = rows.filter(at__gte=start) if start else rows
    rows = rows.filter(at__lte=end) if end else rows
    if before.isdecimal() and len(before) < 19:
        rows = rows.filter(seq__lt=int(before))
    found = list(rows.order_by("-seq")[: PAGE + 1])
    more = str(found[PAGE - 1].seq) if len(found) > PAGE else ""
    return Page(found[:PAGE], 1, 0, None, "", more)


def _day(text: str, clock: str = "00:00:00") -> datetime | None:
    try:
        return at_local(f"{text}T{clock}") if len(text) == 10 else None
    except ValueError:
        return None
