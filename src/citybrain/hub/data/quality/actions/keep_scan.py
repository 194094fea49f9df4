"""Write what a scan found: results, problem rows, valid records, scores, and the events for those who act on them."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID

from django.db import models, transaction

from citybrain.hub.data.data import ProblemsCured, ProblemsFound, ResourceRecord
from citybrain.hub.data.models import ProblemRow, QualityProfile, QualityResult, QualityScan, ValidRecords
from citybrain.hub.data.quality.actions.keep_scores import keep_scores
from citybrain.hub.data.quality.domain.rule import Rule
from citybrain.hub.data.quality.domain.statements import MOST_SAMPLED
from citybrain.hub.data.quality.queries.valid import Valid, counts_for_target
from citybrain.kernel import clock, events
from citybrain.kernel.actor import Actor
from citybrain.kernel.text import Text


@dataclass(frozen=True)
class Outcome:
    """All of one scan."""

    record: ResourceRecord
    mode: str
    rules: Sequence[Rule]
    counts: Mapping[str, tuple[int, int]]
    broken: Mapping[str, Text]
    rows: int
    snapshot: int
    fingerprint: str
    samples: Mapping[str, list[dict]]
    valid: Valid | None
    job_id: UUID | None
    scanned: int


@transaction.atomic
def keep_scan(found: Outcome, *, by: Actor) -> UUID:
    """Write everything in one transaction; returns the scan's id."""
    key = found.record.key
    QualityProfile.objects.get_or_create(pk=key)
    profile = QualityProfile.objects.select_for_update().get(pk=key)
    counted = [rule for rule in found.rules if rule.key in found.counts and rule.key not in found.broken]
    before = dict(QualityResult.objects.filter(resource=key, current=True).values_list("rule", "failed"))
    scan = QualityScan.objects.create(
        resource=key, owner=found.record.owner, mode=found.mode, rows=found.rows, scanned=found.scanned,
        snapshot=found.snapshot, job_id=found.job_id, at=clock.now(),
        broken={rule: text.as_dict() for rule, text in found.broken.items()},
        outcome={
            r.key: dict(zip(("judged", "failed"), found.counts[r.key], strict=True), version=r.version) for r in counted
        },
    )  # fmt: skip
    keep_results(scan, counted, found)
    if found.mode == "whole":
        retire(key, [rule.key for rule in counted])
    keep_problem_rows(scan, counted, found)
    if found.valid is not None:
        keep_valid(found.record, found.valid)
    keep_profile(profile, found)
    keep_scores(found.record)
    tell(scan, counted, before, found, by)
    return scan.pk


def keep_day(
    model: type[models.Model], rows: Sequence[models.Model], of: Sequence[str], **where: Any
) -> None:
    """One row a subject and day: the day's earlier row is overwritten, rows of earlier days are no longer current."""
    if not rows:
        return
    model._default_manager.filter(**where, current=True).exclude(day=clock.today()).update(current=False)
    names = [f.name for f in model._meta.concrete_fields if not f.primary_key and f.name not in {*of, "day"}]
    model._default_manager.bulk_create(
        rows, update_conflicts=True, unique_fields=[*of, "day"], update_fields=names
    )


def keep_results(scan: QualityScan, rules: Sequence[Rule], found: Outcome) -> None:
    """The day's result of every rule."""
    rows = [
        QualityResult(
            resource=scan.resource, rule=rule.key, day=clock.today(), version=rule.version, kind=rule.kind,
            items=list(rule.items), title=rule.title.as_dict(), dimension=rule.about, severity=rule.severity,
            weight=rule.weight, owner=scan.owner, demo=found.record.demo, judged=found.counts[rule.key][0],
            failed=found.counts[rule.key][1], scan=scan, at=scan.at,
        )
        for rule in rules
    ]  # fmt: skip
    keep_day(
        QualityResult, rows, ("resource", "rule"), resource=scan.resource, rule__in=[r.key for r in rules]
    )


def retire(key: str, rules: Sequence[str]) -> None:
    """Rules that are gone, switched off or broken keep their history and have no current result and no problem rows."""
    QualityResult.objects.filter(resource=key, current=True).exclude(rule__in=rules).update(current=False)
    ProblemRow.objects.filter(resource=key).exclude(rule__in=rules).delete()


def keep_problem_rows(scan: QualityScan, rules: Sequence[Rule], found: Outcome) -> None:
    """The newest samples, at most 200 a rule; a scan of new deliveries only adds to those it found before."""
    room = {rule.key: MOST_SAMPLED for rule in rules}
    if found.mode == "incremental":
        old = ProblemRow.objects.filter(resource=scan.resource).values("rule").annotate(n=models.Count("id"))
        room |= {one["rule"]: MOST_SAMPLED - one["n"] for one in old}
    else:
        ProblemRow.objects.filter(resource=scan.resource, rule__in=list(room)).delete()
    ProblemRow.objects.bulk_create(
        ProblemRow(
            resource=scan.resource, rule=rule, scan=scan, batch=row["batch"][:80], row=row["row"],
            content=json.dumps(row["content"], ensure_ascii=False, default=str), at=scan.at,
        )
        for rule, rows in found.samples.items()
        for row in rows[: max(0, room.get(rule, 0))]
    )  # fmt: skip


def keep_valid(record: ResourceRecord, valid: Valid) -> None:
    """The day's valid records."""
    row = ValidRecords(
        resource=record.key, day=clock.today(), owner=record.owner, layer=record.layer, demo=record.demo,
        counted=counts_for_target(record), at=clock.now(), **asdict(valid),
    )  # fmt: skip
    keep_day(ValidRecords, [row], ("resource",), resource=record.key)


def keep_profile(profile: QualityProfile, found: Outcome) -> None:
    """What a later scan of new deliveries carries on from; a re-check of some rules changes nothing here."""
    if found.mode == "recheck":
        return
    profile.last_snapshot, profile.last_rows = found.snapshot, found.rows
    profile.last_rules = found.fingerprint
    if found.mode == "whole":
        profile.whole_on = clock.today()
    profile.save(update_fields=["last_snapshot", "last_rows", "last_rules", "whole_on"])


def tell(
    scan: QualityScan, rules: Sequence[Rule], before: Mapping[str, int], found: Outcome, by: Actor
) -> None:
    """Tell of problems that are new, of another number or looked at again, and of those that are cured."""
    told: list[events.Publication] = []
    for rule in rules:
        now, then = found.counts[rule.key][1], before.get(rule.key, 0)
        said = {"resource": scan.resource, "rule": rule.key, "scan_id": str(scan.pk), "owner": scan.owner}
        event: events.Event | None = None
        if now and (now != then or found.mode == "recheck"):
            event = ProblemsFound(**said, problems=now)
        elif then and not now:
            event = ProblemsCured(**said)
        if event is not None:
            told.append(events.Publication(event, aggregate=f"quality:{scan.resource}", by=by))
    events.publish_many(told)
