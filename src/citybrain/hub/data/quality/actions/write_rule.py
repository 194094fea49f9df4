"""Writing rules on screen: checked, versioned, audited. Rules of packs are read-only here."""

import duckdb
from django.db import transaction
from django.utils.translation import gettext as _

from citybrain.hub.data.catalogue.queries.resources import resource_row
from citybrain.hub.data.data import ResourceRecord
from citybrain.hub.data.lake import engine
from citybrain.hub.data.models import QualityProfile, QualityRule
from citybrain.hub.data.quality.actions.begin import note_change
from citybrain.hub.data.quality.domain.rule import Rule, Surroundings, faults
from citybrain.hub.data.quality.permissions import RULE
from citybrain.hub.data.quality.queries.problems import reaches, require_reach
from citybrain.hub.data.quality.queries.rules import surroundings
from citybrain.kernel import audit, clock
from citybrain.kernel.actor import Actor
from citybrain.kernel.errors import Conflict, FieldProblem, Invalid

CONTENT = ("kind", "items", "params", "dimension", "severity", "weight", "title", "basis")


def checked_rule(rule: Rule, record: ResourceRecord, by: Actor) -> Surroundings:
    """What the rule is checked against; Invalid with everything wrong about it.

    A rule may only look at another resource that its writer answers for too, or that is shared without condition:
    otherwise it would tell which values stand in it.
    """
    around = surroundings(record, [rule])
    other = around.others.get(rule.text("resource"))
    if other and other.sharing != "unconditional" and not reaches(by, RULE, other.owner):
        around = Surroundings(record, {}, around.codes)
    found = [FieldProblem(f.path, f.code, f.said.say()) for f in faults(rule, around)]
    if not found and rule.kind == "pattern" and not readable(rule.text("pattern")):
        found = [FieldProblem("pattern", "pattern", _("The engine does not read this pattern (RE2 syntax)."))]
    if not rule.title.zh.strip():
        found.append(FieldProblem("title", "required", _("Say in a few words what the rule asks for.")))
    if found:
        raise Invalid(found)
    return around


def readable(pattern: str) -> bool:
    """Whether the engine compiles a pattern; its automaton is bounded in memory and linear in time."""
    try:
        engine.rows("SELECT regexp_full_match('', $pattern)", {"pattern": pattern}, seconds=5)
    except duckdb.Error:
        return False
    return True


@transaction.atomic
def write_rule(rule: Rule, *, by: Actor, reason: str = "") -> QualityRule:
    """A new rule or a new version of one; unchanged content writes nothing. NotAllowed, Invalid, Conflict (pack's rule)."""
    record = resource_row(rule.resource).record()
    require_reach(by, RULE, record)
    checked_rule(rule, record, by)
    old = (
        QualityRule.objects.select_for_update()
        .filter(resource=rule.resource, key=rule.key, current=True)
        .first()
    )
    if old is not None and old.origin == "pack":
        raise Conflict(_("A rule of a pack is changed in its pack."), code="pack_rule")
    return new_version(rule, old, by=by, reason=reason)


def new_version(rule: Rule, old: QualityRule | None, *, by: Actor, reason: str = "", **more) -> QualityRule:
    """The next version of a rule, current from now on; the table is scanned anew soon."""
    content = {
        "kind": rule.kind, "items": list(rule.items), "params": dict(rule.params), "dimension": rule.about,
        "severity": rule.severity, "weight": rule.weight, "title": rule.title.as_dict(), "basis": rule.basis,
    }  # fmt: skip
    if old is not None and old.active and all(getattr(old, name) == content[name] for name in CONTENT):
        return old
    version = 1 if old is None else old.version + 1
    QualityRule.objects.filter(resource=rule.resource, key=rule.key, current=True).update(current=False)
    made = QualityRule.objects.create(
        resource=rule.resource, key=rule.key, version=version, by=by.as_dict(), at=clock.now(), reason=reason[:200],
        **{"origin": "screen", **content, **more},
    )  # fmt: skip
    audit.record(
        "data.write_rule",
        by=by,
        obj=f"rule:{rule.resource}/{rule.key}",
        after={"version": version, **content},
    )
    note_change(rule.resource)
    return made


@transaction.atomic
def switch_rule(resource: str, rule: Rule, active: bool, *, by: Actor, reason: str) -> None:
    """Switch a rule of the screen or an automatic one on or off, as a version of its own; with a reason, audited."""
    record = resource_row(resource).record()
    require_reach(by, RULE, record)
    if len(reason.strip()) < 4:
        raise Invalid([FieldProblem("reason", "required", _("Say why."))])
    old = (
        QualityRule.objects.select_for_update().filter(resource=resource, key=rule.key, current=True).first()
    )
    if old is not None and old.origin == "pack":
        raise Conflict(_("A rule of a pack is changed in its pack."), code="pack_rule")
    if old is None or old.active != active:
        made = new_version(rule, None if old is None else off(old), by=by, reason=reason)
        QualityRule.objects.filter(pk=made.pk).update(active=active)
        audit.record(
            "data.switch_rule",
            by=by,
            obj=f"rule:{resource}/{rule.key}",
            after={"active": active, "reason": reason},
        )


def off(row: QualityRule) -> QualityRule:
    """The same row as not comparable: its next version is written in any case."""
    row.active = False
    return row


@transaction.atomic
def set_historical(resource: str, *, historical: bool, item: str, reason: str, by: Actor) -> None:
    """Say that rows of earlier cycles stay valid: all of them, or those a yes-or-no item marks. With a reason, audited."""
    record = resource_row(resource).record()
    require_reach(by, RULE, record)
    flags = {i.name for i in record.items if i.type == "bool"}
    problems = []
    if item and item not in flags:
        problems.append(FieldProblem("historical_item", "no_item", _("There is no such yes-or-no item.")))
    if (historical or item) and len(reason.strip()) < 4:
        problems.append(FieldProblem("historical_reason", "required", _("Say why.")))
    if problems:
        raise Invalid(problems)
    values = {"historical": historical, "historical_item": item, "historical_reason": reason[:200]}
    QualityProfile.objects.update_or_create(pk=resource, defaults=values)
    audit.record("data.set_historical", by=by, obj=f"dataset:{resource}", after=values)
