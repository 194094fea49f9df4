"""Write an indicator of a pack and its definition version. A version that has values is frozen by the packs engine."""

import hashlib
import json

from citybrain.hub.indicators.models import Definition, Headline, Indicator, Value
from citybrain.hub.indicators.schema import IndicatorDocument
from citybrain.kernel import clock

# A change of these changes what is counted, so it changes the rule's fingerprint.
RULE = ("numerator", "denominator", "scale", "window", "frequency", "dimensions")


def apply_indicator(document: IndicatorDocument, *, pack: str) -> None:
    """Upsert the indicator and the document's version; an older version keeps its definition and its series."""
    values = {
        "version": document.version, "name": document.name.as_dict(), "family": document.family,
        "frequency": document.frequency, "owner": document.owner, "position": document.position, "pack": pack,
        "hidden": False,
    }  # fmt: skip
    row, _created = Indicator.objects.update_or_create(pk=document.key, defaults=values)
    body = document.model_dump(mode="json")
    Definition.objects.update_or_create(
        indicator=row,
        version=document.version,
        defaults={"body": body, "rule_hash": rule_hash(document)},
        create_defaults={"body": body, "rule_hash": rule_hash(document), "since": clock.now()},
    )
    # A headline made by another rule would be shown under this one's name.
    Headline.objects.filter(indicator=row).exclude(rule_hash=rule_hash(document)).delete()


def rule_hash(document: IndicatorDocument) -> str:
    """Fingerprint of what is counted (not of names or targets)."""
    rule = {name: value for name, value in document.model_dump(mode="json").items() if name in RULE}
    for side in ("numerator", "denominator"):
        if rule[side]:
            rule[side].pop("note", None)
    return hashlib.sha256(json.dumps(rule, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def hide_indicator(*, pack: str, key: str) -> None:
    """Take an indicator out of sight; its values stay."""
    Indicator.objects.filter(pack=pack, pk=key).update(hidden=True)


def has_values(key: str, version: int) -> bool:
    """Whether a version has made values and is frozen by that."""
    return Value.objects.filter(indicator_id=key, version=version).exists()
