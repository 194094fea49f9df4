"""More requests than the process can work on are told to come back."""

import threading

from citybrain.project.shedding import Shedding


def call(app, path="/", accept="text/html"):
    seen = {}

    def start(status, headers):
        seen.update(status=status, headers=dict(headers))

    body = b"".join(app({"PATH_INFO": path, "HTTP_ACCEPT": accept}, start))
    return seen["status"], seen["headers"], body


class Slow:
    """An application that answers only when told to."""

    def __init__(self):
        self.go, self.inside = threading.Event(), threading.Semaphore(0)

    def __call__(self, environ, start):
        self.inside.release()
        self.go.wait(60)
        start("200 OK", [])
        return [b"done"]


def busy(app, slow, count):
    answers = []
    threads = [threading.Thread(target=lambda: answers.append(call(app)[0])) for _ in range(count)]
    for thread in threads:
        thread.start()
    slow.inside.acquire(timeout=60)
    return threads, answers


def test_surplus_is_refused_with_retry_after_and_the_rest_is_served():
    slow = Slow()
    app = Shedding(slow, working=1, waiting=0, seconds=5, retry_after=3)
    threads, answers = busy(app, slow, 1)
    status, headers, body = call(app)
    assert status.startswith("503")
    assert headers["Retry-After"] == "3"
    assert "系统繁忙".encode() in body
    slow.go.set()
    [thread.join(60) for thread in threads]
    assert answers == ["200 OK"]
    assert call(app)[0] == "200 OK"


def test_waiting_ends_after_the_allowed_time():
    slow = Slow()
    app = Shedding(slow, working=1, waiting=1, seconds=0.05)
    threads, _answers = busy(app, slow, 1)
    assert call(app)[0].startswith("503")
    slow.go.set()
    [thread.join(60) for thread in threads]


def test_a_program_gets_json_and_health_is_always_answered():
    slow = Slow()
    app = Shedding(slow, working=1, waiting=0, seconds=5)
    threads, _answers = busy(app, slow, 1)
    _status, headers, body = call(app, accept="application/json")
    assert headers["Content-Type"] == "application/json"
    assert b"unavailable" in body
    slow.go.set()
    assert call(app, path="/healthz")[0] == "200 OK"
    [thread.join(60) for thread in threads]


def test_a_failing_application_gives_its_place_back():
    def broken(environ, start):
        raise ValueError

    app = Shedding(broken, working=1, waiting=0, seconds=0.05)
    for _ in range(3):
        try:
            call(app)
        except ValueError:
            continue
        raise AssertionError("the failure was swallowed")
