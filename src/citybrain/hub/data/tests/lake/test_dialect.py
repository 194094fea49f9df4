"""A condition of the expression language gives the same answer in PostgreSQL and in the lake."""

import pytest
from hypothesis import HealthCheck, given, settings

from citybrain.hub.data.lake import dialect, engine
from citybrain.kernel import clock
from citybrain.kernel.expressions import ExpressionError, compile
from citybrain.kernel.expressions.tests import test_sql as language

NAMES = {name: kind for name, kind in language.NAMES.items() if name != "tags"}
TYPES = {
    "number": "DECIMAL(18, 6)",
    "string": "VARCHAR",
    "date": "DATE",
    "datetime": "TIMESTAMPTZ",
    "boolean": "BOOLEAN",
}
QUICK = settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)


def in_lake(expression, row):
    """The answer of the embedded engine; the row's values stand in typed columns as a table's do."""
    sql, params = expression.to_sql(language.COLUMNS)
    written, values = dialect.for_lake(f"SELECT {sql} FROM one AS r", params)
    marks = [
        f"CAST(${len(params) + n} AS {TYPES[kind]}) AS {name}"
        for n, (name, kind) in enumerate(NAMES.items(), 1)
    ]
    return engine.rows(
        f"WITH one AS (SELECT {', '.join(marks)}) {written}", [*values, *(row[n] for n in NAMES)]
    )[0][0]


def sayable(text: str) -> bool:
    """The lake has no lists; its products keep ten decimals, PostgreSQL's keep all, so one product is compared."""
    return "tags" not in text and text.count("*") < 2 and not ("*" in text and "/" in text)


@pytest.mark.django_db
@given(text=language.CONDITION.filter(sayable), row=language.rows)
@QUICK
def test_conditions_agree(text, row):
    with clock.freeze("2026-03-02T09:00"):
        try:
            expression = compile(text, NAMES, result="boolean")
        except ExpressionError:
            return
        assert in_lake(expression, row) == language.by_sql(expression, row), (text, row)


@pytest.mark.django_db
@given(text=language.NUMBER.filter(sayable), row=language.rows)
@QUICK
def test_numbers_agree(text, row):
    with clock.freeze("2026-03-02T09:00"):
        try:
            expression = compile(text, NAMES)
        except ExpressionError:
            return
        assert in_lake(expression, row) == language.by_sql(expression, row), (text, row)
