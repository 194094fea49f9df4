"""Rules and code tables from packs: checked, applied, versioned, hidden."""

from types import SimpleNamespace

import pytest
from pydantic import ValidationError

from citybrain.hub.data.models import CodeTable, QualityRule
from citybrain.hub.data.quality.pack import QualityRules, RulesDocument
from citybrain.hub.data.quality.queries.problems import problems_of
from citybrain.hub.data.tests.quality import factories as f

CONTEXT = SimpleNamespace(problem=lambda doc, pointer, *, code, zh, en, level="error": code)
RULE = {
    "rule": "name_known", "kind": "code", "items": ["name"], "with": {"table": "tests_names"},
    "title": {"zh": "名称在表内", "en": "Known name"},
}  # fmt: skip


def rules(*said: dict, **more):
    body = {"resource": f.KEY, "rules": list(said), **more}
    return SimpleNamespace(data=RulesDocument.model_validate(body), pack="tests", key="firm")


def names(*codes: str) -> None:
    """The code table ``tests_names``."""
    words = {c: {"zh": c} for c in codes}
    CodeTable.objects.update_or_create(key="tests_names", defaults={"title": {"zh": "名称"}, "words": words})


def test_rules_apply_with_their_code_table(lake):
    f.table()
    f.deliver()
    names("林一")
    assert not list(QualityRules().check(CONTEXT, [rules(RULE)]))
    QualityRules().apply(CONTEXT, rules(RULE))
    QualityRules().apply(CONTEXT, rules(RULE))
    assert QualityRule.objects.get().origin == "pack"
    f.scanned()
    assert problems_of(f.KEY, "name_known").failed == 3
    names("林一", "林三", "林四", "林五")
    assert f.scanned(mode="incremental").mode == "whole"  # other codes judge old rows anew
    assert problems_of(f.KEY, "name_known").failed == 0
    QualityRules().apply(CONTEXT, rules({**RULE, "weight": 5}))
    assert QualityRule.objects.get(current=True).version == 2
    QualityRules().apply(CONTEXT, rules())
    assert not QualityRule.objects.filter(active=True, current=True).exists()
    assert CodeTable.objects.count() == 1


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ([{**RULE, "items": ["nothing"]}], ["no_item"]),
        ([RULE], ["no_table"]),
        ([{**RULE, "with": {"codes": ["a"]}}] * 2, ["twice"]),
        ([{**RULE, "kind": "pattern", "with": {}}], ["required"]),
    ],
)
def test_contradictions_are_named(lake, said, found):
    f.table()
    assert list(QualityRules().check(CONTEXT, [rules(*said)])) == found


def test_a_rule_may_come_before_its_table_and_history_needs_a_reason(db):
    assert list(QualityRules().check(CONTEXT, [rules(RULE, historical=True)])) == [
        "no_reason",
        "unknown_resource",
    ]


@pytest.mark.parametrize(
    "odd", [{"kind": "sql"}, {"rule": "A b"}, {"items": ['a"b']}, {"weight": 0}, {"sql": "1"}]
)
def test_shapes_are_strict(odd):
    with pytest.raises(ValidationError):
        rules({**RULE, **odd})
