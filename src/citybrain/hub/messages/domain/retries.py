"""When a delivery is tried again, and when it is given up. Pure."""

from datetime import timedelta

MOST_ATTEMPTS = 10
LEASE = timedelta(minutes=2)


def pause_after(attempts: int) -> timedelta:
    """10 s, 20 s, 40 s … two hours at most."""
    return timedelta(seconds=min(7200, 10 * 2 ** max(0, attempts - 1)))


def given_up(attempts: int) -> bool:
    """Ten attempts, about three hours, are enough: then a person decides."""
    return attempts >= MOST_ATTEMPTS
