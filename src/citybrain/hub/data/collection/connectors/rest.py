"""REST interfaces that answer lists of objects, page by page, by httpx (the client this product already uses).

``settings``: ``url``; ``items`` (dotted place of the list in the answer); paging by ``page`` (number, from ``first``), by
``cursor`` (dotted place of the next cursor and the parameter it goes into), or none. Redirects are not followed.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import httpx

from citybrain.hub.data.collection.connectors.addresses import allowed_address
from citybrain.hub.data.collection.domain.shape import Shape
from citybrain.hub.data.collection.ports import Access, Finding, Staged, Thing, Wish
from citybrain.kernel.errors import CityError, FieldProblem, Invalid, Unavailable
from citybrain.kernel.text import Text

SECONDS = 30.0
MOST_PAGES = 100_000
MOST_PAGE_BYTES = 32 * 1024 * 1024
PACKED = "gzip"  # one piece of it grows a thousandfold at most; of others a few bytes fill the memory at once


class Rest:
    """One interface. The position is kept for interfaces that take ``since``: ``{"value": …}`` of the followed key."""

    def check(self, access: Access) -> list[Finding]:
        """The first page is there and holds a list."""
        try:
            found = next(iter(pages(access, Wish("", most=1))), [])
        except CityError as error:
            return [Finding(False, Text(zh=str(error), en=str(error)), Text(zh="核对地址、令牌和返回结构", en="Check address, token and the form of the answer"))]  # fmt: skip
        return [
            Finding(
                True,
                Text(
                    zh=f"接口可用,首页 {len(found)} 条",
                    en=f"The interface answers, {len(found)} on the first page",
                ),
            )
        ]

    def discover(self, access: Access) -> list[Thing]:
        """The interface itself."""
        return [Thing(str(access.settings.get("url", "")))]

    def bring(self, access: Access, wish: Wish, folder: Path) -> Staged:
        """All pages as one object a line."""
        target, position = folder / "pages.ndjson", dict(wish.position)
        taken = 0
        with open(target, "w", encoding="utf-8") as out:
            for found in pages(access, wish):
                for value in found:
                    out.write(json.dumps(value, ensure_ascii=False).replace("\n", " ") + "\n")
                    if wish.follow and isinstance(value, dict):
                        position["value"] = later(position.get("value"), value.get(wish.follow))
                taken += len(found)
                if wish.most is not None and taken >= wish.most:
                    break
        return Staged(target, Shape(kind="json"), wish.thing or "rest", position)


def later(known: Any, given: Any) -> Any:
    """The greater of two values of one kind."""
    if known is None or given is None:
        return given if known is None else known
    return max(known, given) if type(known) is type(given) else given


def pages(access: Access, wish: Wish) -> Iterator[list[Any]]:
    """The lists of all pages. Unavailable when the interface fails, Invalid when its answer is no list."""
    given = access.settings
    url = str(given.get("url", ""))
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise Invalid(
            [
                FieldProblem(
                    "url",
                    "url",
                    "the address must begin with https:// or http:// / 地址须以 https:// 或 http:// 开头",
                )
            ]
        )
    params: dict[str, Any] = {}
    if wish.follow and wish.position.get("value") is not None and given.get("since"):
        params[str(given["since"])] = wish.position["value"]
    number = int(given.get("first") or 1)
    with httpx.Client(timeout=SECONDS, follow_redirects=False, trust_env=False) as client:
        for _page in range(MOST_PAGES):
            if given.get("paging") == "page":
                params[str(given.get("page") or "page")] = number
            answer = asked(client, access, params)
            found = inside(answer, str(given.get("items", "")))
            if not isinstance(found, list):
                raise Invalid(
                    [
                        FieldProblem(
                            "items",
                            "items",
                            "there is no list at this place of the answer / 返回内容的该位置不是列表",
                        )
                    ]
                )
            yield found
            cursor = inside(answer, str(given.get("cursor", ""))) if given.get("paging") == "cursor" else None
            if given.get("paging") == "cursor" and cursor:
                params[str(given.get("page") or "cursor")] = cursor
            elif given.get("paging") != "page" or not found:
                return
            number += 1
    raise Unavailable("the interface has more pages than anybody reads / 接口分页过多", code="pages")


def asked(client: httpx.Client, access: Access, params: dict[str, Any]) -> Any:
    """One page, from the address that was checked, with the host's own name in the certificate."""
    parts = urlsplit(str(access.settings["url"]))
    host, port = parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
    address = allowed_address(host, port)
    netloc = f"[{address}]:{port}" if ":" in address else f"{address}:{port}"
    headers = {
        "Host": parts.netloc.rsplit("@", 1)[-1],
        "Accept": "application/json",
        "Accept-Encoding": PACKED,
    }
    if access.secret:
        headers[str(access.settings.get("header") or "Authorization")] = access.secret
    url = httpx.URL(urlunsplit((parts.scheme, netloc, parts.path or "/", parts.query, "")))
    request = client.build_request(
        "GET", url.copy_merge_params(params), headers=headers, extensions={"sni_hostname": host}
    )
    try:
        answer = client.send(request, stream=True)
        try:
            if answer.status_code != 200:
                raise Unavailable(
                    f"the interface answers {answer.status_code} / 接口返回 {answer.status_code}",
                    code="status",
                )
            return json.loads(bounded(answer))
        finally:
            answer.close()
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise Unavailable(
            f"the interface cannot be reached / 无法访问接口 ({type(error).__name__})", code="gone"
        ) from error
    except (ValueError, RecursionError) as error:
        raise Invalid(
            [FieldProblem("url", "json", "the interface does not answer JSON / 接口返回的不是JSON")]
        ) from error


def bounded(answer: httpx.Response) -> bytes:
    """The body; Unavailable when it is too large for one page."""
    if answer.headers.get("Content-Encoding", "identity").strip().lower() not in ("identity", PACKED):
        raise Unavailable(
            "the interface packs its answer in a way that is not read / 不支持的压缩方式", code="packed"
        )
    body = bytearray()
    for piece in answer.iter_bytes():
        body += piece
        if len(body) > MOST_PAGE_BYTES:
            raise Unavailable("one page of the interface is too large / 接口单页过大", code="too_large")
    return bytes(body)


def inside(value: Any, place: str) -> Any:
    """The value at a dotted place; None when there is none."""
    for word in filter(None, place.split(".")):
        value = value.get(word) if isinstance(value, dict) else None
    return value
