"""Bodies are whole before anybody works on them, and those who send for ever hold up nobody."""

import io
import threading

import pytest

from citybrain.project.bodies import PIECE, Bodies


class Told:
    """A ``start_response`` that remembers."""

    status = ""

    def __call__(self, status, headers):
        self.status, self.headers = status, dict(headers)


class Endless:
    """A client that never finishes: reading waits until it is let go."""

    def __init__(self):
        self.gone, self.begun = threading.Event(), threading.Event()

    def read(self, _size):
        self.begun.set()
        self.gone.wait(60)
        return b""


def environ(source, length, address="10.0.0.1"):
    return {
        "CONTENT_LENGTH": str(length), "wsgi.input": source, "REMOTE_ADDR": address, "SERVER_PORT": "8000",
    }  # fmt: skip


def inner(environ, start_response):
    body = environ["wsgi.input"].read()
    start_response("200 OK", [])
    return [body]


def door(**options):
    return Bodies(inner, **({"largest": 10 * PIECE, "at_once": 4, "of_one_address": 2} | options))


@pytest.mark.parametrize("size", [1, PIECE, PIECE + 1, 9 * PIECE])
def test_a_body_arrives_unchanged_from_memory_or_disk(size):
    sent = bytes(n % 251 for n in range(size))
    assert b"".join(door()(environ(io.BytesIO(sent), size), Told())) == sent


def test_a_body_that_ends_early_is_refused_and_never_worked_on():
    told = Told()
    door()(environ(io.BytesIO(b"abc"), 10), told)
    assert told.status.startswith("408")


@pytest.mark.parametrize("length", ["0", "", "x", "-1", str(11 * PIECE), "9" * 30])
def test_what_has_no_body_or_one_too_large_is_not_read_here(length):
    source = io.BytesIO(b"abc")
    seen = environ(source, length)
    door()(seen, Told())
    assert seen["wsgi.input"] is source


def test_slow_senders_hold_their_own_address_and_not_the_city():
    bodies, slow = door(), [Endless() for _ in range(3)]
    threads = [
        threading.Thread(target=bodies, args=(environ(source, 5, address), Told()))
        for source, address in zip(slow, ("10.0.0.1", "10.0.0.1", "10.0.0.2"), strict=True)
    ]
    for thread in threads:
        thread.start()
    for source in slow:
        assert source.begun.wait(60)

    third, other, full = Told(), Told(), Told()
    bodies(environ(io.BytesIO(b"a"), 1, "10.0.0.1"), third)
    bodies(environ(io.BytesIO(b"a"), 1, "10.0.0.3"), other)
    bodies.at_once = 3
    bodies(environ(io.BytesIO(b"a"), 1, "10.0.0.3"), full)
    assert [told.status[:3] for told in (third, other, full)] == ["503", "200", "503"]
    assert full.headers["Retry-After"]

    for source in slow:
        source.gone.set()
    for thread in threads:
        thread.join(60)
    after = Told()
    bodies(environ(io.BytesIO(b"a"), 1, "10.0.0.1"), after)
    assert after.status == "200 OK"
    assert not bodies.reading
    assert not bodies.addresses
