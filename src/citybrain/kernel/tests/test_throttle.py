"""Rate limits, kept results, loops."""

import threading

import pytest
from django.db import connection, connections

from citybrain.kernel import idempotency, loops, ratelimit
from citybrain.kernel.errors import TooMany


@pytest.mark.django_db
def test_attempts_beyond_the_limit_are_refused_with_the_time_to_wait():
    for _ in range(5):
        assert ratelimit.allow("login:lin", 5, 600)
    with pytest.raises(TooMany) as refused:
        ratelimit.allow("login:lin", 5, 600)
    assert refused.value.status == 429
    assert 100 <= refused.value.retry_after <= 120
    assert ratelimit.allow("login:chen", 5, 600)
    ratelimit.clear("login:lin")
    assert ratelimit.allow("login:lin", 5, 600)


@pytest.mark.django_db
def test_counters_do_not_tell_whom_they_count():
    ratelimit.allow("login:13812341234", 5, 600)
    with connection.cursor() as cursor:
        cursor.execute("SELECT key FROM kernel_rate")
        assert all("138" not in key or len(key) == 32 for (key,) in cursor.fetchall())
        cursor.execute("SELECT relpersistence FROM pg_class WHERE relname = 'kernel_rate'")
        assert cursor.fetchone()[0] in ("u", b"u")


@pytest.mark.django_db(transaction=True)
def test_parallel_attempts_never_pass_the_limit():
    passed = []

    def attempt():
        for _ in range(10):
            if not ratelimit.refused_for("crowd", 12, 3600):
                passed.append(1)
        connections.close_all()

    crowd = [threading.Thread(target=attempt) for _ in range(4)]
    for one in crowd:
        one.start()
    for one in crowd:
        one.join()
    assert len(passed) == 12


@pytest.mark.django_db
def test_a_repeated_request_gets_the_first_result():
    for _ in range(3):
        with idempotency.once("cases.open", "k1") as first:
            if not first.done:
                first.keep({"case": 1})
        assert first.result == {"case": 1}
    with idempotency.once("cases.open", "k2") as other:
        assert not other.done
    with idempotency.once("cases.act", "k1") as other:
        assert not other.done
    with idempotency.once("cases.act", "") as other:
        assert not other.done


@pytest.mark.django_db
def test_a_failed_first_try_leaves_the_key_free():
    with pytest.raises(ValueError, match="no"), idempotency.once("cases.open", "k3"):
        raise ValueError("no")
    with idempotency.once("cases.open", "k3") as again:
        assert not again.done


@pytest.mark.django_db(transaction=True)
def test_a_simultaneous_repeat_waits_for_the_first():
    inside, results = threading.Event(), []

    def repeat():
        inside.wait(60)
        with idempotency.once("cases.open", "k4") as second:
            results.append((second.done, second.result))
        connections.close_all()

    thread = threading.Thread(target=repeat)
    thread.start()
    with idempotency.once("cases.open", "k4") as first:
        inside.set()
        thread.join(0.3)
        assert thread.is_alive()
        first.keep({"case": 4})
    thread.join(60)
    assert results == [(True, {"case": 4})]


@pytest.mark.django_db(transaction=True)
def test_one_loop_runs_in_one_place_at_a_time():
    seen = []

    def elsewhere():
        seen.append(loops.turn(loop))
        connections.close_all()

    def work():
        thread = threading.Thread(target=elsewhere)
        thread.start()
        thread.join()
        return 1

    loop = loops.Loop("kernel.test_loop", 1, work)
    assert loops.turn(loop) == 1
    assert seen == [None]


@pytest.mark.django_db(transaction=True)
def test_a_failing_turn_is_logged_and_repeated_and_stops_when_told(caplog):
    turns, stop = [], threading.Event()

    def work():
        turns.append(1)
        if len(turns) == 1:
            raise ValueError("once")
        stop.set()

    loops.every(seconds=0.01, name="kernel.test_failing")(work)
    try:
        threads = loops.run(stop, only=["kernel.test_failing"])
        for thread in threads:
            thread.join(60)
    finally:
        loops._loops.pop("kernel.test_failing")
    assert len(turns) == 2
    assert "kernel.test_failing" in caplog.text
