"""The SQL of an expression means the same as its evaluation, and carries nothing of the author's text."""

import contextlib
from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from citybrain.kernel import clock
from citybrain.kernel.expressions import Column, ExpressionError, compile

NAMES = {
    "a": "number", "b": "number", "s": "string", "t": "string", "d": "date", "e": "date", "at": "datetime",
    "yes": "boolean", "no": "boolean", "tags": "list<string>",
}  # fmt: skip
CASTS = {"number": "numeric", "string": "text", "date": "date", "datetime": "timestamptz", "boolean": "boolean",
         "list<string>": "text[]"}  # fmt: skip
COLUMNS = {name: Column(f'r."{name}"', kind) for name, kind in NAMES.items()}
ROW = ", ".join(f'%s::{CASTS[kind]} AS "{name}"' for name, kind in NAMES.items())
ZONE = ZoneInfo("Asia/Shanghai")

numbers = st.decimals(-1000, 1000, places=3) | st.integers(-5, 5).map(Decimal)
strings = st.text(st.sampled_from("ab%_'\\\"食品 é"), max_size=5)
dates = st.dates(date(1990, 1, 1), date(2035, 12, 31))
times = st.datetimes(datetime(2000, 1, 1), datetime(2035, 1, 1)).map(
    lambda t: t.replace(tzinfo=ZONE, microsecond=0)
)
VALUES = {"number": numbers, "string": strings, "date": dates, "datetime": times, "boolean": st.booleans(),
          "list<string>": st.lists(strings | st.none(), max_size=3)}  # fmt: skip
rows = st.fixed_dictionaries({name: st.none() | VALUES[kind] for name, kind in NAMES.items()})


def quoted(text):
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def number_texts(inner):
    pairs = st.tuples(inner, st.sampled_from("+-*/"), inner).map(lambda p: f"({p[0]} {p[1]} {p[2]})")
    calls = st.tuples(st.sampled_from(["min", "max", "coalesce"]), inner, inner).map(
        lambda p: f"{p[0]}({p[1]}, {p[2]})"
    )
    return (
        pairs
        | calls
        | inner.map(lambda x: f"abs({x})")
        | inner.map(lambda x: f"round({x}, 2)")
        | inner.map(lambda x: f"(-{x})")
    )


NUMBER = st.recursive(
    st.sampled_from(["a", "b", "length(s)", "year(d)", "month(at)", "age(d)", "age(d, e)", "days_between(d, at)", "count(tags)"])
    | st.decimals(0, 100, places=2).map(lambda n: format(n, "f")),
    number_texts, max_leaves=4,
)  # fmt: skip
STRING = st.sampled_from(["s", "t", "(s + t)", "coalesce(s, t)", "max(s, t)"]) | strings.map(quoted)
DATE = st.sampled_from(["d", "e", "at", "date(at)", "today()", "add_days(d, 3)"]) | dates.map(
    lambda d: f"date('{d}')"
)
COMPARE = st.sampled_from(["=", "!=", "<", "<=", ">", ">="])


def of(kind):
    return {"n": NUMBER, "s": STRING, "d": DATE}[kind]


comparisons = st.sampled_from("nsd").flatmap(lambda k: st.tuples(of(k), COMPARE, of(k))).map(" ".join)
members = st.sampled_from("nsd").flatmap(
    lambda k: st.tuples(of(k), st.sampled_from(["in", "not in"]), st.lists(of(k) | st.just("null"), min_size=1, max_size=3))
).filter(lambda p: set(p[2]) != {"null"}).map(lambda p: f"{p[0]} {p[1]} [{', '.join(p[2])}]")  # fmt: skip
ranges = (
    st.sampled_from("nsd")
    .flatmap(lambda k: st.tuples(of(k), of(k), of(k)))
    .map(lambda p: f"{p[0]} between {p[1]} and {p[2]}")
)
tests = st.sampled_from(["a = null", "s != null", "exists(d)", "empty(s)", "empty(tags)", "yes", "no", "s in tags", "true",
                         "contains(tags, t)", "a in []"])  # fmt: skip
