"""What every view needs: bounded words, the city's own address, quotas, answers that other sites may read."""

from __future__ import annotations

from typing import Any, TypeVar

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase

from citybrain.apps.opendata.actions.keys import key_of
from citybrain.kernel import ratelimit
from citybrain.kernel.errors import NotAllowed

R = TypeVar("R", bound=HttpResponseBase)
ANONYMOUS, KEYED = (60, 60.0), (600, 60.0)
DOWNLOADS = (60, 60.0)


def word(source: Any, name: str, most: int = 80) -> str:
    """A parameter, cut; empty when it was not sent."""
    return str(source.get(name, "")).replace("\0", "")[:most].strip()


def whole(source: Any, name: str, default: int = 1, most: int = 100_000) -> int:
    """A whole number from 0 up; the default for anything else."""
    text = str(source.get(name, ""))
    return min(int(text), most) if text.isdecimal() and text.isascii() and len(text) < 12 else default


def base(request: HttpRequest) -> str:
    """Where identifiers begin: the city's public address when it is configured, else the one this was asked at."""
    return str(getattr(settings, "PUBLIC_URL", "")).rstrip("/") or f"{request.scheme}://{request.get_host()}"


def count_call(request: HttpRequest) -> None:
    """One call against the quota: of the key, or of the address without one. TooMany; NotAllowed for a key that is none."""
    text = request.headers.get("X-Api-Key", "") or request.headers.get("Authorization", "").removeprefix(
        "Bearer "
    )
    if not text:
        ratelimit.allow(f"opendata.api:{request.actor.ip}", *ANONYMOUS)
        return
    ratelimit.allow(f"opendata.key:{request.actor.ip}", *KEYED)
    found = key_of(text[:200])
    if found is None:
        raise NotAllowed("this key is not valid / 密钥无效", code="bad_key", status=401)
    ratelimit.allow(f"opendata.api:{found.pk}", *KEYED)


def count_download(request: HttpRequest) -> None:
    """One download against the quota of the address. TooMany."""
    ratelimit.allow(f"opendata.download:{request.actor.ip}", *DOWNLOADS)


def shared(answer: R) -> R:
    """Other sites' pages may read it: it is public and nobody is signed in for it."""
    answer["Access-Control-Allow-Origin"] = "*"
    return answer
