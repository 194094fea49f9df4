"""What people type is understood when it can be, and refused in plain words when it cannot."""

import pytest

from citybrain.hub.cases.forms import api as forms
from citybrain.hub.cases.forms.tests.factories import make_form
from citybrain.kernel import clock

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def items():
    form = make_form()
    return {
        **form.fields(),
        "code": make_form({"title": "x", "pages": [{"key": "p", "title": "p", "fields": ["code"]}]}).fields()[
            "code"
        ],
    }


@pytest.mark.parametrize(
    ("name", "typed", "kept"),
    [
        ("person_name", "  林小梅 ", "林小梅"),
        ("person_name", "𬇙小石", "𬇙小石"),
        ("id_number", " 11010519491231002x ", "11010519491231002X"),
        ("phone", "+86 138 0593 1234", "13805931234"),
        ("phone", "0593-2822345", "0593-2822345"),
        ("area", "86.50", "86.5"),
        ("area", "１２", "12"),
        ("area", "1,0", "10"),
        ("count", "3", 3),
        ("fee", "0.10", "0.1"),
        ("day", "2026年3月2日", "2026-03-02"),
        ("day", "20260302", "2026-03-02"),
        ("day", "2026/3/2", "2026-03-02"),
        ("agent", "yes", True),
        ("items", ["raw", "hot"], ["hot", "raw"]),
        ("way", "mail", "mail"),
        ("email", "lin@example.cn", "lin@example.cn"),
        ("note", "一\r\n二", "一\n二"),
        ("note", "   ", None),
    ],
)
def test_an_answer_is_understood(items, name, typed, kept):
    with clock.freeze("2026-11-23T09:00"):
        assert forms.read(items[name], typed, name) == (kept, [])


@pytest.mark.parametrize(
    ("name", "typed", "code"),
    [
        ("person_name", "林", "too_short"),
        ("person_name", "林" * 21, "too_long"),
        ("person_name", "a\x00b", "unreadable"),
        ("person_name", "\ud800", "unreadable"),
        ("id_number", "110105194912310021", "check_character"),
        ("id_number", "1101051949123100", "length"),
        ("phone", "12345", "phone"),
        ("area", "八十", "not_number"),
        ("area", "NaN", "not_number"),
        ("area", "1e9", "not_number"),
        ("area", "0", "too_small"),
        ("area", "1001", "too_large"),
        ("area", "1.234", "decimals"),
        ("count", "1.5", "not_integer"),
        ("fee", "0.001", "decimals"),
        ("day", "2026-02-30", "not_date"),
        ("day", "2026-12-01", "not_past"),
        ("agent", "maybe", "not_boolean"),
        ("way", "pigeon", "not_choice"),
        ("items", ["hot", "lukewarm"], "not_choice"),
        ("files", ["../../etc/passwd"], "not_file"),
        ("email", "lin@", "email"),
        ("place", "999999999999", "division_unknown"),
        ("code", "XX", "pattern"),
    ],
)
def test_a_wrong_answer_says_why_in_both_languages(items, name, typed, code):
    with clock.freeze("2026-11-23T09:00"):
        value, problems = forms.read(items[name], typed, name)
    assert value is None
    assert [p.code for p in problems] == [code]
    assert problems[0].path == name
    assert problems[0].message.zh
