"""Definitions that contradict themselves are refused by the schema or the checker."""

from types import SimpleNamespace

import pytest
from pydantic import ValidationError

from citybrain.hub.indicators.actions.apply_indicator import rule_hash
from citybrain.hub.indicators.pack import Indicators
from citybrain.hub.indicators.tests.factories import DATASET, definition


@pytest.mark.parametrize(
    "wrong",
    [
        {"numerator": None, "denominator": None},
        {"numerator": {"dataset": DATASET, "constant": 3}},
        {"numerator": {"constant": 3}},
        {"numerator": {"dataset": DATASET, "measure": "count; drop"}},
        {"numerator": {"dataset": DATASET, "measure": "avg:worked_days"}},
        {"numerator": {"dataset": DATASET, "sql": "select 1"}},
        {"frequency": "sometimes"},
        {"key": "../etc"},
    ],
)
def test_a_malformed_definition_is_refused(wrong):
    with pytest.raises(ValidationError):
        definition(**wrong)


def problems(document):
    """Codes the checker finds."""
    context = SimpleNamespace(
        problem=lambda doc, pointer, *, code, zh, en, level="error": code,
        known=lambda part, key: (part, key) == ("resources", "mzj.meal_aid"),
    )  # fmt: skip
    return list(Indicators().check(context, [SimpleNamespace(data=document)]))


def test_the_checker_names_bad_conditions_columns_dimensions_and_lines(visits):
    assert problems(definition()) == []
    assert problems(definition(numerator={"dataset": DATASET, "where": "nothing = 1"})) == ["condition"]
    assert problems(definition(numerator={"dataset": DATASET, "time": "nothing"})) == ["unknown_column"]
    assert problems(definition(thresholds={"warn": 90, "alarm": 95})) == ["thresholds"]
    assert problems(definition(numerator={"dataset": "data.nowhere"})) == ["unknown_dataset"]
    assert problems(definition(numerator={"dataset": "mzj.meal_aid"}, denominator=None)) == []


def test_the_fingerprint_follows_the_rule_and_not_its_name():
    plain = definition()
    assert rule_hash(definition(name={"zh": "别名"}, target=None)) == rule_hash(plain)
    assert rule_hash(definition(window="7d")) != rule_hash(plain)
