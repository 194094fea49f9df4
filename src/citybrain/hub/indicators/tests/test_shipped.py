"""The indicators we ship say what the plan says, and nothing is made up."""

from decimal import Decimal

import pytest
import yaml
from django.conf import settings

from citybrain.hub.indicators.domain.formula import lines_of
from citybrain.hub.indicators.schema import IndicatorDocument

TARGETS = {
    "M01": 100, "M02": 95, "M03": 95, "M04": 80, "M05": 200_000, "M06": 95, "M07": 95, "M08": 300, "M09": 100,
    "M10": 100, "M11": 40, "M12": 20, "M13": 100, "M14": 100, "M15": 95, "M16": 95, "M17": 100,
    "M18": 10_000_000_000, "M19": 1000, "M20": 20,
}  # fmt: skip


def shipped(pack: str) -> dict[str, IndicatorDocument]:
    """Indicator documents of a pack."""
    folder = settings.ROOT / "packs" / pack / "indicators"
    texts = [path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.yaml"))]
    documents = [IndicatorDocument.model_validate(yaml.load(text, Loader=yaml.CSafeLoader)) for text in texts]
    return {document.key: document for document in documents}


def test_the_twenty_targets_are_the_plans():
    plan = shipped("ningde-plan")
    assert {key: d.target.value for key, d in plan.items()} == {k: Decimal(v) for k, v in TARGETS.items()}
    assert all(d.target.year == 2025 and d.target.op == ">=" for d in plan.values())


def test_no_value_is_typed_in_and_what_is_missing_is_said():
    for document in shipped("ningde-plan").values():
        assert all(side.constant is None for side in document.sides.values())
        assert document.no_data is not None
        assert document.no_data.en


def test_units_lead_only_where_the_plan_says_so():
    led = {key for key, d in shipped("ningde-plan").items() if d.owner or d.lead}
    assert led == {"M08", "M09", "M11", "M12", "M13", "M18", "M19", "M20"}


def test_the_service_net_has_its_live_indicators_with_sound_lines():
    service = shipped("service-base")
    assert len([d for d in service.values() if d.frequency == "live"]) >= 8
    for document in service.values():
        lines = lines_of(document)
        assert lines is None or not lines.faults()


@pytest.mark.parametrize("pack", ["ningde-plan", "service-base"])
def test_everything_is_said_in_both_languages(pack):
    for document in shipped(pack).values():
        for text in (document.name, document.unit, document.numerator_text, document.theme):
            assert text.zh
            assert text.en
