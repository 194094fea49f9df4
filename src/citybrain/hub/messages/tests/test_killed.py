"""kill -9 in the middle of delivering: every message goes out once."""

import json
import multiprocessing
import os
import random
import signal
import time
from datetime import timedelta
from uuid import UUID

import pytest
from django.db import connections
from django.utils.module_loading import import_string

from citybrain.hub.messages import api as messages
from citybrain.hub.messages.gateways import DEFAULTS
from citybrain.hub.messages.models import Delivery
from citybrain.hub.messages.tests.factories import SYSTEM, notice
from citybrain.kernel import clock
from citybrain.kernel.tests.forked import forget_connections

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.faults]
MANY = 60


def files(folder):
    """The adapter of the demonstration, found the way settings find it."""
    return import_string(DEFAULTS["sms"])(folder)


def slow_files(folder):
    """The same, leaving time to be killed before, while and after writing."""
    gateway = files(folder)
    send = gateway.send

    def slowly(**line):
        time.sleep(random.uniform(0, 0.004))
        sent = send(**line)
        time.sleep(random.uniform(0, 0.004))
        return sent

    gateway.send = slowly
    return gateway


def work(folder):
    forget_connections()
    messages.use_gateway("sms", slow_files(folder))
    with clock.travel(timedelta(minutes=random.choice([0, 3]))):  # now and then after the claims ran out
        while True:
            messages.deliver_due(10)


def test_workers_killed_again_and_again_send_each_message_once(tmp_path):
    notice(channels=["inbox", "sms"])
    for n in range(MANY):
        messages.send(
            template="acceptance", to=messages.Recipient(person_id=UUID(int=n + 1), phone="13812341234"),
            context={}, key=f"k{n}", by=SYSTEM,
        )  # fmt: skip
    connections.close_all()  # a child must not inherit our connection
    fork = multiprocessing.get_context("fork")
    for _ in range(10):
        worker = fork.Process(target=work, args=(tmp_path,), daemon=True)
        worker.start()
        time.sleep(random.uniform(0.03, 0.09))
        os.kill(worker.pid, signal.SIGKILL)
        worker.join()
    messages.use_gateway("sms", files(tmp_path))
    try:
        for minutes in (6, 12, 18):
            with clock.travel(timedelta(minutes=minutes)):
                while messages.deliver_due():
                    pass
    finally:
        messages.use_gateway("sms", None)
    keys = [json.loads(line)["key"] for line in (tmp_path / "sms.jsonl").read_text().splitlines()]
    assert len(keys) == len(set(keys)) == MANY
    assert set(Delivery.objects.values_list("state", flat=True)) == {"receipted"}
