"""The dispatcher behind ``kernel.events``.

One transaction per batch, one runner (transaction advisory lock). New events are found by their ``routed`` flag, not
by a cursor over numbers, so an event whose transaction commits late is never skipped. A batch is first delivered in
one go; if anything in it fails it is rolled back to the savepoint and delivered one by one, so that the cost of
isolation is paid only by batches that need it.
"""

import logging
import random
from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any

from django.db import DatabaseError, connection, transaction

from citybrain.kernel import audit, clock
from citybrain.kernel.actor import Actor
from citybrain.kernel.errors import NotFound
from citybrain.kernel.events import Meta, Subscriber, event_class, subscriber_named, subscribers_of
from citybrain.kernel.loops import every
from citybrain.kernel.models import Consumption, Delivery, OutboxEvent
from citybrain.kernel.remember import one_request

log = logging.getLogger("citybrain.kernel.events")

RUNNER_LOCK = 0x63697479_0001
MOST_ATTEMPTS = 12
BATCH = 100
LINE_AT_ONCE = 200
SWEPT_AT_ONCE = 5000
KEPT_FOR = timedelta(days=90)
Job = tuple[OutboxEvent, Subscriber]


def pause_after(attempts: int) -> timedelta:
    """1 s, 2 s, 4 s … one hour at most, with a little jitter: about two hours in all before a letter is dead."""
    return timedelta(seconds=min(3600, 2 ** (attempts - 1)) * random.uniform(0.9, 1.1))  # noqa: S311


def dispatch_once(limit: int = 500) -> int:
    """See ``kernel.events.dispatch_once``."""
    with transaction.atomic():
        if not _sole_runner():
            return 0
        return _retry_due(limit) + _route_new(limit)


def _sole_runner() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [RUNNER_LOCK])
        return bool(cursor.fetchone()[0])


def _route_new(limit: int) -> int:
    events = list(OutboxEvent.objects.filter(routed=False).order_by("seq")[:limit])
    if not events:
        return 0
    _mark_routed(events)
    jobs = [(event, sub) for event in events for sub in subscribers_of(event.name)]
    held = _held_lines(jobs)
    free = [job for job in jobs if _line(job) not in held]
    failed = [] if _all_at_once(free) else _one_by_one(free)
    _hold([job for job in jobs if _line(job) in held], failed)
    return len(events)


def _mark_routed(events: Iterable[OutboxEvent]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE kernel_outboxevent SET routed = true WHERE seq = ANY(%s)", [[e.pk for e in events]]
        )


def _line(job: Job) -> tuple[str, str]:
    return job[1].name, job[0].aggregate


def _held_lines(jobs: Iterable[Job]) -> set[tuple[str, str]]:
    """Lines (subscriber, aggregate) in which an earlier event is not done."""
    aggregates = {event.aggregate for event, _ in jobs}
    return set(Delivery.objects.filter(aggregate__in=aggregates).values_list("subscriber", "aggregate"))


def _all_at_once(jobs: list[Job]) -> bool:
    try:
        with transaction.atomic():
            for event, sub in jobs:
                _handle(event, sub)
            _note_consumed(jobs)
    except Exception:
        return False
    return True


def _one_by_one(jobs: list[Job]) -> list[tuple[Job, str]]:
    """Deliver each in its own savepoint; a failure holds the rest of its line. Returns what did not succeed, with why."""
    undone: list[tuple[Job, str]] = []
    held: set[tuple[str, str]] = set()
    for job in jobs:
        if _line(job) in held:
            undone.append((job, ""))
            continue
        error = _try(job)
        if error:
            held.add(_line(job))
            undone.append((job, error))
    return undone


def _try(job: Job) -> str:
    """ "" when handled, else what went wrong."""
    try:
        with transaction.atomic():
            _handle(*job)
            _note_consumed([job])
    except Exception as error:
        _stop_if_gone(error)
        log.warning("subscriber %s failed on %s: %s", job[1].name, job[0].id, error, exc_info=True)
        return f"{type(error).__name__}: {error}"[:2000]
    return ""


