"""The directory of units: tree, search by name, pinyin or code, one unit with its posts and relations."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from citybrain.kernel.guard import guard
from citybrain.kernel.text import say

from ..data import TYPE_NAMES
from ..models import Account, PostHolding
from ..permissions import DIRECTORY
from ..queries.directory import directory, search_organisations

SOURCES = {
    "V:PLAN": {
        "zh": "《宁德市数字政府改革和建设方案》（宁政〔2023〕4号）",
        "en": "Ningde digital government plan (2023 No. 4)",
    },
    "V:PAGE-NBS": {"zh": "国家统计局统计用区划代码", "en": "Statistical division codes"},
    "K": {"zh": "一般知识，待核实", "en": "General knowledge, to be confirmed"},
}


@guard(DIRECTORY)
def index(request: HttpRequest) -> HttpResponse:
    """Search results, or the first levels of the tree."""
    q = request.GET.get("q", "").strip()[:60]
    picture = directory()
    context = {
        "q": q,
        "found": [_line(u, picture) for u in search_organisations(q)] if q else [],
        "roots": [] if q else [_root(picture, u) for u in picture.organisations.values() if not u.parent],
    }
    return render(request, "identity/directory.html", context)


@guard(DIRECTORY)
def unit(request: HttpRequest, code: str) -> HttpResponse:
    """One unit: duties, posts and holders, what is above, below and beside it."""
    picture = directory()
    found = picture.organisations.get(code)
    if found is None:
        raise Http404
    posts = picture.posts_by_organisation.get(code, [])
    holders = _holders([p.id for p in posts])
    guided_by = [c for c, targets in picture.guides.items() if code in targets]
    context = {
        "unit": found,
        "type": say(TYPE_NAMES.get(found.type)),
        "source": say(SOURCES.get(found.source, found.source)),
        "path": [
            picture.organisations[c] for c in reversed(picture.ancestors(code)) if c in picture.organisations
        ],
        "children": _children(picture, code),
        "guides": [
            picture.organisations[c]
            for c in sorted(picture.guides.get(code, ()))
            if c in picture.organisations
        ],
        "guided_by": [picture.organisations[c] for c in guided_by if c in picture.organisations],
        "posts": [{"post": p, "holders": holders.get(p.id, []), "roles": _roles(picture, p)} for p in posts],
        "successor": picture.organisations.get(found.successor),
    }
    return render(request, "identity/unit.html", context)


def _root(picture: Any, unit: Any) -> dict[str, Any]:
    """A root with the units that have none below (leaves) and those that have (branches)."""
    children = _children(picture, unit.code)
    branches = [
        {"unit": c, "children": _children(picture, c.code)} for c in children if c.code in picture.children
    ]
    return {
        "unit": unit,
        "branches": branches,
        "leaves": [c for c in children if c.code not in picture.children],
    }


def _children(picture: Any, code: str) -> list[Any]:
    return [picture.organisations[c] for c in picture.children.get(code, [])]


def _line(found: Any, picture: Any) -> dict[str, Any]:
    parent = picture.organisations.get(found.parent)
    return {"unit": found, "parent": say(parent.name) if parent else ""}


def _roles(picture: Any, post: Any) -> str:
    names = [say(picture.roles[g.role].name) for g in post.grants if g.role in picture.roles]
    return "、".join(dict.fromkeys(names))


def _holders(post_ids: list[Any]) -> dict[Any, list[str]]:
    found: dict[Any, list[str]] = {}
    rows = PostHolding.objects.filter(
        post__in=post_ids, state=PostHolding.State.CONFIRMED, account__is_active=True
    ).select_related("account")
    for row in rows:
        if row.account.kind == Account.Kind.OFFICIAL and ":" not in row.account.username:
            found.setdefault(row.post_id, []).append(row.account.name or row.account.username)
    return found
