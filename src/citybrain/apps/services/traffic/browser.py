"""A small browser without a screen: keeps cookies, follows redirects, reads forms and sends them back.

It uses the pages that people use, nothing else. It refuses to leave the host it was started for.
"""

from __future__ import annotations

import http.client
from dataclasses import dataclass, field
from html.parser import HTMLParser
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import urlencode, urljoin, urlsplit
from uuid import uuid4

MAX_HOPS = 12
UPLOAD_TYPES = {"file"}
LOOPBACK = {"127.0.0.1", "localhost", "::1"}


class Lost(Exception):
    """A page was not what the story needed; ``status`` is the HTTP status."""

    def __init__(self, message: str, status: int = 0) -> None:
        super().__init__(message)
        self.status = status


@dataclass
class Control:
    """One control of a form."""

    name: str
    type: str = "text"
    value: str = ""
    options: list[str] = field(default_factory=list)
    checked: bool = False


@dataclass
class Form:
    """One form of a page as a person sees it."""

    action: str
    method: str
    controls: list[Control] = field(default_factory=list)

    def names(self) -> set[str]:
        return {c.name for c in self.controls}


@dataclass
class Answer:
    """What came back after redirects."""

    status: int
    path: str
    body: str
    headers: dict[str, str]

    def forms(self) -> list[Form]:
        reader = _FormReader(self.path)
        reader.feed(self.body)
        return reader.forms

    def form(self, having: str) -> Form:
        """The form that has a control (or an action part) of this name; Lost otherwise."""
        for found in self.forms():
            if having in found.names() or having in found.action:
                return found
        raise Lost(f"no form with {having!r} on {self.path}", self.status)


class _FormReader(HTMLParser):
    def __init__(self, base: str) -> None:
        super().__init__()
        self.base = base
        self.forms: list[Form] = []
        self._form: Form | None = None
        self._select: Control | None = None
        self._text: Control | None = None

    def handle_starttag(self, tag: str, raw: list[tuple[str, str | None]]) -> None:
        attrs = {k: v or "" for k, v in raw}
        if tag == "form":
            action = urljoin(self.base, attrs.get("action") or self.base)
            self._form = Form(action, attrs.get("method", "get").lower())
            self.forms.append(self._form)
        elif self._form is not None and (attrs.get("name") or tag == "option"):
            self._control(tag, attrs)

    def _control(self, tag: str, attrs: dict[str, str]) -> None:
        form = self._form
        if form is None:
            return
        if tag in ("input", "button"):
            kind = attrs.get("type", "submit" if tag == "button" else "text")
            form.controls.append(Control(attrs["name"], kind, attrs.get("value", ""), [], "checked" in attrs))
        elif tag == "select":
            self._select = Control(attrs["name"], "select")
            form.controls.append(self._select)
        elif tag == "option" and self._select is not None:
            value = attrs.get("value", "")
            self._select.options.append(value)
            if "selected" in attrs:
                self._select.value = value
        elif tag == "textarea":
            self._text = Control(attrs["name"], "textarea")
            form.controls.append(self._text)

    def handle_data(self, data: str) -> None:
        if self._text is not None:
            self._text.value += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = None
        elif tag == "select":
            self._select = None
        elif tag == "textarea":
            self._text = None


