"""Facts that other rooms may hear of: published in the transaction that made them true, delivered after it.

``publish`` writes one outbox row, its content encrypted. The worker's dispatcher hands each event to every subscriber at least once and,
for one aggregate, in the order of publication (writers hold the aggregate's row lock while publishing). A
subscriber's database effects commit together with the note that it consumed the event, so they happen once; other
effects must be idempotent by ``meta.id``. A failing event holds back only its own aggregate for that subscriber, is
retried with growing pauses and ends as a visible dead letter. Light to import: rooms' ``data.py`` define events with it.
"""

import inspect
from collections.abc import Callable, Sequence
from dataclasses import KW_ONLY, dataclass
from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from django.db import connection
from psycopg.types.json import Jsonb
from pydantic import BaseModel, ConfigDict

from citybrain.kernel import clock
from citybrain.kernel.actor import Actor
from citybrain.kernel.crypto import encrypt_text
from citybrain.kernel.ids import new_id


class Event(BaseModel):
    """Base of all events: a frozen record with a stable ``name`` such as ``cases.opened``."""

    model_config = ConfigDict(frozen=True)
    name: ClassVar[str] = ""

    @classmethod
    def __pydantic_init_subclass__(cls, **kwargs: Any) -> None:
        if cls.name:
            known = _events.setdefault(cls.name, cls)
            if known.__qualname__ != cls.__qualname__ or known.__module__ != cls.__module__:
                raise ValueError(f"event {cls.name!r} is defined twice")
            _events[cls.name] = cls


@dataclass(frozen=True)
class Meta:
    """What is known of an event beside its content."""

    id: UUID
    at: datetime
    aggregate: str
    by: Actor


@dataclass(frozen=True)
class Subscriber:
    """A function that hears events of one kind. ``name`` is stable: it is the memory of what was consumed."""

    name: str
    event: str
    handle: Callable[[Any, Meta], None]


_events: dict[str, type[Event]] = {}
_subscribers: dict[str, list[Subscriber]] = {}

_INSERT = """
INSERT INTO kernel_outboxevent (id, name, aggregate, payload, actor, at, tx, routed)
VALUES (%s, %s, %s, %s, %s, %s, pg_current_xact_id()::text::bigint, false)
"""
# One statement for any number of rows, so that it is prepared once; ORDER BY gives ``seq`` in the order of the list.
_INSERT_MANY = """
INSERT INTO kernel_outboxevent (id, name, aggregate, payload, actor, at, tx, routed)
SELECT id, name, aggregate, payload, actor, at, pg_current_xact_id()::text::bigint, false
  FROM unnest(%s::uuid[], %s::text[], %s::text[], %s::bytea[], %s::jsonb[], %s::timestamptz[])
       WITH ORDINALITY AS r(id, name, aggregate, payload, actor, at, place)
 ORDER BY place
"""


@dataclass(frozen=True)
class Publication:
    """An event on its way into the outbox. ``aggregate`` (``case:<id>``) is the line in which order is kept."""

    event: Event
    _: KW_ONLY
    aggregate: str
    by: Actor


def publish(event: Event, *, aggregate: str, by: Actor) -> UUID:
    """Write ``event`` into the outbox of the running transaction; returns its id.

    ``aggregate`` (``case:<id>``) is the line in which order is kept: hold its row lock. RuntimeError outside a transaction.
    """
    return publish_many([Publication(event, aggregate=aggregate, by=by)])[0]


def publish_many(publications: Sequence[Publication]) -> list[UUID]:
    """Write several events in one statement, in this order; returns their ids. Same duties as ``publish``."""
    if not publications:
        return []
    if not connection.in_atomic_block:
        raise RuntimeError("publish inside the transaction that makes the event true")
    rows = [_row(publication) for publication in publications]
    with connection.cursor() as cursor:
        if len(rows) == 1:
            cursor.execute(_INSERT, rows[0])
        else:
            cursor.execute(_INSERT_MANY, [list(column) for column in zip(*rows, strict=True)])
    return [row[0] for row in rows]


def _row(publication: Publication) -> tuple[Any, ...]:
    event = publication.event
    if not event.name:
        raise ValueError(f"{type(event).__name__} has no name")
    payload = encrypt_text(event.model_dump_json())
    actor = Jsonb(publication.by.as_dict())
    return new_id(), event.name, publication.aggregate, payload, actor, clock.now()


def subscriber(event: type[Event], *, name: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Declare ``f(event, meta)`` as a subscriber. One name hears one kind of event once."""

    def declare(handle: Callable[..., None]) -> Callable[..., None]:
        if len(inspect.signature(handle).parameters) != 2:
            raise TypeError(f"subscriber {name} takes (event, meta)")
        line = _subscribers.setdefault(event.name, [])
        line[:] = [s for s in line if s.name != name]
        line.append(Subscriber(name, event.name, handle))
        return handle

    return declare


def subscribers_of(event_name: str) -> list[Subscriber]:
    """Who hears events of this name, in order of declaration."""
    return list(_subscribers.get(event_name, ()))


def subscriber_named(name: str, event_name: str) -> Subscriber | None:
    """One subscriber, None when it no longer exists."""
    return next((s for s in _subscribers.get(event_name, ()) if s.name == name), None)


def event_class(name: str) -> type[Event] | None:
    """The class of events of this name, None when unknown to this version."""
    return _events.get(name)


def forget_subscriber(name: str) -> None:
    """Take a subscriber away (tests)."""
    for line in _subscribers.values():
        line[:] = [s for s in line if s.name != name]


def dispatch_once(limit: int = 500) -> int:
    """Deliver up to ``limit`` new events and all retries that are due; returns how many deliveries were tried.

    0 also when another process is dispatching. Called by the worker; tests and journeys use ``deliver_own``.
    """
    from citybrain.kernel import dispatch

    return dispatch.dispatch_once(limit)


def deliver_own(rounds: int = 50) -> int:
    """Deliver, inside the running transaction, the events this transaction published and those they cause.

    For journeys and tests, which roll back: errors of subscribers are raised, nothing is retried.
    """
    from citybrain.kernel import dispatch

    return dispatch.deliver_own(rounds)


def dead_letters(limit: int = 100, offset: int = 0) -> list[Any]:
    """Deliveries given up, newest first (``Delivery`` rows with their event)."""
    from citybrain.kernel import dispatch

    return dispatch.dead_letters(limit, offset)


def retry(delivery_id: int, *, by: Actor) -> None:
    """Put a dead letter back in line; audited. NotFound if there is none."""
    from citybrain.kernel import dispatch

    dispatch.retry(delivery_id, by=by)


def discard(delivery_id: int, *, by: Actor, reason: str) -> None:
    """Give a dead letter up for good, so that its aggregate goes on; audited with the reason."""
    from citybrain.kernel import dispatch

    dispatch.discard(delivery_id, by=by, reason=reason)
