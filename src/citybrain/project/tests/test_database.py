"""Connections: not asked without a reason whether they live, replaced when they do not."""

import time
from datetime import UTC, datetime

import pytest
from django.db import connection, connections

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def own():
    """A connection of the test's own, as a web process keeps it between requests."""
    made = connections.create_connection("default")
    made.connect()
    yield made
    made.close()


def a_request(own):
    own.close_if_unusable_or_obsolete()
    with own.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        pid = cursor.fetchone()[0]
    own.close_if_unusable_or_obsolete()
    return pid


def asked(own, monkeypatch):
    times = []
    whole = type(own).is_usable
    monkeypatch.setattr(own, "is_usable", lambda: times.append(1) or whole(own))
    return times


def test_a_connection_just_used_is_not_asked(own, monkeypatch):
    times = asked(own, monkeypatch)
    assert a_request(own) == a_request(own) == a_request(own)
    assert times == []


def test_a_connection_idle_for_long_is_asked(own, monkeypatch):
    times = asked(own, monkeypatch)
    a_request(own)
    own.used_at -= 60
    a_request(own)
    assert times == [1]


def test_a_connection_that_was_killed_is_replaced_at_once(own):
    pid = a_request(own)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s)", [pid])
    for _ in range(3000):  # the end is sent a moment after the call returns
        if not own.is_silent():
            break
        time.sleep(0.02)
    assert a_request(own) != pid


def test_statements_asked_again_are_prepared(own):
    with own.cursor() as cursor:
        for n in range(5):
            cursor.execute("SELECT %s::int + 41", [n])
        cursor.execute("SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE '%% + 41'", [])
        assert cursor.fetchone()[0] == 1


@pytest.mark.parametrize(
    "text", ["2026-11-30 22:46:11.5+00", "0044-03-15 12:00:00+00", "9999-01-01 00:00:00+00", "1969-12-31 23:59:59.999999+00"]
)  # fmt: skip
def test_instants_come_as_aware_utc(text):
    with connection.cursor() as cursor:
        cursor.execute("SELECT %s::timestamptz, NULL::timestamptz, ARRAY[%s::timestamptz]", [text, text])
        at, nothing, several = cursor.fetchone()
    assert at.tzinfo is UTC
    assert at == datetime.fromisoformat(text)
    assert nothing is None
    assert several == [at]
