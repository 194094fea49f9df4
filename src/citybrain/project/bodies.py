"""The body of a request is read whole before the request takes a seat, and nobody may take for ever to send it.

Without this a few dozen connections that send one byte a second would hold every thread of the web server. Only so
many bodies are awaited at once, and fewer of one address; what is beyond gets 503. A connection that brings next to
nothing for ten seconds is cut. Bodies that are too large are not read at all: the middleware refuses them.
"""

import contextlib
import io
import os
import socket
import stat
import struct
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from typing import IO, Any

from citybrain.project.shedding import refuse

PIECE = 64 * 1024
IN_MEMORY = 512 * 1024
PATIENCE = 10.0  # seconds a body may take before anybody looks at its connection
WINDOW = 3.0  # seconds that connection is then watched
RATE = 2048  # bytes a second that are enough, also on a bad day in the mountains
TCP_INFO_LENGTH, LAST_SENT, LAST_RECEIVED, BYTES_RECEIVED = 192, 44, 52, 128  # offsets in struct tcp_info


class Bodies:
    """WSGI wrapper: ``inner`` finds ``wsgi.input`` complete, in memory or in a temporary file."""

    def __init__(
        self, inner: Callable, *, largest: int, at_once: int, of_one_address: int, patience: float = PATIENCE
    ) -> None:
        self.inner, self.largest = inner, largest
        self.at_once, self.of_one_address, self.patience = at_once, of_one_address, patience
        self.lock = threading.Condition()
        self.reading: dict[object, tuple[float, str, int]] = {}  # began, address, port of the server
        self.addresses: Counter[str] = Counter()
        self.watcher: threading.Thread | None = None

    def __call__(self, environ: dict[str, Any], start_response: Callable) -> Iterable[bytes]:
        length = environ.get("CONTENT_LENGTH") or "0"
        if not length.isdecimal() or not 0 < int(length[:18]) <= self.largest:
            return self.inner(environ, start_response)
        ticket = self.enter(environ)
        if ticket is None:
            return refuse(environ, start_response)
        try:
            body = read(environ["wsgi.input"], int(length))
        finally:
            self.leave(ticket)
        with body:
            if body.seek(0, io.SEEK_END) < int(length):  # the client went away, or was cut
                return refuse(environ, start_response, status="408 Request Timeout")
            body.seek(0)
            environ["wsgi.input"] = body
            return self.inner(environ, start_response)

    def enter(self, environ: dict[str, Any]) -> object | None:
        address, port = environ.get("REMOTE_ADDR", ""), int(environ.get("SERVER_PORT") or 0)
        with self.lock:
            if len(self.reading) >= self.at_once or self.addresses[address] >= self.of_one_address:
                return None
            ticket = object()
            self.reading[ticket] = (time.monotonic(), address, port)
            self.addresses[address] += 1
            if self.watcher is None:
                self.watcher = threading.Thread(target=self.watch, name="slow bodies", daemon=True)
                self.watcher.start()
        return ticket

    def leave(self, ticket: object) -> None:
        with self.lock:
            _began, address, _port = self.reading.pop(ticket)
            self.addresses[address] -= 1
            if not self.addresses[address]:
                del self.addresses[address]

    def late(self) -> set[tuple[str, int]]:
        """(address, port of the server) of those who have been sending for too long."""
        before = time.monotonic() - self.patience
        with self.lock:
            return {(address, port) for began, address, port in self.reading.values() if began < before}

    def watch(self) -> None:
        while True:
            time.sleep(1.0)
            if late := self.late():
                first = {key: received for key, _s, received, _waits in waiting(late, self.patience)}
                time.sleep(WINDOW)
                for key, connection, received, waits in waiting(late, self.patience):
                    if waits and key in first and received - first[key] < RATE * WINDOW:
                        with contextlib.suppress(OSError):
                            connection.shutdown(socket.SHUT_RDWR)


def read(source: IO[bytes], length: int) -> IO[bytes]:
    """All of the body; less when the client ends early."""
    if length <= PIECE:
        return io.BytesIO(source.read(length))
    body = tempfile.SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115 - closed by the caller
    while length > 0 and (piece := source.read(min(PIECE, length))):
        body.write(piece)
        length -= len(piece)
    return body


def waiting(clients: set[tuple[str, int]], patience: float) -> Iterator[tuple[int, socket.socket, int, bool]]:
    """Open connections of these clients: (identity, connection, bytes received, whether we owe it no answer yet).

    The web server does not tell which connection a request came by; the kernel knows who spoke last and when.
    """
    for name in os.listdir("/proc/self/fd"):
        with contextlib.suppress(OSError, ValueError):
            status = os.fstat(int(name))
            if not stat.S_ISSOCK(status.st_mode):
                continue
            with socket.socket(fileno=os.dup(int(name))) as connection:
                if connection.family not in (socket.AF_INET, socket.AF_INET6):
                    continue
                if (connection.getpeername()[0], connection.getsockname()[1]) not in clients:
                    continue
                info = connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, TCP_INFO_LENGTH)
                sent, heard = (struct.unpack_from("=I", info, at)[0] for at in (LAST_SENT, LAST_RECEIVED))
                received = struct.unpack_from("=Q", info, BYTES_RECEIVED)[0]
                yield status.st_ino, connection, received, heard <= sent and sent >= patience * 1000
