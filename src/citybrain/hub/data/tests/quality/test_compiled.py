"""For any table: passed + failed = judged, and the compiled scan says what plain Python says row by row."""

from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import uuid4

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from citybrain.hub.data.domain import check_digits
from citybrain.hub.data.lake import engine, writing
from citybrain.hub.data.quality.domain import statements
from citybrain.hub.data.quality.domain.rule import Rule, Surroundings, faults
from citybrain.hub.data.quality.queries import evaluate
from citybrain.hub.data.tests import factories
from citybrain.hub.data.tests.quality import naive
from citybrain.hub.identity.domain.identifiers import citizen_check_character, uscc_check_character
from citybrain.kernel.text import Text

ITEMS = [("code", "text", {}), ("name", "text", {}), ("amount", "number", {}), ("count", "integer", {})]
THEIRS = [("code", "text", {}), ("name", "text", {})]
# An empty table is replaced by nothing: the library remarks on it.
pytestmark = pytest.mark.filterwarnings("ignore:Delete operation did not match")
AT = datetime(2026, 11, 30, tzinfo=UTC)


def rule(kind: str, *items: str, **params) -> Rule:
    return Rule("gaj.thing", f"{kind}_{len(items)}", kind, items, params, title=Text(zh=kind))


RULES = [
    rule("required", "code"),
    rule("required", "code", "name", "amount"),
    rule("pattern", "code", pattern="[A-C]{1,3}|1+"),
    rule("format", "code", format="date"),
    rule("length", "name", least=2, most=4),
    rule("code", "code", codes=["A", "AB", "1", "20260230"]),
    rule("range", "amount", least="-1", most="5.5"),
    rule("condition", condition="amount > 3"),
    rule("unique", "code"),
    rule("unique", "code", "name"),
    rule("relation", "code", resource="mzj.thing", item="code"),
    rule("same_value", "name", resource="mzj.thing", item="name", key="code", other_key="code"),
]
TEXTS = st.one_of(
    st.none(),
    st.sampled_from(["", "  ", "A", "AB", "ABC", "1", "111", "20260228", "2026-02-30", "20260230", "𬇙é"]),
    st.text(max_size=6).filter(lambda t: "\0" not in t),
)
ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "code": TEXTS,
            "name": TEXTS,
            "amount": st.one_of(st.none(), st.decimals(-10, 10, places=2)),
            "count": st.one_of(st.none(), st.integers(-5, 5)),
        }
    ),
    max_size=25,
)
OTHERS = st.lists(st.fixed_dictionaries({"code": TEXTS, "name": TEXTS}), max_size=8)
TYPES = {"code": pa.string(), "name": pa.string(), "amount": pa.decimal128(18, 6), "count": pa.int64()}


@pytest.fixture
def things(lake):
    ours = factories.lake_resource("gaj.thing", ITEMS, key_item="code", time_item="", organisation_item="", division_item="")  # fmt: skip
    theirs = factories.lake_resource("mzj.thing", THEIRS, key_item="code", time_item="", organisation_item="", division_item="")  # fmt: skip
    return Surroundings(ours.record(), {"mzj.thing": theirs.record()})


def put(name: str, rows: list[dict], columns: list[str]) -> None:
    table = pa.table({c: pa.array([row[c] for row in rows], TYPES[c]) for c in columns})
    writing.replace(name, table, batch=uuid4(), at=AT)


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(rows=ROWS, others=OTHERS)
def test_the_compiled_scan_says_what_a_row_by_row_look_says(things, rows, others):
    put("gaj.thing", rows, ["code", "name", "amount", "count"])
    put("mzj.thing", others, ["code", "name"])
    found = statements.tests(RULES, things, naive.TODAY)
    scanned = evaluate.one_pass("gaj.thing", found, as_of=None)
    assert scanned.rows == len(rows)
    assert not scanned.broken
    for one in RULES:
        judged, failed = scanned.counts[one.key]
        assert 0 <= failed <= judged <= len(rows)
        assert (judged, failed) == naive.counts(one, rows, others), one
        if one.reads == "own":
            assert evaluate.own_pass(one, found[one.key], things, as_of=None).counts[one.key] == (
                judged,
                failed,
            )
        sample = evaluate.sampled(one, found[one.key], ["code", "name"], as_of=None)
        assert len(sample) == failed


def test_the_rules_of_the_property_are_sound(things):
    assert not [found for one in RULES for found in faults(one, things)]