class Browser:
    """One person's browser at one host."""

    def __init__(self, address: str, *, timeout: float = 30.0, others: tuple[str, ...] = ()) -> None:
        parts = urlsplit(address)
        self.home = f"{parts.scheme}://{parts.netloc}"
        self.hosts = {self.home, *others}
        self.timeout = timeout
        self.cookies: dict[str, dict[str, str]] = {}
        self._links: dict[str, http.client.HTTPConnection] = {}

    def get(self, path: str) -> Answer:
        return self._go("GET", urljoin(self.home, path), b"", {})

    def post(
        self, path: str, data: list[tuple[str, str]], files: list[tuple[str, str, bytes]] | None = None
    ) -> Answer:
        """Send a form; files are (name, file name, bytes)."""
        if files:
            body, kind = _multipart(data, files)
        else:
            body, kind = urlencode(data).encode(), "application/x-www-form-urlencoded"
        return self._go("POST", urljoin(self.home, path), body, {"Content-Type": kind})

    def send(
        self,
        form: Form,
        values: dict[str, Any],
        *,
        press: tuple[str, str] | None = None,
        files: list[tuple[str, str, bytes]] | None = None,
    ) -> Answer:
        """Fill in a form as it stands on the page and send it. ``values`` by control name, lists for many."""
        data: list[tuple[str, str]] = []
        for control in form.controls:
            data += filled(control, values)
        if press:
            data.append(press)
        if form.method == "get":
            return self.get(f"{form.action.split('?')[0]}?{urlencode(data)}")
        return self.post(form.action, data, files)

    def _go(self, method: str, url: str, body: bytes, headers: dict[str, str]) -> Answer:
        for _hop in range(MAX_HOPS):
            answer, location = self._once(method, url, body, headers)
            if not location:
                return answer
            url = urljoin(url, location)
            if answer.status not in (307, 308):
                method, body, headers = "GET", b"", {}
        raise Lost(f"too many redirects at {url}")

    def _once(self, method: str, url: str, body: bytes, headers: dict[str, str]) -> tuple[Answer, str]:
        parts = urlsplit(url)
        host = f"{parts.scheme}://{parts.netloc}"
        if host not in self.hosts and parts.hostname not in LOOPBACK:
            raise Lost(f"will not leave for {host}")
        target = parts.path + (f"?{parts.query}" if parts.query else "")
        sent = {"Host": parts.netloc, "Accept": "text/html", **headers}
        if jar := self.cookies.get(host):
            sent["Cookie"] = "; ".join(f"{k}={v}" for k, v in jar.items())
        if method == "POST":
            sent["Referer"] = sent["Origin"] = host
        response, content = self._talk(host, method, target, body, sent)
        for line in response.headers.get_all("Set-Cookie") or []:
            for name, morsel in SimpleCookie(line).items():
                self.cookies.setdefault(host, {})[name] = morsel.value
        answer = Answer(
            response.status,
            url if host != self.home else target,
            content.decode("utf-8", "replace"),
            {k.lower(): v for k, v in response.headers.items()},
        )
        return answer, answer.headers.get("location", "") if 300 <= response.status < 400 else ""

    def _talk(self, host: str, method: str, target: str, body: bytes, sent: dict[str, str]):
        """One exchange on a kept connection; a connection the server closed meanwhile is opened anew, once."""
        for attempt in (1, 2):
            fresh = host not in self._links
            if fresh:
                parts = urlsplit(host)
                self._links[host] = http.client.HTTPConnection(
                    parts.hostname or "", parts.port, timeout=self.timeout
                )
            link = self._links[host]
            try:
                link.request(method, target, body=body or None, headers=sent)
                response = link.getresponse()
                return response, response.read()
            except (http.client.HTTPException, ConnectionError, OSError) as error:
                link.close()
                self._links.pop(host, None)
                # a kept connection may have been closed while idle: nothing was read, so asking again is safe
                if (
                    fresh
                    or attempt == 2
                    or not isinstance(error, http.client.RemoteDisconnected | ConnectionError)
                ):
                    raise Lost(f"{target}: {error}") from error
        raise Lost(target)

    def close(self) -> None:
        for link in self._links.values():
            link.close()
        self._links.clear()


def filled(control: Control, values: dict[str, Any]) -> list[tuple[str, str]]:
    """What one control contributes when the form is sent: names and values."""
    if control.type in ("submit", "button", "file", "reset"):
        return []
    if control.type == "hidden":
        return [(control.name, str(values.get(control.name, control.value)))]
    wanted = values.get(control.name)
    if control.type in ("radio", "checkbox"):
        if wanted is None:
            return [(control.name, control.value)] if control.checked else []
        chosen = [str(w) for w in wanted] if isinstance(wanted, list) else [str(wanted)]
        return [(control.name, control.value)] if control.value in chosen else []
    return [(control.name, str(control.value if wanted is None else wanted))]


def _multipart(data: list[tuple[str, str]], files: list[tuple[str, str, bytes]]) -> tuple[bytes, str]:
    edge = uuid4().hex
    parts: list[bytes] = []
    for name, value in data:
        parts.append(f'--{edge}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode())
    for name, filename, content in files:
        head = f'--{edge}\r\nContent-Disposition: form-data; name="{name}"; filename="{filename}"\r\n'
        parts.append(head.encode() + b"Content-Type: application/octet-stream\r\n\r\n" + content + b"\r\n")
    parts.append(f"--{edge}--\r\n".encode())
    return b"".join(parts), f"multipart/form-data; boundary={edge}"
