"""Valid records (有效数据, M18) of a table: counted by one scan, every row in exactly one part (reference §6.5)."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.conf import settings

from citybrain.hub.data.data import ResourceRecord
from citybrain.hub.data.models import QualityProfile
from citybrain.hub.data.quality.domain.automatic import key_items
from citybrain.hub.data.quality.domain.rule import Rule, Surroundings
from citybrain.hub.data.quality.domain.statements import ValidAsked, tests, valid_records
from citybrain.hub.data.quality.queries.cycle import fresh_since
from citybrain.hub.data.quality.queries.evaluate import asked
from citybrain.hub.data.quality.queries.snapshots import Version
from citybrain.kernel import clock

COLLECTED = "raw"


@dataclass(frozen=True)
class Valid:
    """Rows and where they went; the parts add up to the rows."""

    rows: int
    unpublished: int = 0
    no_key: int = 0
    broken_rule: int = 0
    past_cycle: int = 0
    duplicate: int = 0
    valid: int = 0


def valid_of(record: ResourceRecord, rules: Sequence[Rule], around: Surroundings, version: Version) -> Valid:
    """Count the parts. Rows of what is not published are not looked at: none of them is valid."""
    if record.state != "published" or not record.alive:
        return Valid(version.rows, unpublished=version.rows)
    keys = key_items(record)
    strict = [r for r in rules if r.severity == "mandatory" and r.reads != "table" and not says_key(r, keys)]
    profile = QualityProfile.objects.filter(pk=record.key).first() or QualityProfile(resource=record.key)
    flag = profile.historical_item if is_flag(record, profile.historical_item) else ""
    since = None if profile.historical else fresh_since(record)
    question = ValidAsked(keys, tests(strict, around, clock.today()), since, flag)
    row = asked(valid_records(record.key, question, around), version.as_of)[0]
    rows, no_key, broken, past, fine, distinct = (int(value or 0) for value in row)
    return Valid(rows, 0, no_key, broken, past, fine - distinct, distinct)


def says_key(rule: Rule, keys: tuple[str, ...]) -> bool:
    """Whether a rule says again what the parts "no key" and "duplicate" say already."""
    if rule.kind == "unique":
        return set(rule.items) == set(keys)
    return rule.kind == "required" and set(rule.items) <= set(keys)


def is_flag(record: ResourceRecord, name: str) -> bool:
    """Whether there is such a yes-or-no item."""
    return any(item.name == name and item.type == "bool" for item in record.items)


def counts_for_target(record: ResourceRecord) -> bool:
    """Whether a resource's valid rows count for M18: collected, published, and real (in the demo also synthetic)."""
    real = settings.MODE != "production" or not record.demo
    return record.layer == COLLECTED and record.state == "published" and record.alive and real
