"""A lean HTTP/1.1 client: one kept connection, bytes in and out. Measuring must not cost more than serving.

Reads only what the stories need: status, Location, Retry-After and the body. Gzip is not asked for.
"""

from __future__ import annotations

import json
import socket
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

CSRF = "a" * 32


@dataclass(slots=True)
class Reply:
    """One answer. ``status`` 0 means that the connection broke before an answer came."""

    status: int
    location: str = ""
    retry_after: str = ""
    body: bytes = b""

    def read(self) -> Any:
        """The JSON of the answer."""
        return json.loads(self.body)

    @property
    def refused(self) -> bool:
        return self.status in (429, 503)


class Wire:
    """One client's connection to the city; ``cookie`` is its session key."""

    def __init__(self, port: int, cookie: str = "", timeout: float = 30.0) -> None:
        self.port, self.timeout = port, timeout
        self.cookies = f"citybrain_csrf={CSRF}" + (f"; citybrain_session={cookie}" if cookie else "")
        self._socket: socket.socket | None = None
        self._rest = b""

    def get(self, path: str) -> Reply:
        return self._ask("GET", path, b"")

    def post(self, path: str, data: list[tuple[str, str]]) -> Reply:
        return self._ask("POST", path, urlencode([*data, ("csrfmiddlewaretoken", CSRF)]).encode())

    def send(self, path: str, body: Any) -> Reply:
        """A JSON body; the CSRF token goes in the header, as other clients send it."""
        return self._ask("POST", path, json.dumps(body).encode(), "application/json")

    def upload(self, path: str, data: list[tuple[str, str]], files: list[tuple[str, str, bytes]]) -> Reply:
        """A form with files: (control, file name, content)."""
        edge, parts = "bench-edge-7d1f", []
        for name, value in [*data, ("csrfmiddlewaretoken", CSRF)]:
            parts.append(
                f'--{edge}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
            )
        for name, title, content in files:
            head = f'--{edge}\r\nContent-Disposition: form-data; name="{name}"; filename="{title}"\r\n'
            parts += [head.encode(), b"Content-Type: application/pdf\r\n\r\n", content, b"\r\n"]
        parts.append(f"--{edge}--\r\n".encode())
        return self._ask("POST", path, b"".join(parts), f"multipart/form-data; boundary={edge}")

    def _ask(
        self, method: str, path: str, body: bytes, kind: str = "application/x-www-form-urlencoded"
    ) -> Reply:
        """One exchange. A kept connection that the server closed while idle is opened anew, once."""
        head = (
            f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\nCookie: {self.cookies}\r\n"
            f"Accept: text/html\r\n"
        )
        if method == "POST":
            head += f"Content-Type: {kind}\r\nContent-Length: {len(body)}\r\nX-CSRFToken: {CSRF}\r\n"
        message = head.encode() + b"\r\n" + body
        for fresh in (self._socket is None, True):
            try:
                link = self._open()
                link.sendall(message)
                return self._read(link)
            except ConnectionError:
                self.close()
                if fresh:
                    return Reply(0)
            except OSError:
                self.close()
                return Reply(0)
        return Reply(0)

    def _open(self) -> socket.socket:
        if self._socket is None:
            self._socket = socket.create_connection(("127.0.0.1", self.port), self.timeout)
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._rest = b""
        return self._socket

    def _more(self, link: socket.socket) -> bytes:
        piece = link.recv(262144)
        if not piece:
            raise ConnectionResetError("closed")
        return piece

    def _read(self, link: socket.socket) -> Reply:
        data = self._rest
        while (end := data.find(b"\r\n\r\n")) < 0:
            data += self._more(link)
        lines = data[:end].decode("latin-1").split("\r\n")
        headers = {
            name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines[1:])
        }
        body, data = b"", data[end + 4 :]
        if headers.get("transfer-encoding") == "chunked":
            body, data = self._chunks(link, data)
        else:
            length = int(headers.get("content-length", "0"))
            while len(data) < length:
                data += self._more(link)
            body, data = data[:length], data[length:]
        self._rest = data
        if headers.get("connection", "").lower() == "close":
            self.close()
        return Reply(
            int(lines[0].split(" ", 2)[1]), headers.get("location", ""), headers.get("retry-after", ""), body
        )

    def _chunks(self, link: socket.socket, data: bytes) -> tuple[bytes, bytes]:
        parts = []
        while True:
            while (end := data.find(b"\r\n")) < 0:
                data += self._more(link)
            size = int(data[:end].split(b";")[0], 16)
            while len(data) < end + 2 + size + 2:
                data += self._more(link)
            if size == 0:
                return b"".join(parts), data[end + 4 :]
            parts.append(data[end + 2 : end + 2 + size])
            data = data[end + 2 + size + 2 :]

    def close(self) -> None:
        if self._socket is not None:
            self._socket.close()
        self._socket = None
