"""Answers are kept within a request, and between requests only where that is switched on."""

import pytest

from citybrain.kernel import remember


@pytest.fixture
def asked():
    calls: list[str] = []

    @remember.remembered(seconds=60)
    def answer(key: str) -> str:
        calls.append(key)
        return key.upper()

    return answer, calls


def test_outside_of_a_request_nothing_is_kept(asked):
    answer, calls = asked
    assert [answer("a"), answer("a")] == ["A", "A"]
    assert calls == ["a", "a"]


def test_a_request_asks_once_and_the_next_asks_again(asked):
    answer, calls = asked
    for _request in range(2):
        with remember.one_request():
            assert [answer("a"), answer("a"), answer("b")] == ["A", "A", "B"]
    assert calls == ["a", "b", "a", "b"]


def test_a_web_process_keeps_answers_for_their_time(asked):
    answer, calls = asked
    remember.keep_between_requests()
    try:
        for _request in range(3):
            with remember.one_request():
                answer("a")
    finally:
        remember.keep_between_requests(False)
    assert calls == ["a"]
