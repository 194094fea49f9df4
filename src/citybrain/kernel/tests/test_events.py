"""What publishers and subscribers can rely on."""

import threading
from datetime import timedelta
from typing import ClassVar

import pytest
from django.db import connection, connections, transaction

from citybrain.kernel import clock, events
from citybrain.kernel.actor import Actor
from citybrain.kernel.dispatch import MOST_ATTEMPTS, pause_after, sweep
from citybrain.kernel.errors import NotFound
from citybrain.kernel.models import AuditEntry, Consumption, Delivery, OutboxEvent
from citybrain.kernel.tests.factories import clerk


class Happened(events.Event):
    name: ClassVar[str] = "kernel.happened"
    n: int


class Followed(events.Event):
    name: ClassVar[str] = "kernel.followed"
    n: int


BY = Actor.system("test")


@pytest.fixture
def ears():
    """Declares subscribers for one test."""
    names = []

    def listen(event, name, handle):
        names.append(name)
        events.subscriber(event, name=name)(handle)

    yield listen
    for name in names:
        events.forget_subscriber(name)


def publish(*numbers, aggregate="thing:1", by=BY):
    with transaction.atomic():
        for n in numbers:
            events.publish(Happened(n=n), aggregate=aggregate, by=by)


@pytest.mark.django_db
def test_an_event_reaches_each_subscriber_once_with_its_circumstances(ears):
    heard = []
    ears(Happened, "kernel.one", lambda e, meta: heard.append(("one", e.n, meta)))
    ears(Happened, "kernel.two", lambda e, meta: heard.append(("two", e.n, meta)))
    publish(1, by=clerk())
    assert events.dispatch_once() == 1
    assert events.dispatch_once() == 0
    assert [(who, n) for who, n, _ in heard] == [("one", 1), ("two", 1)]
    meta = heard[0][2]
    assert meta.aggregate == "thing:1"
    assert meta.by.organisation == "350902-scjg"
    assert meta.by.permissions == frozenset()
    assert Consumption.objects.count() == 2


@pytest.mark.django_db
def test_nothing_is_heard_of_a_transaction_that_rolled_back(ears):
    heard = []
    ears(Happened, "kernel.one", lambda e, meta: heard.append(e.n))
    with transaction.atomic():
        events.publish(Happened(n=1), aggregate="thing:1", by=BY)
        transaction.set_rollback(True)
    assert events.dispatch_once() == 0
    assert heard == []


@pytest.mark.django_db(transaction=True)
def test_publishing_outside_a_transaction_is_refused():
    with pytest.raises(RuntimeError, match="transaction"):
        events.publish(Happened(n=1), aggregate="thing:1", by=BY)


@pytest.mark.django_db
def test_events_published_at_once_are_heard_in_their_order(ears, django_assert_num_queries):
    heard = []
    ears(Happened, "kernel.one", lambda e, meta: heard.append((meta.id, e.n, meta.by.kind)))
    ears(Followed, "kernel.two", lambda e, meta: heard.append((meta.id, e.n, meta.by.kind)))
    with transaction.atomic(), django_assert_num_queries(1):
        ids = events.publish_many([
            events.Publication(Happened(n=1), aggregate="thing:1", by=clerk()),
            events.Publication(Followed(n=2), aggregate="thing:1", by=BY),
            events.Publication(Happened(n=3), aggregate="thing:2", by=BY),
        ])  # fmt: skip
    assert events.publish_many([]) == []
    events.dispatch_once()
    assert heard == [(ids[0], 1, "official"), (ids[1], 2, "system"), (ids[2], 3, "system")]


@pytest.mark.django_db
def test_a_failing_event_holds_back_only_its_own_aggregate_and_subscriber(ears):
    heard, broken = [], {"on": True}

    def fussy(event, meta):
        if broken["on"] and event.n == 2:
            raise ValueError("not today")
        heard.append((meta.aggregate, event.n))

    easy = []
    ears(Happened, "kernel.fussy", fussy)
    ears(Happened, "kernel.easy", lambda e, meta: easy.append(e.n))
    with clock.freeze("2026-11-23T09:00"):
        publish(1, 2, 3)
        publish(7, aggregate="thing:2")
        events.dispatch_once()
        publish(4)
        publish(8, aggregate="thing:2")
        events.dispatch_once()
        assert heard[-3:] == [("thing:1", 1), ("thing:2", 7), ("thing:2", 8)]
        assert easy[-2:] == [4, 8]
        assert Delivery.objects.count() == 3
    broken["on"] = False
    with clock.freeze("2026-11-23T09:05"):
        events.dispatch_once()
    assert heard[-3:] == [("thing:1", 2), ("thing:1", 3), ("thing:1", 4)]
    assert Delivery.objects.count() == 0


@pytest.mark.django_db
def test_effects_of_a_failed_attempt_are_undone(ears):
    def half(event, meta):
        OutboxEvent.objects.filter(id=meta.id).update(aggregate="spoiled")
        raise ValueError("half way")

    ears(Happened, "kernel.half", half)
    publish(1)
    events.dispatch_once()
    assert not OutboxEvent.objects.filter(aggregate="spoiled").exists()


@pytest.mark.django_db
def test_a_hopeless_event_becomes_a_dead_letter_and_can_be_retried(ears):
    heard, broken = [], {"on": True}

    def hopeless(event, meta):
        if broken["on"]:
            raise ValueError("never")
        heard.append(event.n)

    ears(Happened, "kernel.hopeless", hopeless)
    with clock.freeze("2026-11-23T09:00"):
        publish(1, 2)
        events.dispatch_once()
        for hours in range(1, MOST_ATTEMPTS + 1):
            with clock.travel(timedelta(hours=2 * hours)):
                events.dispatch_once()
    (letter,) = events.dead_letters()
    assert "never" in letter.error
    broken["on"] = False
    with clock.freeze("2026-12-01T09:00"):
        assert events.dispatch_once() == 0  # a dead line waits for a person
        events.retry(letter.pk, by=clerk())
        events.dispatch_once()
    assert heard == [1, 2]
    assert AuditEntry.objects.filter(action="kernel.retry_event").count() == 1
    with pytest.raises(NotFound):
        events.retry(letter.pk, by=clerk())


