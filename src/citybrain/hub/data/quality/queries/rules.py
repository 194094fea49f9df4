"""The rules of a resource: automatic ones, those of packs and those written on screen; and what they are checked against."""

from collections.abc import Iterable

from citybrain.hub.data.data import ResourceRecord
from citybrain.hub.data.models import CodeTable, QualityRule, Resource
from citybrain.hub.data.quality.domain.automatic import automatic_rules
from citybrain.hub.data.quality.domain.rule import Fault, Rule, Surroundings, faults


def rules_of(record: ResourceRecord) -> list[Rule]:
    """Every rule that is scanned, by key; a stored rule takes the place of an automatic one, switched off it removes it."""
    tables = set(CodeTable.objects.values_list("key", flat=True))
    found = {rule.key: rule for rule in automatic_rules(record, tables)}
    for row in QualityRule.objects.filter(resource=record.key, current=True):
        found.pop(row.key, None)
        if row.active:
            found[row.key] = row.record()
    return [found[key] for key in sorted(found)]


def surroundings(record: ResourceRecord, rules: Iterable[Rule]) -> Surroundings:
    """The resources and code tables the rules name, as far as they exist."""
    listed = list(rules)
    names = {rule.text("resource")[:120].replace("\0", "") for rule in listed} - {""}
    tables = {rule.text("table")[:60].replace("\0", "") for rule in listed} - {""}
    others = Resource.objects.filter(pk__in=names, alive=True).prefetch_related("items")
    codes = CodeTable.objects.filter(pk__in=tables)
    return Surroundings(
        record, {row.key: row.record() for row in others}, {row.key: frozenset(row.words) for row in codes}
    )


def sorted_out(rules: Iterable[Rule], around: Surroundings) -> tuple[list[Rule], dict[str, Fault]]:
    """Rules that can be scanned, and those that cannot with the first reason."""
    good, broken = [], {}
    for rule in rules:
        wrong = faults(rule, around)
        if wrong:
            broken[rule.key] = wrong[0]
        else:
            good.append(rule)
    return good, broken
