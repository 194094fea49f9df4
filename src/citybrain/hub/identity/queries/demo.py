"""The accounts a visitor of the demo may use."""

from django.conf import settings

from citybrain.kernel.text import Text

from ..models import Account, PostHolding
from .directory import directory

DEMO_PASSWORD = "Ningde-demo-2026"  # noqa: S105 - published on purpose, demo accounts only
CITIZEN = Text(zh="群众（经实名认证登录）", en="Citizen (signs in by real-name identity)")
OWNER = Text(zh="企业经营者（经实名认证登录）", en="Business owner (signs in by real-name identity)")


def demo_accounts() -> list[dict[str, object]]:
    """Per demo account: ``username``, ``name``, ``role`` (Text), ``password``. Empty outside demo mode."""
    if settings.MODE != "demo":
        return []
    picture = directory()
    titles: dict[object, Text] = {}
    rows = PostHolding.objects.filter(account__demo=True, state=PostHolding.State.CONFIRMED)
    for account_id, post_id in rows.order_by("-order").values_list("account_id", "post_id"):
        if post_id in picture.posts:
            titles[account_id] = _title(picture, post_id)
    found = []
    for account in Account.objects.filter(demo=True, is_active=True).exclude(username__contains=":"):
        citizen = account.kind == Account.Kind.CITIZEN
        represents = citizen and account.person_id and account.person.representations.exists()
        role = (
            (OWNER if represents else CITIZEN)
            if citizen
            else titles.get(account.pk, Text(zh="未任职", en="No post"))
        )
        found.append(
            {
                "username": account.username,
                "name": account.name,
                "role": role,
                "password": "" if citizen else DEMO_PASSWORD,
                "kind": account.kind,
            }
        )
    return sorted(found, key=lambda a: (str(a["kind"]), str(a["username"])))


def _title(picture: object, post_id: object) -> Text:
    post = picture.posts[post_id]  # type: ignore[attr-defined]
    unit = picture.organisations.get(post.organisation)  # type: ignore[attr-defined]
    short = unit.short if unit else {}
    return Text(
        zh=f"{short.get('zh', '')}{post.title.get('zh', '')}",
        en=f"{post.title.get('en') or post.title.get('zh', '')}, {short.get('en') or short.get('zh', '')}",
    )
