"""Saying no early: when more requests arrive than can be worked on, the surplus is told to come back.

Only so many requests of one process work at once; a few more wait briefly; everything beyond gets 503 with
Retry-After at the cost of a few microseconds, before a session or a database connection is touched. So what is
accepted stays quick, and the rate is back as soon as the wave has passed.
"""

import threading
from collections.abc import Callable, Iterable
from typing import Any

ALWAYS = frozenset({"/healthz"})
FILES = "/static/"  # a page that was served must not stand there without its stylesheet; a file costs next to nothing
PAGE = (
    '<!doctype html><html lang="zh-Hans"><head><meta charset="utf-8"><title>系统繁忙</title></head><body>'
    "<h1>系统繁忙</h1><p>请稍候几秒再试。已确认提交的内容不会丢失。</p>"
    '<p lang="en">The system is busy. Try again in a few seconds. Confirmed steps are saved.</p></body></html>'
).encode()
JSON = b'{"error": {"code": "unavailable", "message": "The system is busy.", "todo": "Try again after Retry-After."}}'


class Shedding:
    """WSGI wrapper: at most ``working`` requests inside, at most ``waiting`` more for ``seconds`` at the door."""

    def __init__(
        self, inner: Callable, *, working: int, waiting: int, seconds: float, retry_after: int = 2
    ) -> None:
        self.inner, self.seconds, self.retry_after = inner, seconds, retry_after
        self.inside = threading.BoundedSemaphore(working)
        self.door = threading.BoundedSemaphore(working + waiting)

    def __call__(self, environ: dict[str, Any], start_response: Callable) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        if path in ALWAYS or path.startswith(FILES):
            return self.inner(environ, start_response)
        if not self.door.acquire(blocking=False):
            return refuse(environ, start_response, retry_after=self.retry_after)
        try:
            if not self.inside.acquire(timeout=self.seconds):
                return refuse(environ, start_response, retry_after=self.retry_after)
            try:
                return self.inner(environ, start_response)
            finally:
                self.inside.release()
        finally:
            self.door.release()


def refuse(
    environ: dict[str, Any],
    start_response: Callable,
    *,
    status: str = "503 Service Unavailable",
    retry_after: int = 2,
) -> Iterable[bytes]:
    """An answer that costs next to nothing; JSON where a machine asked."""
    json = "application/json" in environ.get("HTTP_ACCEPT", "") or "/rest/" in environ.get("PATH_INFO", "")
    body, kind = (JSON, "application/json") if json else (PAGE, "text/html; charset=utf-8")
    headers = [("Content-Type", kind), ("Content-Length", str(len(body))), ("Cache-Control", "no-store")]
    headers += [("Retry-After", str(retry_after)), ("Content-Security-Policy", "default-src 'none'")]
    start_response(status, headers)
    return [body]
