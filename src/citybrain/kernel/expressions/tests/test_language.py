"""The expression language: what it means, what it refuses, how it explains itself."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from citybrain.kernel import clock
from citybrain.kernel.expressions import ExpressionError, compile

NAMES = {
    "a": "number", "b": "number", "s": "string", "t": "string", "d": "date", "at": "datetime", "yes": "boolean",
    "tags": "list<string>", "amounts": "list<number>", "form": "record", "applicant.age": "number",
    "people": "list<record>",
}  # fmt: skip


def value(text, **env):
    return compile(text, NAMES).evaluate(env)


@pytest.mark.parametrize(("text", "env", "expected"), [
    ("1 + 2 * 3", {}, Decimal(7)),
    ("(1 + 2) * 3 - -1", {}, Decimal(10)),
    ("10 / 4", {}, Decimal("2.5")),
    ("1 / 3", {}, Decimal("0.3333333333")),
    ("a / 0", {"a": 1}, None),
    ("0.1 + 0.2 = 0.3", {}, True),
    ("a > 1 and s = 'x'", {"a": 2, "s": "x"}, True),
    ("s in ['x', 'y']", {"s": "y"}, True),
    ("s not in ['x', 'y']", {"s": "z"}, True),
    ("a between 1 and 3", {"a": 3}, True),
    ("a not between 1 and 3", {"a": 4}, True),
    ("if yes then 'p' else 'q'", {"yes": False}, "q"),
    ("if yes then 'p' else 'q'", {}, "q"),
    ("s + '-' + t", {"s": "宁", "t": "德"}, "宁-德"),
    ("count(tags)", {"tags": ["x", "y"]}, Decimal(2)),
    ("sum(amounts)", {"amounts": [1, 2.5, None]}, Decimal("3.5")),
    ("min(amounts)", {"amounts": []}, None),
    ("max(a, 3)", {"a": 1}, Decimal(3)),
    ("some x in tags satisfies starts_with(x, '食')", {"tags": ["药品", "食品"]}, True),
    ("every x in tags satisfies length(x) = 2", {"tags": ["药品", "食品"]}, True),
    ("every x in tags satisfies length(x) = 2", {"tags": []}, True),
    ("some p in people satisfies p.age >= 18", {"people": [{"age": 3}, {"age": 40}]}, True),
    ("contains(tags, '食品')", {"tags": ["食品"]}, True),
    ("contains(s, '食')", {"s": "食品"}, True),
    ("ends_with(s, '品')", {"s": "食品"}, True),
    ("date('2026-03-02') < d", {"d": "2026-03-03"}, True),
    ("days_between(d, date('2026-03-02'))", {"d": date(2026, 2, 28)}, Decimal(2)),
    ("add_days(d, 2) = date('2026-03-02')", {"d": "2026-02-28"}, True),
    ("age(d, date('2026-02-28'))", {"d": "2008-02-29"}, Decimal(17)),
    ("age(d, date('2026-03-01'))", {"d": "2008-02-29"}, Decimal(18)),
    ("year(d) * 100 + month(d)", {"d": "2026-03-02"}, Decimal(202603)),
    ("round(a, 1)", {"a": "2.25"}, Decimal("2.3")),
    ("abs(a)", {"a": -2}, Decimal(2)),
    ("applicant.age >= 18", {"applicant": {"age": "20"}}, True),
    ("applicant.age >= 18", {"applicant.age": 17}, False),
    ("form.premises.area > 100", {"form": {"premises": {"area": 120}}}, True),
    ("coalesce(a, b, 0)", {"b": 4}, Decimal(4)),
    ("exists(a)", {}, False),
    ("empty(s)", {"s": ""}, True),
    ("empty(tags)", {"tags": []}, True),
])  # fmt: skip
def test_meaning(text, env, expected):
    assert value(text, **env) == expected


@pytest.mark.parametrize(("text", "env", "expected"), [
    ("a > 1", {}, None),
    ("a > 1 and false", {}, False),
    ("a > 1 or true", {}, True),
    ("a > 1 and true", {}, None),
    ("not (a > 1)", {}, None),
    ("a = null", {}, True),
    ("a != null", {"a": 1}, True),
    ("a = b", {}, None),
    ("a in [1, null]", {"a": 1}, True),
    ("a in [2, null]", {"a": 1}, None),
    ("a in []", {}, False),
    ("a + 1", {}, None),
    ("contains(tags, 'x')", {}, None),
    ("count(tags)", {}, None),
])  # fmt: skip
def test_unknown_stays_unknown(text, env, expected):
    assert value(text, **env) is expected


def test_a_condition_holds_only_when_surely_true():
    condition = compile("a > 1", NAMES, result="boolean")
    assert condition.holds({"a": 2})
    assert not condition.holds({})


def test_times_are_compared_with_dates_by_the_citys_day():
    late = datetime(2026, 3, 1, 17, 0, tzinfo=UTC)  # 01:00 on 2 March in Ningde
    assert value("at = date('2026-03-02')", at=late) is True


def test_today_is_the_clocks_today():
    with clock.freeze("2026-03-02T00:30"):
        assert value("today() = date('2026-03-02')") is True
        assert value("age(d)", d="2008-03-02") == 18


@pytest.mark.parametrize(("text", "code"), [
    ("a.__class__", "syntax"), ("().x", "syntax"), ("__import__('os')", "syntax"), ("s.upper()", "syntax"),
    ("exec('1')", "name"), ("eval('1')", "name"), ("open('/etc/passwd')", "name"), ("lambda: 1", "syntax"),
    ("a if b else 1", "syntax"), ("[x for x in tags]", "syntax"), ("a ** 9", "syntax"), ("1e999999", "syntax"),
    ("9" * 31, "limit"), ("a; b", "syntax"), ("a := 1", "syntax"), ("`a`", "syntax"), ("{a}", "syntax"),
    ("s % 'x'", "syntax"), ("a @ b", "syntax"), ("'open", "syntax"), ("a +", "syntax"), ("", "syntax"),
    ("(" * 40 + "1" + ")" * 40, "limit"), ("not " * 40 + "yes", "limit"), ("-" * 40 + "1", "limit"),
    ("1 + " * 600 + "1", "limit"), ("s.x", "name"), ("unknown", "name"), ("applicant.agee", "name"),
    ("a > 'x'", "type"), ("a and yes", "type"), ("not a", "type"), ("a + s", "type"), ("s - s", "type"),
    ("a < null", "type"), ("count(a)", "type"), ("sum(tags)", "type"), ("age(s)", "type"), ("today(1)", "type"),
    ("if a then 1 else 2", "type"), ("if yes then 1 else 'x'", "type"), ("[1, 'x']", "type"), ("a in 5", "type"),
    ("some x in a satisfies x", "type"), ("tags = tags", "type"), ("a between 'x' and 3", "type"), ("null in [1]", "type"),
])  # fmt: skip
def test_what_is_outside_the_language_is_refused_with_a_place(text, code):
    with pytest.raises(ExpressionError) as refused:
        compile(text, NAMES)
    error = refused.value
    assert error.code == code
    assert error.zh
    assert error.en
    assert error.line >= 1 or code == "limit"


def test_errors_name_line_and_column_and_the_nearest_name():
    with pytest.raises(ExpressionError) as refused:
        compile("a > 1\n  and applicant.agee > 2", NAMES)
    assert (refused.value.line, refused.value.col) == (2, 7)
    assert "applicant.agee" in refused.value.en
    assert "“age”" in refused.value.en


def test_the_result_type_can_be_demanded():
    with pytest.raises(ExpressionError, match="boolean"):
        compile("a + 1", NAMES, result="boolean")


@pytest.mark.parametrize("env", [
    {"a": object()}, {"a": lambda: 1}, {"a": "not a number"}, {"a": float("nan")}, {"a": float("inf")}, {"a": 10**400},
    {"a": b"1"}, {"a": {"x": 1}}, {"a": [1]}, {"a": Decimal("sNaN")},
])  # fmt: skip
def test_values_that_are_no_values_are_refused(env):
    with pytest.raises(ExpressionError):
        value("a > 1", **env)


def test_python_attributes_are_never_reached():
    class Trap:
        secret = "never"

        def __getattr__(self, name):
            raise AssertionError("an attribute was read")

    with pytest.raises(ExpressionError):
        value("form.secret = 'never'", form=Trap())


def test_growth_is_bounded():
    many = " * ".join(["a"] * 40)
    with pytest.raises(ExpressionError):
        value(many, a=10**20)
    doubling = "(" + " + ".join(["s"] * 20) + ")"
    with pytest.raises(ExpressionError):
        value(doubling, s="x" * 900)


def test_work_is_bounded():
    nested = (
        "some x in amounts satisfies some y in amounts satisfies some z in amounts satisfies x + y + z < 0"
    )
    with pytest.raises(ExpressionError) as refused:
        value(nested, amounts=list(range(200)))
    assert refused.value.code == "limit"
    with pytest.raises(ExpressionError):
        value("count(tags) > 0", tags=["x"] * 100_000)


def test_names_used_are_known():
    assert compile("a > 1 and applicant.age > b", NAMES).used == {"a", "applicant.age", "b"}