def _stop_if_gone(error: Exception) -> None:
    """A lost database connection is the dispatcher's trouble, not the subscriber's fault."""
    if isinstance(error, DatabaseError) and (connection.connection is None or connection.connection.closed):
        raise error


def _handle(event: OutboxEvent, sub: Subscriber) -> None:
    content, meta = _opened(event)
    sub.handle(content, meta)


def _opened(event: OutboxEvent) -> tuple[Any, Meta]:
    """The event and its circumstances, read once for all its subscribers (both are frozen)."""
    known = getattr(event, "opened", None)
    if known is None:
        kind = event_class(event.name)
        if kind is None:
            raise LookupError(f"event {event.name} is unknown to this version")
        meta = Meta(event.id, event.at, event.aggregate, Actor.from_dict(event.actor))
        known = event.opened = (kind.model_validate(event.payload), meta)  # type: ignore[attr-defined]
    return known


_CONSUMED = """
INSERT INTO kernel_consumption (event_id, subscriber, at)
SELECT c.event_id, c.subscriber, %s FROM unnest(%s::uuid[], %s::text[]) AS c(event_id, subscriber)
    ON CONFLICT DO NOTHING
"""


def _note_consumed(jobs: Sequence[Job]) -> None:
    if not jobs:
        return
    ids, names = [event.id for event, _ in jobs], [sub.name for _, sub in jobs]
    with connection.cursor() as cursor:
        cursor.execute(_CONSUMED, [clock.now(), ids, names])


def _hold(waiting: list[Job], failed: list[tuple[Job, str]]) -> None:
    now = clock.now()
    rows = [_delivery(job, Delivery.WAITING, now) for job in waiting]
    for job, error in failed:
        row = _delivery(job, Delivery.FAILING if error else Delivery.WAITING, now)
        if error:
            row.attempts, row.error, row.next_at = 1, error, now + pause_after(1)
        rows.append(row)
    Delivery.objects.bulk_create(rows, ignore_conflicts=True)


def _delivery(job: Job, state: str, now: Any) -> Delivery:
    event, sub = job
    return Delivery(
        event=event, subscriber=sub.name, aggregate=event.aggregate, state=state, next_at=now, created_at=now
    )


def _retry_due(limit: int) -> int:
    """Try each failing delivery that is due, then as much of the line waiting behind it as goes well."""
    due = Delivery.objects.filter(state=Delivery.FAILING, next_at__lte=clock.now()).order_by("next_at")
    return sum(_work_off(delivery) for delivery in due.select_related("event")[:limit])


def _work_off(head: Delivery) -> int:
    tried = 0
    line = Delivery.objects.filter(subscriber=head.subscriber, aggregate=head.aggregate).select_related(
        "event"
    )
    for delivery in line.order_by("event_id")[:LINE_AT_ONCE]:
        tried += 1
        if not _redeliver(delivery):
            return tried
    _wake(head.subscriber, head.aggregate)
    return tried


def _wake(subscriber: str, aggregate: str) -> None:
    """The first of a line becomes due: nothing failing or dead is in front of it any more."""
    first = Delivery.objects.filter(subscriber=subscriber, aggregate=aggregate).order_by("event_id").first()
    if first is not None and first.state == Delivery.WAITING:
        first.state, first.next_at = Delivery.FAILING, clock.now()
        first.save(update_fields=["state", "next_at"])


def _redeliver(delivery: Delivery) -> bool:
    sub = subscriber_named(delivery.subscriber, delivery.event.name)
    if sub is None or _consumed(delivery):
        delivery.delete()  # the subscriber was removed from the product, or the work is done
        return True
    error = _try((delivery.event, sub))
    if not error:
        delivery.delete()
        return True
    delivery.attempts += 1
    delivery.error = error
    delivery.next_at = clock.now() + pause_after(delivery.attempts)
    delivery.state = Delivery.DEAD if delivery.attempts >= MOST_ATTEMPTS else Delivery.FAILING
    delivery.save()
    if delivery.state == Delivery.DEAD:
        log.error("dead letter: %s gives up on event %s (%s)", delivery.subscriber, delivery.event.id, error)
    return False


