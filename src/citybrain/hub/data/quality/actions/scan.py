"""A scan of one table: one pass for all rules that need one, own passes for the rest, samples, valid records, scores.

Everything is asked of one version of the table, so that deliveries during a scan do not mix. Done as a job: after
each pass the counts are kept, and a process that takes over goes on from there if the table has not changed.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from citybrain.hub.data.catalogue.queries.resources import resource_row
from citybrain.hub.data.data import ResourceRecord
from citybrain.hub.data.jobs.running import Run
from citybrain.hub.data.models import QualityProfile, QualityResult
from citybrain.hub.data.quality.actions.keep_scan import Outcome, keep_scan
from citybrain.hub.data.quality.domain.automatic import key_items
from citybrain.hub.data.quality.domain.predicates import Test
from citybrain.hub.data.quality.domain.reach import reached
from citybrain.hub.data.quality.domain.rule import Rule, Surroundings
from citybrain.hub.data.quality.domain.statements import tests
from citybrain.hub.data.quality.queries import evaluate, snapshots
from citybrain.hub.data.quality.queries.cycle import on_time
from citybrain.hub.data.quality.queries.rules import rules_of, sorted_out, surroundings
from citybrain.hub.data.quality.queries.valid import Valid, valid_of
from citybrain.kernel import clock
from citybrain.kernel.errors import CityError, Conflict
from citybrain.kernel.text import Text


@dataclass
class Plan:
    """What one scan is about. ``only``: new deliveries when totals are carried on from ``base``."""

    record: ResourceRecord
    mode: str
    rules: list[Rule]
    around: Surroundings
    tests: dict[str, Test]
    broken: dict[str, Text]
    version: snapshots.Version
    only: list[str] = field(default_factory=list)
    base: dict[str, tuple[int, int]] = field(default_factory=dict)

    @property
    def fingerprint(self) -> str:
        """What the answers of old rows depend on: the rules and the codes they check against."""
        said = [(r.key, r.kind, r.items, sorted(r.params.items()), r.version) for r in self.rules]
        codes = sorted((key, sorted(found)) for key, found in self.around.codes.items())
        return hashlib.sha256(repr((said, codes)).encode()).hexdigest()

    def of(self, reads: str) -> list[Rule]:
        """The rules answered that way; those that move with the calendar are not carried on."""
        found = [rule for rule in self.rules if rule.reads == reads]
        return [rule for rule in found if not (self.mode == "incremental" and rule.moving)]


def plan_of(key: str, mode: str, only_rules: Sequence[str] = ()) -> Plan:
    """What to do about a table; Conflict when it is none of the lake. ``incremental`` becomes ``whole`` where it must."""
    row = resource_row(key)
    if row.kind != "lake":
        raise Conflict("only tables of the lake are scanned / 只检测湖表", code="not_lake")
    record = row.record()
    rules = [rule for rule in rules_of(record) if not only_rules or rule.key in only_rules]
    around = surroundings(record, rules)
    good, broken = sorted_out(rules, around)
    rowwise = [rule for rule in good if rule.reads != "table"]
    plan = Plan(
        record, mode, good, around, tests(rowwise, around, clock.today()),
        {name: fault.said for name, fault in broken.items()}, snapshots.newest(key),
    )  # fmt: skip
    return carried_on(plan) if mode == "incremental" else plan


def carried_on(plan: Plan) -> Plan:
    """The plan with its base and new deliveries, or for the whole table when totals cannot be carried on."""
    key = plan.record.key
    profile = QualityProfile.objects.filter(pk=key).first()
    results = QualityResult.objects.filter(resource=key, current=True)
    base = {r.rule: (r.judged, r.failed) for r in results if r.rule in plan.tests}
    new = None
    if (
        profile
        and profile.last_snapshot
        and profile.last_rules == plan.fingerprint
        and set(base) == set(plan.tests)
    ):
        new = snapshots.batches_since(key, profile.last_snapshot)
    if new is None:
        plan.mode = "whole"
        return plan
    plan.base, plan.only = base, new
    return plan


def scan(run: Run, *, mode: str = "whole", only_rules: Sequence[str] = ()) -> dict:
    """Scan the table that the job is about; the result names the scan."""
    plan = plan_of(run.subject, mode, only_rules)
    counts, rows = counted(run, plan)
    if plan.mode == "incremental" and rows != plan.version.rows:
        plan = plan_of(run.subject, "whole")
        counts, rows = counted(run, plan)
    counts |= table_counts(plan)
    run.step(note={"zh": "抽取问题数据", "en": "Sampling problem rows"})
    outcome = Outcome(
        plan.record, plan.mode, plan.rules, counts, plan.broken, rows, plan.version.number, plan.fingerprint,
        samples(plan, counts), valid(plan) if plan.mode == "whole" else None, run.id, sum_scanned(plan, rows),
    )  # fmt: skip
    return {"scan": str(keep_scan(outcome, by=run.by))}


def sum_scanned(plan: Plan, rows: int) -> int:
    """Rows really read by the one pass."""
    if plan.mode != "incremental":
        return rows
    before = QualityProfile.objects.filter(pk=plan.record.key).values_list("last_rows", flat=True).first()
    return rows - (before or 0)


def counted(run: Run, plan: Plan) -> tuple[dict[str, tuple[int, int]], int]:
    """Rule → (judged, failed), and rows of the table; kept step by step."""
    kept = run.checkpoint if run.checkpoint.get("for") == mark(plan) else {}
    counts = {rule: (c[0], c[1]) for rule, c in kept.get("counts", {}).items()}
    rows, own = kept.get("rows"), plan.of("own") if plan.mode != "incremental" else []
    total = 1 + len(own)
    if rows is None:
        run.step(done=0, total=total, note={"zh": "一次扫描全部规则", "en": "One pass for all rules"})
        found = evaluate.one_pass(
            plan.record.key, picked(plan, plan.of("scan")), as_of=plan.version.as_of, only=plan.only
        ) if plan.only or plan.mode != "incremental" else evaluate.Found()  # fmt: skip
        rows, counts = joined(plan, found)
        keep(run, plan, counts, rows, 1)
    for number, rule in enumerate(own, 2):
        if rule.key in counts or rule.key in plan.broken:
            continue
        found = evaluate.own_pass(rule, plan.tests[rule.key], plan.around, as_of=plan.version.as_of)
        counts |= found.counts
        plan.broken |= found.broken
        keep(run, plan, counts, rows, number)
    return counts, rows


def joined(plan: Plan, found: evaluate.Found) -> tuple[int, dict[str, tuple[int, int]]]:
    """Rows and counts of the pass, added to what they are carried on from."""
    plan.broken |= found.broken
    if plan.mode != "incremental":
        return found.rows, dict(found.counts)
    before = QualityProfile.objects.get(pk=plan.record.key).last_rows
    counts = {
        rule: (judged + found.counts.get(rule, (0, 0))[0], failed + found.counts.get(rule, (0, 0))[1])
        for rule, (judged, failed) in plan.base.items()
    }
    return before + found.rows, counts


def mark(plan: Plan) -> list:
    """What kept counts belong to."""
    return [plan.version.number, plan.mode, plan.fingerprint, clock.today().isoformat()]


def keep(run: Run, plan: Plan, counts: Mapping[str, tuple[int, int]], rows: int, done: int) -> None:
    """Checkpoint."""
    kept: dict[str, Any] = {
        "for": mark(plan),
        "counts": {k: list(v) for k, v in counts.items()},
        "rows": rows,
    }
    run.step(done=done, **kept)


def picked(plan: Plan, rules: Sequence[Rule]) -> dict[str, Test]:
    """Tests of these rules."""
    return {rule.key: plan.tests[rule.key] for rule in rules}


def table_counts(plan: Plan) -> dict[str, tuple[int, int]]:
    """Rules about the table as a whole: judged once or not at all."""
    found = {}
    for rule in plan.of("table"):
        try:
            fine = TABLE[rule.kind](rule, plan)
        except CityError as error:
            plan.broken[rule.key] = Text(zh=str(error)[:200], en=str(error)[:200])
            continue
        found[rule.key] = (0, 0) if fine is None else (1, int(not fine))
    return found


def enough_rows(rule: Rule, plan: Plan) -> bool:
    """Rows of the table between the bounds."""
    from decimal import Decimal

    least, most = rule.text("least"), rule.text("most")
    rows = plan.version.rows
    return (not least or rows >= Decimal(least)) and (not most or rows <= Decimal(most))


TABLE = {
    "row_count": enough_rows,
    "timely": lambda rule, plan: on_time(rule, plan.record),
    "reachable": lambda rule, plan: reached(plan.record.key),
}


def samples(plan: Plan, counts: Mapping[str, tuple[int, int]]) -> dict[str, list[dict]]:
    """Rule → rows that fail, with delivery, number and the values of the key and of the rule's items."""
    found = {}
    for rule in plan.rules:
        if rule.key not in plan.tests or not counts.get(rule.key, (0, 0))[1] or rule.key in plan.broken:
            continue
        if plan.mode == "incremental" and (rule.reads == "own" or rule.moving or not plan.only):
            continue
        names = shown_items(rule, plan.record)
        rows = evaluate.sampled(rule, plan.tests[rule.key], names, as_of=plan.version.as_of, only=plan.only)
        found[rule.key] = [
            {"batch": row[0] or "", "row": row[1], "content": dict(zip(names, row[2:], strict=True))}
            for row in rows
        ]
    return found


def shown_items(rule: Rule, record: ResourceRecord) -> list[str]:
    """The key, then what the rule is about."""
    about = [*key_items(record), *rule.items, rule.text("key") if rule.kind == "same_value" else ""]
    if rule.kind == "condition":
        from citybrain.hub.data.quality.domain.rule import compiled_condition

        about += sorted(compiled_condition(rule, record).used)
    known = {item.name for item in record.items}
    return [name for name in dict.fromkeys(about) if name in known]


def valid(plan: Plan) -> Valid:
    """Valid records of the version that was scanned, by the mandatory rules that could be computed."""
    usable = [r for r in plan.rules if r.key not in plan.broken]
    return valid_of(plan.record, usable, plan.around, plan.version)
