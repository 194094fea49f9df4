"""A request with a key is done once; a repeat gets the first result.

``with idempotency.once("cases.open", key) as first:`` inside the action's transaction. A concurrent repeat waits
for the first transaction; if that one rolls back, the repeat does the work. Without a key every call is a first one.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from hashlib import blake2b
from typing import Any

from django.db import connection, transaction

from citybrain.kernel import clock
from citybrain.kernel.loops import every
from citybrain.kernel.models import KeptResult

KEPT_FOR = timedelta(days=30)


@dataclass
class Once:
    """``done`` says that the work was done before and ``result`` is what it gave; else set ``result`` by ``keep``."""

    done: bool
    result: Any = None

    def keep(self, result: Any) -> Any:
        """Remember ``result`` (JSON) for repeats; returns it."""
        self.result = result
        return result


@contextmanager
def once(scope: str, key: str) -> Iterator[Once]:
    """See the module. ``scope`` is the action's word, ``key`` the caller's; include the actor in it where it matters."""
    if not key:
        yield Once(done=False)
        return
    name = blake2b(f"{scope}\0{key}".encode(), digest_size=32).hexdigest()
    with transaction.atomic():
        if not _claim(name):
            yield Once(done=True, result=KeptResult.objects.values_list("result", flat=True).get(key=name))
            return
        first = Once(done=False)
        yield first
        if first.result is not None:
            KeptResult.objects.filter(key=name).update(result=first.result)


def _claim(name: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO kernel_keptresult (key, result, at) VALUES (%s, NULL, %s) ON CONFLICT DO NOTHING",
            [name, clock.now()],
        )
        return cursor.rowcount == 1


@every(seconds=3600, name="kernel.sweep_kept_results")
def sweep() -> int:
    """Forget results older than 30 days."""
    return KeptResult.objects.filter(at__lt=clock.now() - KEPT_FOR).delete()[0]
