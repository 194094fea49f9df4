"""The accounts a visitor of the demo may use."""

from uuid import UUID

from django.conf import settings

from citybrain.kernel.actor import Actor
from citybrain.kernel.errors import NotFound
from citybrain.kernel.text import Text

from ..domain.directory import Directory
from ..models import Account, PostHolding, Representation
from .actor import actor_of
from .directory import directory

DEMO_PASSWORD = "Ningde-demo-2026"  # noqa: S105 - published on purpose, demo accounts only
CITIZEN = Text(zh="群众（经实名认证登录）", en="Citizen (signs in by real-name identity)")
OWNER = Text(zh="企业经营者（经实名认证登录）", en="Business owner (signs in by real-name identity)")


def demo_accounts(*, every: bool = False) -> list[dict[str, object]]:
    """One demo account per role (``every``: all): ``username``, ``name``, ``role`` (Text), ``password``, ``kind``.

    Empty outside demo mode. Citizens have no password: they are chosen on the real-name simulator's page.
    """
    if settings.MODE != "demo":
        return []
    rows = (
        Account.objects.filter(demo=True, is_active=True)
        .exclude(username__contains=":")
        .order_by("created_at")
    )
    citizens = [_citizen(row) for row in rows if row.kind == Account.Kind.CITIZEN]
    titles = _titles()
    officials = [
        _entry(row, titles.get(row.pk, Text(zh="未任职", en="No post")), DEMO_PASSWORD)
        for row in rows
        if row.kind == Account.Kind.OFFICIAL and (every or "." not in row.username)
    ]
    if not every:
        firsts = {str(entry["role"]): entry for entry in reversed(citizens)}
        citizens = list(firsts.values())
    return sorted(citizens + officials, key=lambda a: (str(a["kind"]), str(a["username"])))


def demo_actor(username: str) -> Actor:
    """The actor of a demo account, for demo documents of packs that walk the real flows. NotFound outside demo mode."""
    row = Account.objects.filter(demo=True, is_active=True, username=username).first()
    if settings.MODE != "demo" or row is None:
        raise NotFound(f"there is no demo account {username!r} / 没有这个演示账号", code="no_account")
    return actor_of(row, terminal="demo")


def _citizen(account: Account) -> dict[str, object]:
    represents = Representation.objects.filter(
        person=account.person_id, until=None, role="legal_representative"
    )
    return _entry(account, OWNER if account.person_id and represents.exists() else CITIZEN, "")


def _entry(account: Account, role: Text, password: str) -> dict[str, object]:
    return {
        "username": account.username,
        "name": account.name,
        "role": role,
        "password": password,
        "kind": account.kind,
    }


def _titles() -> dict[object, Text]:
    """First post of each demo account."""
    picture = directory()
    rows = PostHolding.objects.filter(account__demo=True, state=PostHolding.State.CONFIRMED)
    pairs = rows.order_by("-order").values_list("account_id", "post_id")
    return {account_id: _title(picture, post_id) for account_id, post_id in pairs if post_id in picture.posts}


def _title(picture: Directory, post_id: UUID) -> Text:
    post = picture.posts[post_id]
    unit = picture.organisations.get(post.organisation)
    short = unit.short if unit else {}
    return Text(
        zh=f"{short.get('zh', '')}{post.title.get('zh', '')}",
        en=f"{post.title.get('en') or post.title.get('zh', '')}, {short.get('en') or short.get('zh', '')}",
    )