@pytest.mark.django_db
def test_a_dead_letter_can_be_given_up_so_that_its_line_goes_on(ears):
    heard = []

    def fussy(event, meta):
        if event.n == 1:
            raise ValueError("never")
        heard.append(event.n)

    ears(Happened, "kernel.fussy", fussy)
    publish(1, 2)
    events.dispatch_once()
    Delivery.objects.filter(state=Delivery.FAILING).update(state=Delivery.DEAD)
    (letter,) = events.dead_letters()
    events.discard(letter.pk, by=clerk(), reason="sent by hand")
    events.dispatch_once()
    assert heard == [2]


@pytest.mark.django_db
def test_a_journey_delivers_its_own_events_and_what_they_cause(ears):
    heard = []

    def follow(event, meta):
        events.publish(Followed(n=event.n + 1), aggregate=meta.aggregate, by=BY)

    ears(Happened, "kernel.follow", follow)
    ears(Followed, "kernel.end", lambda e, meta: heard.append(e.n))
    publish(1)
    assert events.deliver_own() == 2
    assert heard == [2]
    assert events.dispatch_once() == 0


@pytest.mark.django_db(transaction=True)
def test_an_event_that_commits_late_is_not_skipped(ears):
    heard = []
    ears(Happened, "kernel.one", lambda e, meta: heard.append(e.n))
    written, go = threading.Event(), threading.Event()

    def slow():
        with transaction.atomic():
            events.publish(Happened(n=1), aggregate="thing:1", by=BY)
            written.set()
            go.wait(60)
        connections.close_all()

    thread = threading.Thread(target=slow)
    thread.start()
    written.wait(60)
    publish(2, aggregate="thing:2")
    events.dispatch_once()
    assert heard == [2]
    go.set()
    thread.join()
    events.dispatch_once()
    assert heard == [2, 1]


@pytest.mark.django_db(transaction=True)
def test_only_one_dispatcher_runs_at_a_time(ears):
    seen = []

    def second():
        seen.append(events.dispatch_once())
        connections.close_all()

    def handle(event, meta):
        thread = threading.Thread(target=second)
        thread.start()
        thread.join()

    ears(Happened, "kernel.slow", handle)
    publish(1)
    assert events.dispatch_once() == 1
    assert seen == [0]


@pytest.mark.django_db
def test_a_batch_costs_few_statements(ears, django_assert_max_num_queries):
    ears(Happened, "kernel.one", lambda e, meta: None)
    publish(*range(300))
    with django_assert_max_num_queries(14):
        assert events.dispatch_once(500) == 300


def test_pauses_grow_to_an_hour():
    assert pause_after(1) < pause_after(4) < pause_after(9)
    assert pause_after(40) <= timedelta(hours=1.2)


def test_one_name_means_one_event():
    with pytest.raises(ValueError, match="twice"):

        class Other(events.Event):
            name: ClassVar[str] = "kernel.happened"

    with pytest.raises(TypeError):
        events.subscriber(Happened, name="kernel.bad")(lambda event: None)


@pytest.mark.django_db
def test_the_outbox_holds_no_readable_content(ears):
    class Told(events.Event):
        name: ClassVar[str] = "kernel.told"
        secret: str

    heard = []
    ears(Told, "kernel.hear", lambda e, meta: heard.append(e.secret))
    with transaction.atomic():
        events.publish(Told(secret="林小梅"), aggregate="thing:1", by=BY)
    with connection.cursor() as cursor:
        cursor.execute("SELECT payload FROM kernel_outboxevent")
        assert "林小梅".encode() not in bytes(cursor.fetchone()[0])
    events.dispatch_once()
    assert heard == ["林小梅"]


@pytest.mark.django_db
def test_the_dispatcher_reads_an_index_not_the_table():
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("EXPLAIN SELECT * FROM kernel_outboxevent WHERE NOT routed ORDER BY seq LIMIT 10")
        assert "kernel_outbox_unrouted" in "\n".join(r[0] for r in cursor.fetchall())


@pytest.mark.django_db
def test_a_long_line_behind_a_failure_is_worked_off_to_its_end(ears, monkeypatch):
    monkeypatch.setattr("citybrain.kernel.dispatch.LINE_AT_ONCE", 3)
    heard, broken = [], {"on": True}

    def fussy(event, meta):
        if broken["on"]:
            raise ValueError("not today")
        heard.append(event.n)

    ears(Happened, "kernel.fussy", fussy)
    publish(*range(11))
    events.dispatch_once()
    broken["on"] = False
    with clock.travel(timedelta(minutes=1)):
        for _ in range(5):
            events.dispatch_once()
    assert heard == list(range(11))
    assert Delivery.objects.count() == 0


@pytest.mark.django_db
def test_old_delivered_events_are_forgotten_and_undelivered_ones_stay(ears):
    def never(event, meta):
        if event.n == 2:
            raise ValueError("never")

    ears(Happened, "kernel.never", never)
    publish(1)
    publish(2, aggregate="thing:2")
    events.dispatch_once()
    with clock.travel(timedelta(days=100)):
        assert sweep() == 2
        assert sweep() == 0
    assert [e.payload["n"] for e in OutboxEvent.objects.all()] == [2]