NUMBERS = st.one_of(
    st.text("0123456789XxOI ", min_size=16, max_size=19),
    st.builds(lambda d, n: f"350902{d:%Y%m%d}{n:03d}", st.dates(date(1000, 1, 1)), st.integers(0, 999)).map(
        lambda s: s + citizen_check_character(s)
    ),
    st.builds(
        lambda d, n, c: f"350902{d:08d}{n:03d}{c}",
        st.integers(0, 99999999),
        st.integers(0, 999),
        st.sampled_from("0123456789X"),
    ),
)
CODES = st.one_of(
    st.text("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=17, max_size=19),
    st.text("0123456789ABCDEFGHJKLMNPQRTUWXY", min_size=17, max_size=17).map(
        lambda s: s + uscc_check_character(s)
    ),
    st.builds(
        lambda o: with_organisation_check("91350902", o),
        st.text("0123456789ABCDEFGH", min_size=8, max_size=8),
    ),
    st.text(max_size=20).filter(lambda t: "\0" not in t),
)


def with_organisation_check(head: str, organisation: str) -> str:
    from citybrain.hub.identity.domain.identifiers import organisation_check_character

    s17 = head + organisation + organisation_check_character(organisation)
    return s17 + uscc_check_character(s17)


@pytest.mark.parametrize(("kind", "values"), [("citizen_number", NUMBERS), ("uscc", CODES)])
def test_check_digits_in_sql_are_those_of_identity(lake, kind, values):
    sql = f"SELECT v, {check_digits.CHECKS[kind]('v')} FROM (SELECT unnest($given) AS v) AS t"

    @settings(max_examples=60, deadline=None)
    @given(given_values=st.lists(values, min_size=1, max_size=40))
    def agree(given_values):
        params = {"given": given_values} | ({"today": naive.TODAY} if kind == "citizen_number" else {})
        for value, fine in engine.rows(sql, params):
            assert fine == naive.sound(kind, value), value

    agree()


def test_a_rule_the_engine_cannot_compute_hides_no_other(things):
    put("gaj.thing", [{"code": "A", "name": "x", "amount": Decimal(1), "count": 1}], list(TYPES))
    bad = rule("pattern", "code", pattern="((A{900}){900}){900}")
    found = statements.tests([RULES[0], bad, RULES[6]], things, naive.TODAY)
    scanned = evaluate.one_pass("gaj.thing", found, as_of=None)
    assert set(scanned.broken) == {bad.key}
    assert scanned.counts[RULES[0].key] == (1, 0)
    assert scanned.rows == 1


def test_a_catastrophic_pattern_is_linear(things):
    rows = [{"code": "a" * 5000, "name": None, "amount": None, "count": None}] * 50
    put("gaj.thing", rows, list(TYPES))
    found = statements.tests([rule("pattern", "code", pattern="(a*)*(a|aa)*b")], things, naive.TODAY)
    assert evaluate.one_pass("gaj.thing", found, as_of=None, seconds=20).counts["pattern_1"] == (50, 50)


@pytest.mark.parametrize(
    "wrong",
    [
        rule("required", "nothing"),
        rule("required", 'code" IS NULL OR TRUE OR "code'),
        rule("pattern", "code", pattern="a" * 500),
        rule("pattern", "code", pattern="(a{99999})"),
        rule("pattern", "amount", pattern="a"),
        rule("relation", "code", resource="mzj.thing; DROP TABLE x", item="code"),
        rule("relation", "code", resource="data_job", item="code"),
        rule("relation", "code", resource="mzj.thing", item='code" FROM read_csv(1)'),
        rule("same_value", "name", resource="mzj.thing", item="name", key='code"', other_key="code"),
        rule("code", "code", table="no such table"),
        rule("code", "code", table="x' OR 1=1"),
        rule("range", "amount", least="1 OR 1=1"),
        rule("range", "amount", least="5", most="1"),
        rule("range", "amount"),
        rule("condition", condition="read_text('/etc/passwd') = 1"),
        rule("condition", condition='amount > 1; drop table "x"'),
        rule("condition", condition="nowhere > 1"),
        rule("format", "code", format="sql"),
        rule("identifier", "code", identifier="x"),
        rule("unique", "code", "code"),
        rule("nonsense", "code"),
        rule("required", "code", extra="1"),
        rule("timely", within="-1"),
    ],
    ids=lambda r: f"{r.kind}-{r.params or r.items}"[:60],
)
def test_what_a_rule_may_not_say(things, wrong):
    assert faults(wrong, things)
