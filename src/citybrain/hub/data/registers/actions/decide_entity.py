"""People decide who is who: merge two subjects, split records off one, take a decision back, answer a doubtful pair."""

from collections.abc import Sequence
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from citybrain.hub.data.models import EntityDecision, LakeModel, MatchPair
from citybrain.hub.data.registers.actions.build import begin_build
from citybrain.hub.data.registers.domain.decisions import current
from citybrain.hub.data.registers.domain.matching import MODELS
from citybrain.hub.data.registers.permissions import MATCH
from citybrain.hub.data.registers.queries.entities import decisions, entity_of_identifier, records_of
from citybrain.hub.identity import api as identity
from citybrain.kernel import audit, clock
from citybrain.kernel.actor import Actor
from citybrain.kernel.errors import Conflict, FieldProblem, Invalid, NotFound
from citybrain.kernel.ids import new_id


def refuse_weak_reason(reason: str) -> None:
    """A reason that says something."""
    if len(reason.strip()) < 2:
        raise Invalid([FieldProblem("reason", "required", _("Say in a few words why."))])


def links_of(register: str) -> str:
    """The resource that says who is who in a register; NotFound otherwise."""
    for row in LakeModel.objects.filter(kind="links", alive=True):
        if row.spec.get("register") == register:
            return row.key
    raise NotFound("no such register / 没有这个库")


@transaction.atomic
def merge_entities(register: str, kept: str, other: str, *, reason: str, by: Actor) -> EntityDecision:
    """Two subjects are one: ``other`` is from now on ``kept``. Needs ``data.match``. Conflict: nothing to merge."""
    identity.require(by, MATCH, obj=f"register:{register}")
    refuse_weak_reason(reason)
    links, made = links_of(register), decisions(register)
    kept, other = current(kept, made), current(other, made)
    if kept == other:
        raise Conflict(_("These are one already."), code="merged_already")
    for entity in (kept, other):
        if not records_of(links, register, entity):
            raise NotFound("no such subject / 没有这个主体")
    return keep(register, "merge", kept, other, (), reason, by, links)


@transaction.atomic
def split_entity(
    register: str, kept: str, records: Sequence[str], *, reason: str, by: Actor
) -> EntityDecision:
    """These records belong to somebody else, who gets an id of its own. Needs ``data.match``. Conflict: all or none of them."""
    identity.require(by, MATCH, obj=f"register:{register}")
    refuse_weak_reason(reason)
    links = links_of(register)
    kept = current(kept, decisions(register))
    known = {record for record, *_rest in records_of(links, register, kept)}
    if not records or not set(records) < known:
        raise Conflict(_("Choose some, not all, of the records of this subject."), code="split_records")
    fresh = entity_of_identifier(MODELS[register].prefix, f"split:{new_id()}")
    return keep(register, "split", kept, fresh, records, reason, by, links)


def keep(
    register: str, act: str, kept: str, other: str, records: Sequence[str], reason: str, by: Actor, links: str
) -> EntityDecision:
    """Write the decision, audit it, let the layers follow."""
    row = EntityDecision.objects.create(
        register=register, act=act, kept=kept, other=other, records=sorted(records), reason=reason[:400],
        by=by.as_dict(), at=clock.now(),
    )  # fmt: skip
    audit.record(
        f"data.{act}_entities", by=by, obj=f"entity:{kept}", after={"other": other, "records": len(records)},
        purpose=reason[:200],
    )  # fmt: skip
    begin_build([links], by=by)
    return row


@transaction.atomic
def undo_decision(decision_id: UUID, *, reason: str, by: Actor) -> EntityDecision:
    """Take a merge or split back; everything is as before. Conflict: taken back already, or later decisions build on it."""
    row = EntityDecision.objects.select_for_update().filter(pk=decision_id).first()
    if row is None:
        raise NotFound("no such decision / 没有这个决定")
    identity.require(by, MATCH, obj=f"register:{row.register}")
    refuse_weak_reason(reason)
    later = EntityDecision.objects.filter(register=row.register, undone_at=None, at__gt=row.at)
    names = {row.kept, row.other}
    if row.undone_at or any({d.kept, d.other} & names for d in later):
        raise Conflict(_("Take the later decisions about these subjects back first."), code="decision_later")
    row.undone_at, row.undone_by, row.undone_reason = clock.now(), by.as_dict(), reason[:400]
    row.save(update_fields=["undone_at", "undone_by", "undone_reason"])
    audit.record(
        f"data.undo_{row.act}",
        by=by,
        obj=f"entity:{row.kept}",
        after={"other": row.other},
        purpose=reason[:200],
    )
    begin_build([links_of(row.register)], by=by)
    return row


@transaction.atomic
def answer_pair(pair_id: UUID, *, same: bool, by: Actor) -> MatchPair:
    """A person says whether two records are one; matching keeps to it. Needs ``data.match``."""
    row = MatchPair.objects.select_for_update().filter(pk=pair_id).first()
    if row is None:
        raise NotFound("no such pair / 没有这对记录")
    identity.require(by, MATCH, obj=f"register:{row.register}")
    row.state, row.decided_by, row.decided_at = ("same" if same else "different"), by.as_dict(), clock.now()
    row.save(update_fields=["state", "decided_by", "decided_at"])
    audit.record("data.answer_pair", by=by, obj=f"pair:{row.pk}", after={"state": row.state})
    return row
