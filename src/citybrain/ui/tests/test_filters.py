"""Filters print dates, numbers and masked values as people of the city read them."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from citybrain.ui import filters


@pytest.mark.parametrize(("language", "day", "moment"), [
    ("zh-hans", "2026年11月23日", "2026年11月24日 00:05"),
    ("en", "23 Nov 2026", "24 Nov 2026 00:05"),
])  # fmt: skip
def test_dates_follow_the_language_and_the_citys_clock(language, day, moment):
    with translation.override(language):
        assert filters.date_cn(date(2026, 11, 23)) == day
        assert filters.date_cn("2026-11-23") == day
        assert filters.dt_cn(datetime(2026, 11, 23, 16, 5, tzinfo=UTC)) == moment
        assert filters.dt_cn("2026-11-23T16:05:00+00:00") == moment


def test_what_is_no_date_is_left_alone():
    assert filters.date_cn(None) == ""
    assert filters.date_cn("soon") == "soon"
    assert filters.dt_cn("whenever it rains") == "whenever it rains"


@pytest.mark.parametrize(("value", "shown"), [
    (None, "—"), ("", "—"), (0, "0"), (1234567, "1,234,567"), (Decimal("12.50"), "12.5"), ("95", "95"), (Decimal("1E+3"), "1,000"),
])  # fmt: skip
def test_numbers_have_separators_and_no_needless_zeros(value, shown):
    assert filters.number(value) == shown


def test_money_and_sizes():
    assert filters.money(Decimal("1234.5")) == "¥1,234.50"
    assert filters.money(None) == "—"
    assert filters.filesize(1468006) == "1.4 MB"
    assert filters.filesize(0) == "0 B"


def test_mask_hides_by_kind_and_an_unknown_kind_hides_all():
    assert filters.mask("13812341234", "phone") == "138****1234"
    assert set(filters.mask("secret", "nonsense")) == {"*"}


@given(st.text(max_size=40))
def test_a_field_id_is_always_a_safe_fragment(path):
    made = filters.field_id(path)
    assert made.startswith("f-")
    assert all(ch.isascii() and (ch.isalnum() or ch in "-_") for ch in made)


@given(st.integers(1, 500), st.integers(1, 500))
def test_the_page_window_shows_first_last_and_current_in_order(current, pages):
    current = min(current, pages)
    shown = list(filters.page_window(current, pages))
    numbers = [n for n in shown if n is not None]
    assert numbers == sorted(set(numbers))
    assert {1, current, pages} <= set(numbers)
    assert len(shown) <= 9


def test_a_query_keeps_its_other_parameters():
    assert filters.with_query("/x?a=1&page=2", "page", 3) == "/x?a=1&page=3"
    assert filters.with_query("?", "after", "中") == "?after=%E4%B8%AD"


@pytest.mark.parametrize(("text", "zh", "en"), [
    ("no such table / 没有这个表", "没有这个表", "no such table"), ("及 / 或", "及 / 或", "及 / 或"),
    ("1 / 2", "1 / 2", "1 / 2"), (None, "", ""),
    ("no column 统一社会信用代码 / 缺少列“统一社会信用代码”", "缺少列“统一社会信用代码”", "no column 统一社会信用代码"),
])  # fmt: skip
def test_a_sentence_in_both_languages_shows_the_readers_side(text, zh, en):
    with translation.override("zh-hans"):
        assert filters.one_language(text) == zh
    with translation.override("en"):
        assert filters.one_language(text) == en
