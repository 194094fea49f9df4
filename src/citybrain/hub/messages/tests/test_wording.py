"""Placeholders: filled, dated, cut, never expanded twice."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from citybrain.hub.messages.domain.retries import given_up, pause_after
from citybrain.hub.messages.domain.wording import fill, placeholders, stray_braces


@pytest.mark.parametrize(("text", "value", "zh", "en"), [
    ("{x}", "甲", "甲", "甲"),
    ("{x}", {"zh": "甲", "en": "A"}, "甲", "A"),
    ("{x:date}", "2026-11-23T18:00:00+00:00", "2026年11月24日", "24 November 2026"),
    ("{x:datetime}", datetime(2026, 11, 23, 1, 30, tzinfo=UTC), "2026年11月23日 09:30", "23 November 2026 09:30"),
    ("{x}", date(2026, 1, 2), "2026年1月2日", "2 January 2026"),
    ("{x:date}", "", "规定期限", "the prescribed time limit"),
    ("{x:date}", "soon", "soon", "soon"),
    ("{x}", None, "—", "—"),
    ("{x}", ["身份证", {"key": "k", "name": {"zh": "照片", "en": "photo"}}], "身份证；照片", "身份证; photo"),
    ("{x}", [], "—", "—"),
    ("{x}", "a\x00b\x1b[31m", "ab[31m", "ab[31m"),
    ("{x}{y}", "{y}", "{y}—", "{y}—"),
    ("{x.__class__} {X} {{x}}", "甲", "{x.__class__} {X} {甲}", "{x.__class__} {X} {甲}"),
])  # fmt: skip
def test_values_read_as_people_write_them(text, value, zh, en):
    assert fill(text, {"x": value}, "zh") == zh
    assert fill(text, {"x": value}, "en") == en


def test_long_values_are_cut():
    assert fill("{x}", {"x": "长" * 100}, "zh", longest=10) == "长" * 9 + "…"


def test_declared_and_stray_braces_are_told_apart():
    assert placeholders("{a} {b:date} {c.d}") == {"a", "b"}
    assert stray_braces("{c.d}")
    assert not stray_braces("{a} {b:date}")


@given(st.text(), st.dictionaries(st.sampled_from("abc"), st.text() | st.integers() | st.none()))
def test_any_text_and_any_value_give_a_message(text, context):
    assert isinstance(fill(text + "{a}{b:date}", context, "zh"), str)


def test_retries_slow_down_and_end():
    assert pause_after(1) < pause_after(3) < pause_after(9)
    assert pause_after(50).total_seconds() == 7200
    assert not given_up(9)
    assert given_up(10)
