"""From values to headlines: the figure shown now, its severity with hysteresis, and the events and tasks it causes."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from citybrain.hub.indicators.actions.tasks import note_recovery, open_task
from citybrain.hub.indicators.data import Recovered, Warned
from citybrain.hub.indicators.domain.counting import Parts, Subject
from citybrain.hub.indicators.domain.formula import enough, figure, lines_of
from citybrain.hub.indicators.domain.hysteresis import CALM, crossed, next_severity
from citybrain.hub.indicators.models import Headline
from citybrain.kernel import clock, live
from citybrain.kernel.actor import Actor
from citybrain.kernel.events import publish

KEY = ["indicator", "dimension", "member"]
CHANGES = [
    "version",
    "period",
    "numerator",
    "denominator",
    "value",
    "severity",
    "since",
    "rule_hash",
    "as_of",
]
CHANNEL = "indicators"
RANK = {CALM: 0, "warn": 1, "alarm": 2}
# An unchanged headline is rewritten only this often, to say that it is still fresh.
REFRESH = timedelta(seconds=60)
WATCH = Actor.system("indicators.watch")


@dataclass(frozen=True)
class Present:
    """The parts of a figure as they are now, for the city (member empty) or one member."""

    subject: Subject
    period: str
    dimension: str
    member: str
    parts: Parts


def judge(presents: Iterable[Present]) -> list[Headline]:
    """Write the headlines that changed, publish Warned and Recovered, open tasks, push the changes to the boards.

    Runs inside the caller's transaction, so a warning and its task appear together or not at all.
    """
    presents = list(presents)
    codes = {present.subject.code for present in presents}
    stored = {
        (h.indicator_id, h.dimension, h.member): h
        for h in Headline.objects.select_for_update().filter(indicator_id__in=codes)
    }
    rows, changed = [], []
    for present in presents:
        old = stored.get((present.subject.code, present.dimension, present.member))
        row = headline(present, old)
        if says_more(row, old):
            changed.append(row)
            announce(present.subject, row, old)
        if old is None or says_more(row, old) or row.as_of - old.as_of > REFRESH:
            rows.append(row)
    Headline.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=KEY, update_fields=CHANGES, batch_size=1000
    )
    push(changed)
    return changed


def headline(present: Present, old: Headline | None) -> Headline:
    """The headline of a figure, its severity following from the one before."""
    definition, parts = present.subject.definition, present.parts
    value = figure(definition, parts.numerator, parts.denominator)
    before = old.severity if old and old.rule_hash == present.subject.rule_hash else CALM
    severity = severity_of(present, value, before)
    return Headline(
        indicator_id=present.subject.code, version=definition.version, dimension=present.dimension,
        member=present.member, period=present.period, numerator=parts.numerator, denominator=parts.denominator,
        value=value, severity=severity, rule_hash=present.subject.rule_hash, as_of=clock.now(),
        since=old.since if old and old.severity == severity else clock.now(),
    )  # fmt: skip


def severity_of(present: Present, value: Decimal | None, before: str) -> str:
    """The next severity; unchanged while nothing is known or the basis is too small to judge."""
    lines = lines_of(present.subject.definition)
    if lines is None:
        return CALM
    if value is None or not enough(
        present.subject.definition, present.parts.numerator, present.parts.denominator
    ):
        return before
    return next_severity(before, value, lines)


def says_more(row: Headline, old: Headline | None) -> bool:
    """Whether a reader would see a difference."""
    shown = ("numerator", "denominator", "severity", "rule_hash", "period")
    return old is None or any(getattr(row, name) != getattr(old, name) for name in shown)


def announce(subject: Subject, row: Headline, old: Headline | None) -> None:
    """Publish a change of severity of the city's figure; members only colour the map."""
    before = old.severity if old else CALM
    if row.dimension or row.severity == before or row.value is None:
        return
    if RANK[row.severity] > RANK[before]:
        warn(subject, row)
    elif row.severity == CALM:
        note_recovery(row.indicator_id)
        publish(
            Recovered(**said(subject, row), definition_version=row.version),
            aggregate=f"indicator:{row.indicator_id}", by=WATCH,
        )  # fmt: skip


def warn(subject: Subject, row: Headline) -> None:
    """Open (or raise) the task and tell the upper rooms."""
    lines = lines_of(subject.definition)
    assert lines is not None
    line = crossed(row.severity, lines)
    open_task(row, subject.definition, line)
    publish(
        Warned(**said(subject, row), severity=row.severity, threshold=line, definition_version=row.version),
        aggregate=f"indicator:{row.indicator_id}", by=WATCH,
    )  # fmt: skip


def said(subject: Subject, row: Headline) -> dict:
    """What both events say."""
    return {
        "code": row.indicator_id, "title": subject.definition.name.as_dict(), "value": row.value,
        "owner": subject.definition.owner, "period": row.period, "at": row.as_of,
    }  # fmt: skip


def push(changed: list[Headline]) -> None:
    """Tell open boards which city-wide figures changed; they fetch the rest."""
    figures = {
        row.indicator_id: str(row.value) if row.value is not None else None
        for row in changed
        if not row.dimension
    }
    if figures:
        live.push(CHANNEL, {"changed": figures, "members": any(row.dimension for row in changed)})
