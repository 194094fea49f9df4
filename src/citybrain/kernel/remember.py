"""Answers that need not be asked twice: pack data that a page reads again and again (divisions, guides, forms).

Inside a request an answer is kept until the request ends; in a web process (``keep_between_requests``) also for the
few seconds the function names, so that a change made elsewhere shows after that time. The worker's batch of events
counts as a request. Elsewhere (jobs, commands, tests of functions) nothing is kept. Refuses nothing; never use it for cases, people, rights or anything a
request may change itself.
"""

import functools
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

MOST = 20_000
_request: ContextVar[dict[Any, Any] | None] = ContextVar("remembered_in_request", default=None)
_between: dict[Any, tuple[float, Any]] = {}
_switch = {"on": False}


def keep_between_requests(on: bool = True) -> None:
    """Let answers live on for their seconds; the web process switches it on."""
    _switch["on"] = on
    _between.clear()


@contextmanager
def one_request() -> Iterator[None]:
    """Remember until the end of this block."""
    token = _request.set({})
    try:
        yield
    finally:
        _request.reset(token)


def remembered(seconds: float) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Decorate a function of hashable positional arguments whose answer nobody changes."""

    def decorate(work: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(work)
        def wrapper(*args: Any) -> Any:
            here = _request.get()
            if here is None:
                return work(*args)
            key = (work, args)
            if key not in here:
                here[key] = _kept(key, work, args, seconds) if _switch["on"] else work(*args)
            return here[key]

        return wrapper

    return decorate


def _kept(key: Any, work: Callable[..., Any], args: tuple, seconds: float) -> Any:
    now = time.monotonic()
    found = _between.get(key)
    if found is not None and found[0] > now:
        return found[1]
    answer = work(*args)
    if len(_between) >= MOST:
        _between.clear()
    _between[key] = (now + seconds, answer)
    return answer