words = st.tuples(st.sampled_from(["starts_with", "ends_with", "contains"]), STRING, STRING).map(
    lambda p: f"{p[0]}({p[1]}, {p[2]})"
)
CONDITION = st.recursive(
    comparisons | members | ranges | tests | words,
    lambda inner: st.tuples(inner, st.sampled_from(["and", "or"]), inner).map(lambda p: f"(({p[0]}) {p[1]} ({p[2]}))")
    | inner.map(lambda x: f"not ({x})")
    | st.tuples(inner, inner, inner).map(lambda p: f"(if {p[0]} then {p[1]} else {p[2]})"),
    max_leaves=5,
)  # fmt: skip


def refused(text):
    """The refusal of a text, or None when it compiles."""
    try:
        compile(text, NAMES)
    except ExpressionError as error:
        return error
    return None


def by_sql(expression, row):
    sql, params = expression.to_sql(COLUMNS)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"SELECT {sql} FROM (SELECT {ROW}) AS r", [*params, *(row[name] for name in NAMES)])
        return cursor.fetchone()[0]


@pytest.mark.django_db
@given(text=CONDITION, row=rows)
@settings(
    max_examples=400,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
def test_sql_and_evaluation_agree(text, row):
    with clock.freeze("2026-03-02T09:00"):
        refusal = refused(text)
        if refusal is not None:
            assert refusal.code in ("limit", "type"), (text, refusal)  # e.g. a list of dates and times
            return
        expression = compile(text, NAMES, result="boolean")
        assert by_sql(expression, row) == expression.evaluate(row), (text, row)


@pytest.mark.django_db
@given(text=NUMBER, row=rows)
@settings(
    max_examples=200,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
def test_numbers_agree(text, row):
    with clock.freeze("2026-03-02T09:00"):
        expression = compile(text, NAMES)
        assert by_sql(expression, row) == expression.evaluate(row), (text, row)


ANYTHING = st.text(max_size=60) | st.text(
    st.sampled_from("ab.()[]'\"+-*/=<> 019,_{}\\\n食ifthenelsandor"), max_size=60
)


@given(text=ANYTHING)
@settings(max_examples=500, deadline=None)
def test_any_text_compiles_or_is_refused(text):
    refusal = refused(text)
    assert refusal is None or (refusal.zh and refusal.en)


WILD = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary() | st.dates() | st.datetimes() | st.decimals(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3), max_leaves=5,
)  # fmt: skip


@given(text=CONDITION, env=st.dictionaries(st.sampled_from(sorted(NAMES)), WILD))
@settings(max_examples=300, deadline=None)
def test_evaluation_raises_only_its_own_error(text, env):
    with contextlib.suppress(ExpressionError):
        assert compile(text, NAMES).evaluate(env) in (True, False, None)


def test_the_authors_text_never_reaches_the_sql():
    sql, params = compile("s = '\\'; drop table x; --' and t = '100%'", NAMES).to_sql(COLUMNS)
    assert "drop" not in sql
    assert params == ["'; drop table x; --", "100%"]


def test_percent_signs_of_a_column_survive():
    sql, _params = compile("s = 'x'", NAMES).to_sql({"s": Column("r.data->>'50%'", "string")})
    assert "50%%" in sql


@pytest.mark.parametrize("text", ["some x in tags satisfies x = 'a'", "s = 'x' and t = 'y'", "a > 1"])
def test_what_sql_cannot_say_or_has_no_column_is_refused(text):
    columns = {"tags": COLUMNS["tags"], "s": COLUMNS["s"], "a": Column("r.a", "string")}
    with pytest.raises(ExpressionError) as refused:
        compile(text, NAMES).to_sql(columns)
    assert refused.value.code == "sql"


def test_a_year_of_days_is_right():
    start = date(2023, 12, 31)
    for n in range(0, 800, 37):
        later = start + timedelta(days=n)
        assert compile("days_between(d, e)", NAMES).evaluate({"d": start, "e": later}) == n
