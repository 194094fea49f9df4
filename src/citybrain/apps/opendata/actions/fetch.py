"""Fetching a foreign feed: every host name is resolved once, judged, and asked at exactly that address.

So a name that changes its mind between question and answer (DNS rebinding), a redirect into the office, a body without
an end or one that grows when unpacked lead nowhere.
"""

from __future__ import annotations

import socket
import time
from urllib.parse import urljoin, urlsplit, urlunsplit

import httpx
from django.conf import settings

from citybrain.apps.opendata.domain import addresses
from citybrain.kernel.errors import Conflict

LARGEST = 16 * 1024 * 1024
SECONDS, WHOLE_SECONDS = 20.0, 90.0
MOST_REDIRECTS = 3
PACKED = "gzip"  # one piece of it grows a thousandfold at most; of others a few bytes fill the memory at once
ACCEPT = "application/ld+json, text/turtle;q=0.9, application/rdf+xml;q=0.8, application/json;q=0.7"


class NotFetched(Conflict):
    """The feed cannot or may not be read."""

    code = "not_fetched"


def fetch(address: str, *, accept: str = ACCEPT) -> tuple[bytes, str, str]:
    """Body, media type and final address. NotFetched with the reason."""
    ends = time.monotonic() + WHOLE_SECONDS
    for _hop in range(MOST_REDIRECTS + 1):
        try:
            with httpx.Client(timeout=SECONDS, trust_env=False, verify=True) as client:
                answer = asked(client, address, accept, ends)
        except (httpx.HTTPError, httpx.InvalidURL, OSError, UnicodeError) as error:
            raise NotFetched(f"{type(error).__name__}: {error}"[:300]) from error
        if not isinstance(answer, str):
            return (*answer, address)
        address = urljoin(address, answer)
    raise NotFetched("too many redirects / 重定向过多")


def asked(client: httpx.Client, address: str, accept: str, ends: float) -> tuple[bytes, str] | str:
    """One question: the body with its media type, or where it redirects to."""
    try:
        scheme, host, port = addresses.parts(address)
    except ValueError as error:
        raise NotFetched(str(error)) from error
    ip = resolved(host, port)
    request = client.build_request(
        "GET", at_address(address, ip, port), headers={"Host": host_header(scheme, host, port), "Accept": accept,
                                                       "User-Agent": "citybrain-harvester", "Accept-Encoding": PACKED},
        extensions={"sni_hostname": host},
    )  # fmt: skip
    answer = client.send(request, stream=True)
    try:
        if answer.is_redirect:
            return answer.headers.get("Location", "")
        if answer.status_code != 200:
            raise NotFetched(f"the portal answered {answer.status_code} / 对方返回 {answer.status_code}")
        return body(answer, ends), answer.headers.get("Content-Type", "").split(";")[0].strip().lower()
    finally:
        answer.close()


def resolved(host: str, port: int) -> str:
    """The one address that is asked, after every address of the name was judged."""
    found = [info[4][0] for info in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    for ip in found:
        if why := addresses.refused(str(ip), port, getattr(settings, "OPENDATA_HARVEST_NETWORKS", ())):
            raise NotFetched(f"{host}: {why} / 不采集内部网络地址")
    return str(found[0])


def at_address(address: str, ip: str, port: int) -> str:
    """The address with its host replaced by a number."""
    split = urlsplit(address)
    host = f"[{ip}]" if ":" in ip else ip
    return urlunsplit((split.scheme, f"{host}:{port}", split.path or "/", split.query, ""))


def host_header(scheme: str, host: str, port: int) -> str:
    """Host as the server expects it."""
    return host if port == {"http": 80, "https": 443}[scheme] else f"{host}:{port}"


def body(answer: httpx.Response, ends: float) -> bytes:
    """The unpacked body within its bounds."""
    if answer.headers.get("Content-Encoding", "identity").strip().lower() not in ("identity", "gzip"):
        raise NotFetched("the feed is packed in a way that is not read / 不支持的压缩方式")
    found = bytearray()
    for piece in answer.iter_bytes(65_536):
        found += piece
        if len(found) > LARGEST:
            raise NotFetched("the feed is larger than 16 MB / 超过 16 MB")
        if time.monotonic() > ends:
            raise NotFetched("the feed takes too long / 读取超时")
    return bytes(found)
