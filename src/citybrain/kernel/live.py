"""Live push: messages written in a transaction, streamed to browsers by the live process after commit.

``push`` is one INSERT, nothing else: it sends no NOTIFY, because NOTIFY takes a lock of the whole server at commit
and would make every case wait for every other. The live process looks for new rows four times a second instead.

A stream is opened with a token that the page signed for the channels its reader may see; the live process knows no
rooms and checks nothing but the token. Refuses payloads over 8 kB: a stream says *what changed*, pages fetch the rest.
"""

import json
from collections.abc import Iterable
from typing import Any
from urllib.parse import quote

from django.conf import settings
from django.core import signing
from django.db import transaction

from citybrain.kernel.clock import now
from citybrain.kernel.models.live import LiveEvent

SALT = "kernel.live"
TOKEN_SECONDS = 12 * 3600
LARGEST = 8192
KEEP_SECONDS = 3600


def push(channel: str, payload: dict[str, Any]) -> None:
    """Send ``payload`` (JSON object) to everybody who listens to ``channel``, when the transaction commits.

    Call inside a transaction, beside the write it tells about; personal data do not belong here.
    """
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("live.push belongs inside the transaction whose effect it announces")
    if len(json.dumps(payload, ensure_ascii=False).encode()) > LARGEST:
        raise ValueError(f"live payload of {channel} exceeds {LARGEST} bytes")
    LiveEvent.objects.create(channel=channel, payload=payload, at=now())


def token(channels: Iterable[str] | str) -> str:
    """Signed permission to read these channels for 12 hours. The caller has checked that its reader may."""
    wanted = [channels] if isinstance(channels, str) else sorted(channels)
    return signing.dumps(wanted, salt=SALT, compress=True)


def channels_of(signed: str) -> frozenset[str]:
    """Channels a token permits; empty for a forged, damaged or old one."""
    try:
        return frozenset(signing.loads(signed, salt=SALT, max_age=TOKEN_SECONDS))
    except signing.BadSignature:
        return frozenset()


def origin(host: str, scheme: str) -> str:
    """Where the live process answers, for a page at ``host`` (with or without port). Empty = same origin (proxied)."""
    if settings.LIVE_URL:
        return "" if settings.LIVE_URL == "same-origin" else settings.LIVE_URL.rstrip("/")
    name = host.rsplit(":", 1)[0] if not host.endswith("]") else host
    return f"{scheme}://{name}:{settings.LIVE_PORT}"


def stream_url(request: Any, channel: str) -> str:
    """Address for ``new EventSource(…)`` of one channel, token included. Needs no cookie, so none is sent."""
    base = origin(request.get_host(), request.scheme)
    return f"{base}/live/{quote(channel, safe='.-')}?token={quote(token(channel))}"
