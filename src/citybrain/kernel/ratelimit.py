"""Attempts per key and time, counted in PostgreSQL so that all processes agree.

One row and one atomic statement per attempt (generic cell rate algorithm): a burst of ``limit`` is allowed, then
one more every ``seconds / limit``. The table is UNLOGGED: a crash forgets counters, never blocks anybody. Call it
outside a transaction that may roll back, or the attempt is forgotten. Uses the database's clock, not the frozen one.
"""

import hashlib

from django.db import connection
from django.utils.translation import gettext as _

from citybrain.kernel.errors import TooMany
from citybrain.kernel.loops import every

_TRY = """
INSERT INTO kernel_rate AS r (key, tat) VALUES (%(key)s, clock_timestamp() + %(step)s * interval '1 second')
ON CONFLICT (key) DO UPDATE
   SET tat = greatest(r.tat, clock_timestamp()) + %(step)s * interval '1 second'
 WHERE greatest(r.tat, clock_timestamp()) + %(step)s * interval '1 second'
       <= clock_timestamp() + %(window)s * interval '1 second'
RETURNING 1
"""
_WAIT = "SELECT extract(epoch FROM tat - clock_timestamp()) FROM kernel_rate WHERE key = %s"


def _key(key: str) -> str:
    return hashlib.blake2b(
        key.encode(), digest_size=16
    ).hexdigest()  # no user names or addresses in the table


def refused_for(key: str, limit: int, seconds: float) -> float:
    """Count one attempt; 0 if it is allowed, else the seconds to wait."""
    step = seconds / limit
    with connection.cursor() as cursor:
        cursor.execute(_TRY, {"key": _key(key), "step": step, "window": seconds + 1e-6})
        if cursor.fetchone():
            return 0.0
        cursor.execute(_WAIT, [_key(key)])
        row = cursor.fetchone()
    return max(0.1, float(row[0]) + step - seconds) if row else 0.1


def allow(key: str, limit: int, seconds: float) -> bool:
    """Count one attempt under ``key``; True when within ``limit`` per ``seconds``, else raises TooMany (429)."""
    wait = refused_for(key, limit, seconds)
    if wait:
        raise TooMany(
            _("Too many attempts."), retry_after=wait, code="too_many",
            safe=_("Nothing you entered before was lost."), todo=_("Please wait a moment and try again."),
        )  # fmt: skip
    return True


def clear(key: str) -> None:
    """Forget the attempts of ``key`` (after a successful sign-in)."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM kernel_rate WHERE key = %s", [_key(key)])


def give_back(key: str, limit: int, seconds: float) -> None:
    """Take one counted attempt of ``key`` back: it was no failure, and others share the key."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE kernel_rate SET tat = tat - %s * interval '1 second' WHERE key = %s",
            [seconds / limit, _key(key)],
        )


@every(seconds=300, name="kernel.sweep_rates")
def sweep() -> None:
    """Drop counters nobody needs any more."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM kernel_rate WHERE tat < clock_timestamp()")
