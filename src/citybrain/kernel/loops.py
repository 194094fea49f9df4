"""Work that repeats: a function every few seconds, in one process at a time.

Rooms declare loops with ``@every``; the worker process calls ``run``. Each loop has its own thread and connection;
before every turn it takes a session advisory lock, so two workers never run the same loop at once and a killed
worker's lock goes with its connection. A failing turn is logged and tried again; it never stops the others.
"""

import hashlib
import logging
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.db import close_old_connections, connection, connections

log = logging.getLogger("citybrain.kernel.loops")
MOST_PATIENCE = 30.0


@dataclass(frozen=True)
class Loop:
    """One declared loop. A turn that returns a true value is followed by the next one at once (there is more to do)."""

    name: str
    seconds: float
    turn: Callable[[], object]

    @property
    def lock(self) -> int:
        """The advisory lock number of the loop."""
        return int.from_bytes(
            hashlib.blake2b(f"loop:{self.name}".encode(), digest_size=8).digest(), "big", signed=True
        )


_loops: dict[str, Loop] = {}


def every(*, seconds: float, name: str) -> Callable[[Callable[[], object]], Callable[[], object]]:
    """Declare a loop ``room.verb`` that runs every ``seconds``."""

    def declare(turn: Callable[[], object]) -> Callable[[], object]:
        if name in _loops and _loops[name].turn.__qualname__ != turn.__qualname__:
            raise ValueError(f"loop {name!r} is declared twice")
        _loops[name] = Loop(name, seconds, turn)
        return turn

    return declare


def declared() -> list[Loop]:
    """All loops, by name."""
    return sorted(_loops.values(), key=lambda loop: loop.name)


def turn(loop: Loop) -> object | None:
    """One turn if no other process runs this loop now; None otherwise."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [loop.lock])
        if not cursor.fetchone()[0]:
            return None
    try:
        return loop.turn() or False
    finally:
        if connection.connection is not None and not connection.connection.closed:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [loop.lock])


def run(stop: threading.Event, only: Iterable[str] | None = None) -> list[threading.Thread]:
    """Start a thread per loop until ``stop`` is set; returns the threads (join them after setting it)."""
    chosen = [loop for loop in declared() if only is None or loop.name in set(only)]
    threads = [
        threading.Thread(target=_keep, args=(loop, stop), name=loop.name, daemon=True) for loop in chosen
    ]
    for thread in threads:
        thread.start()
    return threads


def _keep(loop: Loop, stop: threading.Event) -> None:
    failures = 0
    while not stop.is_set():
        began = time.monotonic()
        more: object = False
        try:
            close_old_connections()
            more = turn(loop)
            failures = 0
        except Exception:
            failures += 1
            log.exception("loop %s failed (%d in a row)", loop.name, failures)
            connections.close_all()
        pause = max(0.0, loop.seconds - (time.monotonic() - began))
        if failures:
            pause = min(MOST_PATIENCE, max(1.0, loop.seconds) * 2 ** min(failures, 5))
        if not more and stop.wait(pause):
            break
    connections.close_all()
