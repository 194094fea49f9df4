"""Trying a rule before it is saved: on the first rows of the table, bounded in time; shows what it would hit."""

from dataclasses import dataclass

import duckdb
from django.utils.translation import gettext as _

from citybrain.hub.data.actions.log_read import log_read
from citybrain.hub.data.data import ResourceRecord
from citybrain.hub.data.quality.actions.scan import shown_items
from citybrain.hub.data.quality.actions.write_rule import checked_rule
from citybrain.hub.data.quality.domain.rule import Rule
from citybrain.hub.data.quality.domain.statements import tests
from citybrain.hub.data.quality.permissions import RULE
from citybrain.hub.data.quality.queries.evaluate import one_pass, sampled
from citybrain.hub.data.quality.queries.problems import require_reach
from citybrain.kernel import clock
from citybrain.kernel.actor import Actor
from citybrain.kernel.errors import FieldProblem, Invalid, Unavailable
from citybrain.kernel.masking import mask

SAMPLE, SECONDS, SHOWN = 20_000, 10.0, 20


@dataclass(frozen=True)
class Tried:
    """Rows looked at, judged, failed; some that fail as item → value."""

    rows: int
    judged: int
    failed: int
    names: list[str]
    hits: list[list[str]]


def try_rule(rule: Rule, record: ResourceRecord, *, by: Actor) -> Tried:
    """What the rule finds in the first 20,000 rows. NotAllowed, Invalid (also when it takes too long); logged as a read."""
    require_reach(by, RULE, record)
    around = checked_rule(rule, record, by)
    if rule.reads == "table":
        return Tried(0, 0, 0, [], [])
    found = tests([rule], around, clock.today())
    names = shown_items(rule, record)
    try:
        counted = one_pass(record.key, found, as_of=None, sample=SAMPLE, seconds=SECONDS)
        if counted.broken:
            raise Invalid([FieldProblem("", "engine", next(iter(counted.broken.values())).say())])
        judged, failed = counted.counts[rule.key]
        rows = (
            sampled(rule, found[rule.key], names, as_of=None, sample=SAMPLE, seconds=SECONDS)[:SHOWN]
            if failed
            else []
        )
    except (duckdb.Error, Unavailable) as error:
        raise Invalid(
            [FieldProblem("", "engine", _("The rule takes too long or cannot be computed."))]
        ) from error
    log_read(
        by=by, dataset=record.key, kind="try_rule", columns=names, purpose=f"quality rule {rule.key}", rows=len(rows),
        condition=rule.text("condition"), unmasked=False,
    )  # fmt: skip
    kinds = {item.name: item.personal for item in record.items}
    hits = [[cell(kinds[n], v) for n, v in zip(names, row[2:], strict=True)] for row in rows]
    return Tried(counted.rows, judged, failed, names, hits)


def cell(kind: str, value: object) -> str:
    """A value as it is shown: masked when personal."""
    if value is None:
        return "—"
    return mask(kind, value) if kind else str(value)
