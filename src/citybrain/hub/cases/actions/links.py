"""Ties between cases: a case follows an earlier one, a duplicate is merged into the lead case. Both can be undone.

A merge changes neither the duplicate's state nor its clock, because the applicant's rights hang on them: while merged,
officials decide the lead case only; the duplicate can still be withdrawn or terminated, and the merge taken back.
Refuses cases the actor may not work on, other applicants, decided duplicates, chains and bundles.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from citybrain.hub.cases.data import Refused
from citybrain.hub.cases.models import Case, Comment, Link
from citybrain.hub.cases.queries.access import row_for, visible
from citybrain.hub.identity import api as identity
from citybrain.kernel import audit, clock
from citybrain.kernel.actor import Actor
from citybrain.kernel.errors import FieldProblem, Invalid

MERGED = (
    "_merged_into"  # member of the case's context: read with the case, so that an act costs no query more
)
FOLLOWS, INTO = "follows", "merged"


def tie(case: Case, case_no: str, *, kind: str, at: datetime) -> dict[str, Any]:
    """Tie ``case`` to the case with a number, within the same organisation. Invalid when there is none."""
    target = Case.objects.filter(case_no=case_no, organisation=case.organisation).only("id").first()
    if target is None or target.pk == case.pk:
        raise Invalid([FieldProblem("case_no", "unknown_case", _("There is no such case in your unit."))])
    Link.objects.get_or_create(case=target, other=case, kind=kind, defaults={"at": at})
    return {"case_no": case_no, "kind": kind}


def follow(*, case_id: object, earlier_id: object, by: Actor) -> None:
    """Note that one case follows another (变更, 延续, 复核). The actor must be allowed to know both."""
    later, earlier = row_for(by, case_id), row_for(by, earlier_id)
    Link.objects.get_or_create(case=earlier, other=later, kind=FOLLOWS, defaults={"at": clock.now()})
    audit.record("cases.follow", by=by, obj=f"case:{later.pk}", after={"earlier": str(earlier.pk)})


def named(by: Actor, case_no: str) -> Case:
    """The case with a number, if the actor may know of it; Invalid in the same words when not or when there is none."""
    number = case_no.strip().upper()[:50]
    found = Case.objects.filter(visible(by), case_no=number).only("id").first() if number else None
    if found is None:
        raise _wrong("unknown_case", _("There is no case with this number that you may see."))
    return row_for(by, found.pk)


def _wrong(code: str, message: str) -> Invalid:
    return Invalid([FieldProblem("case_no", code, message)])


def _work_on(by: Actor, case: Case) -> None:
    """NotAllowed (audited) for who may read the case but not work on it."""
    identity.require(
        by, "cases.work", organisation=case.organisation, matter=case.matter, obj=f"case:{case.pk}"
    )


@transaction.atomic
def follow_number(case_id: UUID, case_no: str, *, by: Actor) -> None:
    """Tie the case to the earlier one with this number. Invalid: unknown, itself, not earlier, a circle."""
    later, earlier = row_for(by, case_id), named(by, case_no)
    _work_on(by, later)
    if earlier.pk == later.pk:
        raise _wrong("itself", _("A case cannot follow itself."))
    if earlier.opened_at >= later.opened_at:
        raise _wrong("not_earlier", _("That case began later: open it and link it to this one."))
    follow(case_id=later.pk, earlier_id=earlier.pk, by=by)


@transaction.atomic
def unfollow(case_id: UUID, earlier_id: UUID, *, by: Actor) -> bool:
    """Take the tie to the earlier case back. True when there was one."""
    later = row_for(by, case_id)
    _work_on(by, later)
    gone, _what = Link.objects.filter(case=earlier_id, other=later, kind=FOLLOWS).delete()
    if gone:
        audit.record("cases.unfollow", by=by, obj=f"case:{later.pk}", before={"earlier": str(earlier_id)})
    return bool(gone)


@transaction.atomic
def merge(case_id: UUID, lead_no: str, *, by: Actor) -> Case:
    """Merge a duplicate into the lead case with this number; returns the lead. Invalid says why it cannot be."""
    lead = mergeable(case_id, lead_no, by=by)
    duplicate = row_for(by, case_id, lock=True)
    if merged_into(duplicate):
        raise _wrong("merged_already", _("This case is merged already."))
    now = clock.now()
    Link.objects.create(case=lead, other=duplicate, kind=INTO, at=now)
    duplicate.context = {**duplicate.context, MERGED: {"id": str(lead.pk), "case_no": lead.case_no}}
    duplicate.save(update_fields=["context"])
    _note(duplicate, by, _("Merged as a duplicate into %(no)s.") % {"no": lead.case_no})
    _note(lead, by, _("The duplicate %(no)s was merged into this case.") % {"no": duplicate.case_no})
    audit.record(
        "cases.merge", by=by, obj=f"case:{duplicate.pk}", organisation=duplicate.organisation,
        after={"lead": str(lead.pk), "lead_no": lead.case_no},
    )  # fmt: skip
    return lead


def mergeable(case_id: UUID, lead_no: str, *, by: Actor) -> Case:
    """The lead case, when the merge is possible; Invalid with the reason otherwise. Changes nothing."""
    duplicate, lead = row_for(by, case_id), named(by, lead_no)
    for case in (duplicate, lead):
        _work_on(by, case)
    reasons = (
        (lead.pk == duplicate.pk, "itself", _("A case cannot be merged into itself.")),
        (not duplicate.case_no, "draft", _("A draft has nothing to merge yet.")),
        (
            lead.subject_id != duplicate.subject_id,
            "other_applicant",
            _("The other case has another applicant."),
        ),
        (lead.matter != duplicate.matter, "other_matter", _("The other case is about another matter.")),
        (
            lead.organisation != duplicate.organisation,
            "other_unit",
            _("The other case belongs to another unit."),
        ),
        (
            bool(duplicate.decided_at or duplicate.finished),
            "decided",
            _("This case is decided or ended already."),
        ),
        (lead.finished, "lead_ended", _("The other case has ended.")),
        (bool(merged_into(lead)), "chain", _("The other case is itself merged into a third one.")),
        (bool(duplicate.parent_id), "bundle", _("A part of a bundle cannot be merged.")),
        (_leads_others(duplicate), "leads", _("Other cases are merged into this one.")),
    )
    for refused, code, message in reasons:
        if refused:
            raise _wrong(code, message)
    return lead


def _leads_others(case: Case) -> bool:
    return Link.objects.filter(Q(kind=INTO) | Q(kind="child"), case=case).exists()


@transaction.atomic
def unmerge(case_id: UUID, *, by: Actor) -> bool:
    """Take a merge back: the case is decided on its own again. True when it was merged."""
    case = row_for(by, case_id, lock=True)
    _work_on(by, case)
    lead = merged_into(case)
    if not lead:
        return False
    Link.objects.filter(other=case, kind=INTO).delete()
    case.context = {k: v for k, v in case.context.items() if k != MERGED}
    case.save(update_fields=["context"])
    _note(case, by, _("The merge into %(no)s was taken back.") % {"no": lead["case_no"]})
    audit.record(
        "cases.unmerge", by=by, obj=f"case:{case.pk}", organisation=case.organisation,
        before={"lead": lead["id"], "lead_no": lead["case_no"]},
    )  # fmt: skip
    return True


def _note(case: Case, by: Actor, text: str) -> None:
    Comment.objects.create(
        case=case, at=clock.now(), account_id=by.account_id, author=by.name[:120],
        organisation=by.organisation, text=text,
    )  # fmt: skip


def merged_into(case: Case) -> dict[str, str]:
    """Id and number of the lead case, or {}."""
    return (case.context or {}).get(MERGED) or {}


def held_by_merge(case: Case, transitions: list[Any], machine: Any) -> bool:
    """Whether these arrows wait because the case is merged: all but those that end it as withdrawn."""
    if not merged_into(case):
        return False
    return not any(
        t.to in machine.states and machine.states[t.to].outcome == "withdrawn" for t in transitions
    )


def merged_refusal(case: Case) -> Refused:
    """What somebody hears who acts on a merged duplicate."""
    return Refused(
        _("This case is merged into %(no)s and is handled there.") % {"no": merged_into(case)["case_no"]},
        code="merged", safe=_("Nothing was changed."),
        todo=_("Open the lead case, or take the merge back first."),
    )  # fmt: skip
