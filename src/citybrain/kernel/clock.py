"""The one clock. Instants are aware UTC; legal dates are dates in Asia/Shanghai. Free of Django.

Nothing else in the product asks the machine for the time of a legal act, so tests and journeys can freeze it.
A frozen clock belongs to the current context (thread), never to a neighbour's request.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

CITY_ZONE = ZoneInfo("Asia/Shanghai")

_frozen: ContextVar[datetime | None] = ContextVar("frozen", default=None)
_shift: ContextVar[timedelta] = ContextVar("shift", default=timedelta())


def now() -> datetime:
    """The instant, aware, UTC."""
    return (_frozen.get() or datetime.now(UTC)) + _shift.get()


def local(at: datetime | None = None) -> datetime:
    """``at`` (default now) as wall-clock time of the city."""
    return (at or now()).astimezone(CITY_ZONE)


def today() -> date:
    """The legal date of the city."""
    return local().date()


def at_local(text: str | datetime) -> datetime:
    """An instant from ISO text; text without an offset is city time (``"2026-03-02T09:00"``)."""
    value = datetime.fromisoformat(text) if isinstance(text, str) else text
    return (value if value.tzinfo else value.replace(tzinfo=CITY_ZONE)).astimezone(UTC)


@contextmanager
def freeze(at: datetime | str) -> Iterator[None]:
    """Stop the clock at ``at`` (aware, or city time) in this context; ``travel`` still moves it."""
    frozen, shift = _frozen.set(at_local(at)), _shift.set(timedelta())
    try:
        yield
    finally:
        _shift.reset(shift)
        _frozen.reset(frozen)


@contextmanager
def travel(delta: timedelta) -> Iterator[None]:
    """Move the clock by ``delta`` in this context, frozen or running."""
    token = _shift.set(_shift.get() + delta)
    try:
        yield
    finally:
        _shift.reset(token)
