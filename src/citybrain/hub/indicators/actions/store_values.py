"""Write computed values: only rows that changed, so that a quiet minute costs no writes."""

from collections.abc import Iterable, Mapping
from datetime import date

from citybrain.hub.indicators.domain.counting import Subject
from citybrain.hub.indicators.domain.formula import figure
from citybrain.hub.indicators.models import Value
from citybrain.hub.indicators.queries.counting import Found
from citybrain.kernel import clock

KEY = ["indicator", "version", "dimension", "period", "member"]
CHANGES = ["numerator", "denominator", "value", "rule_hash", "computed_at", "as_of"]


def store_values(subjects: Iterable[Subject], found: Found) -> list[str]:
    """Upsert values that are new or differ from what is stored; returns the code of each row written."""
    by_code = {subject.code: subject for subject in subjects}
    periods = {key[1] for key in found}
    stored = {
        (v.indicator_id, v.period, v.dimension, v.member): v
        for v in Value.objects.filter(indicator_id__in=by_code, period__in=periods)
        if v.version == by_code[v.indicator_id].definition.version
    }
    fresh = [row_of(by_code[key[0]], key, parts) for key, parts in found.items()]
    changed = [row for row in fresh if differs(row, stored)]
    Value.objects.bulk_create(
        changed, update_conflicts=True, unique_fields=KEY, update_fields=CHANGES, batch_size=1000
    )
    return [row.indicator_id for row in changed]


def row_of(subject: Subject, key: tuple[str, str, str, str], parts) -> Value:
    """One value row."""
    code, period, dimension, member = key
    now = clock.now()
    return Value(
        indicator_id=code, version=subject.definition.version, period=period, dimension=dimension, member=member,
        numerator=parts.numerator, denominator=parts.denominator,
        value=figure(subject.definition, parts.numerator, parts.denominator),
        rule_hash=subject.rule_hash, computed_at=now, as_of=now,
    )  # fmt: skip


def differs(row: Value, stored: Mapping[tuple, Value]) -> bool:
    """Whether a computed row says something the stored one does not."""
    old = stored.get((row.indicator_id, row.period, row.dimension, row.member))
    if old is None:
        return True
    return (old.numerator, old.denominator, old.rule_hash) != (row.numerator, row.denominator, row.rule_hash)


def forget_members(subjects: Iterable[Subject], first: date, last: date, found: Found) -> None:
    """Member rows of a recounted range that no longer have any event (a correction moved it elsewhere)."""
    for subject in subjects:
        rows = Value.objects.filter(
            indicator_id=subject.code, version=subject.definition.version,
            period__gte=first.isoformat(), period__lte=last.isoformat(),
        ).exclude(dimension="")  # fmt: skip
        gone = [
            pk for pk, period, dimension, member in rows.values_list("pk", "period", "dimension", "member")
            if (subject.code, period, dimension, member) not in found
        ]  # fmt: skip
        if gone:
            Value.objects.filter(pk__in=gone).delete()
