"""Indicators for tests, over the test dataset of the data room."""

from typing import Any

from citybrain.hub.indicators.actions.apply_indicator import apply_indicator
from citybrain.hub.indicators.schema import IndicatorDocument

DATASET = "data.visit"
PERCENT = {"zh": "%", "en": "%"}
CASES = {"zh": "件", "en": "cases"}


def definition(key: str = "T01", **changes: Any) -> IndicatorDocument:
    """On-time share of the last 30 days, by county and unit, with warning lines."""
    body = {
        "key": key, "name": {"zh": "按期率", "en": "On time"}, "family": "service", "unit": PERCENT, "scale": 100,
        "decimals": 1, "frequency": "live", "window": "30d", "owner": "350902-scjg",
        "numerator": {"dataset": DATASET, "where": "on_time = true", "time": "decided_at"},
        "denominator": {"dataset": DATASET, "where": "on_time != null", "time": "decided_at"},
        "target": {"value": 95, "op": ">=", "year": 2025}, "dimensions": ["county", "organisation"],
        "thresholds": {"warn": 90, "alarm": 50, "clear": 95},
    }  # fmt: skip
    return IndicatorDocument.model_validate({k: v for k, v in {**body, **changes}.items() if v is not None})


def install(*documents: IndicatorDocument) -> None:
    """Apply definitions as the pack of tests does."""
    for document in documents:
        apply_indicator(document, pack="tests")
