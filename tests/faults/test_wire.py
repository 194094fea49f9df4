"""What arrives on the wire before any view sees it: ambiguous framing, endless headers, bodies that never end."""

import contextlib
import re
import socket
import time

import httpx
import pytest

pytestmark = [pytest.mark.faults, pytest.mark.filterwarnings("ignore::ResourceWarning")]
INNER = b"GET /healthz?smuggled HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
ENDED = b"0\r\n\r\n" + INNER
PATIENCE = 30
STATUS = re.compile(rb"HTTP/1\.1 (\d{3})")


def answer(town, raw: bytes, seconds: float = 1.0) -> bytes:
    """Everything the server says to these bytes until it closes or falls silent; a busy one may begin late."""
    said = b""
    with socket.create_connection(("127.0.0.1", town.port), timeout=PATIENCE) as connection:
        try:
            connection.sendall(raw)
            while piece := connection.recv(65536):
                said += piece
                connection.settimeout(seconds)
        except OSError:
            pass
    return said


def request(line: bytes, *headers: bytes, body: bytes = b"", host: bytes = b"127.0.0.1") -> bytes:
    return b"\r\n".join([line + b" HTTP/1.1", b"Host: " + host, *headers, b"", b""]) + body


FRAMING = {
    "length and chunks": (b"Content-Length: %d" % len(ENDED), b"Transfer-Encoding: chunked"),
    "two lengths": (b"Content-Length: 0", b"Content-Length: %d" % len(ENDED)),
    "a list of lengths": (b"Content-Length: 0, %d" % len(ENDED),),
    "an unknown coding": (b"Content-Length: %d" % len(ENDED), b"Transfer-Encoding: xchunked"),
    "a space before the colon": (b"Content-Length: %d" % len(ENDED), b"Transfer-Encoding : chunked"),
    "chunks not last": (b"Content-Length: %d" % len(ENDED), b"Transfer-Encoding: chunked, identity"),
    "a folded line": (b"Content-Length: %d" % len(ENDED), b"X: y\r\n Transfer-Encoding: chunked"),
    "a negative length": (b"Content-Length: -1",),
    "a signed length": (b"Content-Length: +5",),
}


@pytest.mark.parametrize("kind", sorted(FRAMING))
def test_a_request_inside_another_is_never_answered(town, kind):
    """Request smuggling: ambiguous framing gets one answer and the end of the connection."""
    said = answer(town, request(b"POST /healthz", *FRAMING[kind], body=ENDED))
    assert len(STATUS.findall(said)) == 1, said[:300]
    assert STATUS.search(said)[1].startswith(b"4"), said[:300]


def test_two_honest_requests_on_one_connection_are_two_answers(town):
    """The measure for the test above: pipelining works where the framing is plain."""
    assert STATUS.findall(answer(town, INNER + INNER)) == [b"200", b"200"]


ODD = {
    "a header without end": (request(b"GET /", b"X: " + b"a" * 2_000_000), {b"431"}),
    "five thousand headers": (request(b"GET /", *(b"X-%d: a" % n for n in range(5000))), {b"431"}),
    "an endless address": (request(b"GET /" + b"a" * 100_000), {b"414"}),
    "a NUL in a header": (request(b"GET /", b"X: a\0b"), {b"400"}),
    "two hosts": (request(b"GET /", b"Host: evil.example"), {b"400"}),
    "a foreign host": (request(b"GET /", host=b"evil.example"), {b"400"}),
    "no host": (b"GET / HTTP/1.1\r\n\r\n", {b"400"}),
    "another protocol": (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" * 20, {b"400"}),
    "a tunnel": (request(b"CONNECT evil.example:80"), {b"400", b"404", b"405"}),
    "a path that climbs": (request(b"GET /static/../../../../etc/passwd"), {b"400", b"404"}),
    "a path that climbs, encoded": (request(b"GET /static/%2e%2e/%2e%2e/etc/passwd"), {b"400", b"404"}),
    "a body larger than any form": (request(b"POST /identity/login/", b"Content-Length: 99999999999"), {b"413"}),
}  # fmt: skip


@pytest.mark.parametrize("kind", sorted(ODD))
def test_odd_requests_are_refused_and_the_server_lives(town, kind):
    raw, wanted = ODD[kind]
    said = answer(town, raw)
    assert set(STATUS.findall(said)) <= wanted, said[:300]
    assert STATUS.search(said), "no answer at all"
    assert b"root:" not in said
    assert b"evil.example" not in said
    assert httpx.get(f"{town.url}/healthz", trust_env=False).status_code == 200


SLOW = {
    "headers": request(b"GET /")[:-2],
    "a form": request(
        b"POST /identity/login/", b"Cookie: citybrain_csrf=abcdefghijklmnopqrstuvwxyz012345",
        b"Content-Type: application/x-www-form-urlencoded", b"Content-Length: 1000",
    ),
    "a file": request(
        b"POST /identity/login/", b"Cookie: citybrain_csrf=abcdefghijklmnopqrstuvwxyz012345",
        b"Content-Type: multipart/form-data; boundary=x", b"Content-Length: 1000000",
    ),
}  # fmt: skip


def test_hundreds_who_send_a_byte_a_second_keep_nobody_else_waiting(town):
    """Slow headers, slow forms, slow uploads at once: pages come all the while, and slow bodies are cut in the end."""
    held = {
        kind: [socket.create_connection(("127.0.0.1", town.port), timeout=1) for _ in range(100)]
        for kind in SLOW
    }
    everybody = [(kind, connection) for kind, group in held.items() for connection in group]
    try:
        for kind, connection in everybody:
            connection.sendall(SLOW[kind])
        began, statuses = time.monotonic(), []
        while time.monotonic() - began < 18 or len(statuses) < 5:
            for _kind, connection in everybody:
                drip(connection)
            statuses.append(httpx.get(town.url, timeout=5, trust_env=False).status_code)
            time.sleep(1)
        assert statuses.count(200) == len(statuses), statuses
        assert all(cut(connection) for kind, connection in everybody if kind != "headers")
    finally:
        for _kind, connection in everybody:
            connection.close()
    town.ready()


def drip(connection):
    with contextlib.suppress(OSError):
        connection.sendall(b"a")


def cut(connection):
    """Whether the server has answered or ended this connection (it never got a whole request)."""
    try:
        connection.recv(65536)
    except TimeoutError:
        return False
    except OSError:
        return True
    return True


def test_a_body_without_a_length_is_not_taken_in(town):
    """Chunks without end: an answer, not memory."""
    chunk = b"100000\r\n" + b"a" * 0x100000 + b"\r\n"
    with socket.create_connection(("127.0.0.1", town.port), timeout=20) as connection:
        connection.sendall(request(b"POST /identity/login/", b"Transfer-Encoding: chunked"))
        sent = 0
        try:
            while sent < 200:
                connection.sendall(chunk)
                sent += 1
        except OSError:
            pass
    assert sent < 100, "two hundred megabytes were taken in"
    town.ready()
