"""kill -9 in the middle of dispatching and sealing: nothing lost, nothing done twice, order kept, chain intact."""

import multiprocessing
import os
import random
import signal
import time
from typing import ClassVar

import pytest
from django.db import connections, transaction

from citybrain.kernel import audit, clock, events
from citybrain.kernel.actor import Actor
from citybrain.kernel.models import KeptResult
from citybrain.kernel.tests.forked import forget_connections

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.faults]
BY = Actor.system("test")
MANY, LINES = 300, 7


class Counted(events.Event):
    name: ClassVar[str] = "kernel.counted"
    n: int


def note(event, meta):
    """An effect that would show if it happened twice (primary key) and in which order (time)."""
    time.sleep(random.uniform(0, 0.001))
    KeptResult.objects.create(key=f"{event.n:05}", result={"line": meta.aggregate}, at=clock.now())
    audit.record("kernel.count", by=BY, obj=f"n:{event.n}")


def work():
    forget_connections()
    while True:
        events.dispatch_once(20)
        audit.seal(15)


@pytest.fixture(autouse=True)
def listener(settings, tmp_path):
    settings.DATA_DIR = tmp_path
    events.subscriber(Counted, name="kernel.note")(note)
    yield
    events.forget_subscriber("kernel.note")


def test_dispatchers_killed_again_and_again_do_everything_once_and_in_order():
    for n in range(MANY):
        with transaction.atomic():
            events.publish(Counted(n=n), aggregate=f"line:{n % LINES}", by=BY)
    connections.close_all()
    fork = multiprocessing.get_context("fork")
    for _ in range(8):
        worker = fork.Process(target=work, daemon=True)
        worker.start()
        time.sleep(random.uniform(0.02, 0.08))
        os.kill(worker.pid, signal.SIGKILL)
        worker.join()
    until = time.monotonic() + 120
    while KeptResult.objects.count() < MANY and time.monotonic() < until:
        events.dispatch_once()  # 0 while the server still ends a killed worker's transaction
    while audit.seal():
        pass
    done = list(KeptResult.objects.order_by("at").values_list("key", "result__line"))
    assert len(done) == MANY
    for line in range(LINES):
        keys = [key for key, of in done if of == f"line:{line}"]
        assert keys == sorted(keys)
    verdict = audit.verify()
    assert verdict.ok, verdict
    assert verdict.sealed == MANY