def _consumed(delivery: Delivery) -> bool:
    return Consumption.objects.filter(event_id=delivery.event.id, subscriber=delivery.subscriber).exists()


def deliver_own(rounds: int = 50) -> int:
    """See ``kernel.events.deliver_own``."""
    total = 0
    own = {"where": ["NOT routed", "tx = pg_current_xact_id()::text::bigint"]}
    for _round in range(rounds):
        events = list(OutboxEvent.objects.extra(**own).order_by("seq"))
        if not events:
            return total
        _mark_routed(events)
        jobs = [(event, sub) for event in events for sub in subscribers_of(event.name)]
        for event, sub in jobs:
            _handle(event, sub)
        _note_consumed(jobs)
        total += len(jobs)
    raise RuntimeError(f"events still cause events after {rounds} rounds: a circle of subscribers")


def dead_letters(limit: int = 100, offset: int = 0) -> list[Delivery]:
    """See ``kernel.events.dead_letters``."""
    rows = Delivery.objects.filter(state=Delivery.DEAD).select_related("event").order_by("-id")
    return list(rows[offset : offset + limit])


@transaction.atomic
def retry(delivery_id: int, *, by: Actor) -> None:
    """See ``kernel.events.retry``."""
    row = _dead(delivery_id)
    row.state, row.attempts, row.next_at = Delivery.FAILING, 0, clock.now()
    row.save()
    audit.record(
        "kernel.retry_event", by=by, obj=f"event:{row.event.id}", after={"subscriber": row.subscriber}
    )


@transaction.atomic
def discard(delivery_id: int, *, by: Actor, reason: str) -> None:
    """See ``kernel.events.discard``."""
    row = _dead(delivery_id)
    audit.record(
        "kernel.discard_event", by=by, obj=f"event:{row.event.id}", purpose=reason, before={"error": row.error},
        after={"subscriber": row.subscriber},
    )  # fmt: skip
    _note_consumed([(row.event, Subscriber(row.subscriber, row.event.name, lambda event, meta: None))])
    row.delete()
    _wake(row.subscriber, row.aggregate)


def _dead(delivery_id: int) -> Delivery:
    row = (
        Delivery.objects.select_for_update(of=("self",))
        .select_related("event")
        .filter(pk=delivery_id)
        .first()
    )
    if row is None or row.state != Delivery.DEAD:
        raise NotFound("no such dead letter")
    return row


@every(seconds=0.3, name="kernel.dispatch_events")
def dispatch() -> int:
    """The worker's loop: small batches, because what subscribers lock stays locked until their batch commits."""
    if not _something_waits():
        return 0
    with one_request():  # pack data that many events of a batch need is read once
        return dispatch_once(BATCH)


_WAITS = """
SELECT EXISTS (SELECT FROM kernel_outboxevent WHERE NOT routed)
    OR EXISTS (SELECT FROM kernel_delivery WHERE state = %s AND next_at <= %s)
"""


def _something_waits() -> bool:
    """One cheap question instead of an empty batch: the loop turns three times a second, day and night."""
    with connection.cursor() as cursor:
        cursor.execute(_WAITS, [Delivery.FAILING, clock.now()])
        return bool(cursor.fetchone()[0])


_SWEEP_EVENTS = """
DELETE FROM kernel_outboxevent WHERE seq IN (
  SELECT seq FROM kernel_outboxevent e WHERE routed AND at < %s
     AND NOT EXISTS (SELECT 1 FROM kernel_delivery d WHERE d.event_id = e.seq) LIMIT %s)
"""
_SWEEP_NOTES = """
DELETE FROM kernel_consumption WHERE ctid IN (SELECT ctid FROM kernel_consumption WHERE at < %s LIMIT %s)
"""


@every(seconds=600, name="kernel.sweep_events")
def sweep() -> int:
    """Forget some delivered events and consumption notes older than 90 days; undelivered ones stay."""
    before = clock.now() - KEPT_FOR
    gone = 0
    with connection.cursor() as cursor:
        for statement in (_SWEEP_EVENTS, _SWEEP_NOTES):
            cursor.execute(statement, [before, SWEPT_AT_ONCE])
            gone += cursor.rowcount
    return gone
