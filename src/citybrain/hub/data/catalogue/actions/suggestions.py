"""The scanner's findings: kept, confirmed or refused by a person. Nothing changes by itself."""

from uuid import UUID

from django.db import transaction

from citybrain.hub.data.catalogue.actions.describe import describe_item
from citybrain.hub.data.catalogue.domain.grading import highest
from citybrain.hub.data.catalogue.domain.scanning import Finding
from citybrain.hub.data.models import Item, Suggestion
from citybrain.kernel import audit, clock
from citybrain.kernel.actor import Actor
from citybrain.kernel.errors import Conflict, FieldProblem, Invalid


@transaction.atomic
def keep_findings(key: str, item: str, found: list[Finding]) -> int:
    """Write what was found in one column; how many wait for a person. What was decided stays decided."""
    known = {row.kind: row for row in Suggestion.objects.filter(resource=key, item=item)}
    for finding in found:
        row = known.pop(finding.kind, None) or Suggestion(resource_id=key, item=item, kind=finding.kind)
        if row.state != "open":
            continue
        for name in ("checked", "hits", "inside", "by_name", "grade", "personal", "identifier"):
            setattr(row, name, getattr(finding, name))
        row.samples, row.found_at = list(finding.samples), clock.now()
        row.save()
    Suggestion.objects.filter(pk__in=[row.pk for row in known.values() if row.state == "open"]).delete()
    return settle(key, item)


def settle(key: str, item: str) -> int:
    """Drop open findings that the item's description says already; the number of those that are left."""
    row = Item.objects.filter(resource=key, name=item).first()
    open_rows = Suggestion.objects.filter(resource=key, item=item, state="open")
    if row is not None:
        for finding in open_rows:
            if row.grade >= finding.grade and (row.personal or not finding.personal):
                finding.delete()
    return open_rows.count()


@transaction.atomic
def confirm_suggestion(suggestion_id: UUID, *, by: Actor) -> Suggestion:
    """Accept a finding: the item's grade rises to it (never falls), its mask and kind of identifier are set where empty."""
    row = waiting(suggestion_id)
    item = Item.objects.get(resource=row.resource_id, name=row.item)
    values = {
        "grade": highest([item.grade, row.grade]),
        "personal": item.personal or row.personal,
        "identifier": item.identifier or row.identifier,
    }
    describe_item(row.resource_id, row.item, values=values, by=by, act="confirm_grade")
    return decide(row, "confirmed", "", by)


@transaction.atomic
def refuse_suggestion(suggestion_id: UUID, *, reason: str, by: Actor) -> Suggestion:
    """Say that a finding is wrong, and why; the scanner does not bring it again."""
    row = waiting(suggestion_id)
    if not reason.strip():
        raise Invalid([FieldProblem("reason", "required", "写明理由 / say why")])
    return decide(row, "refused", reason.strip()[:300], by)


def waiting(suggestion_id: UUID) -> Suggestion:
    """The finding, held; Conflict when somebody decided already."""
    row = Suggestion.objects.select_for_update().get(pk=suggestion_id)
    if row.state != "open":
        raise Conflict("this finding is decided already / 该建议已处理", code="decided")
    return row


def decide(row: Suggestion, state: str, reason: str, by: Actor) -> Suggestion:
    """Write the decision with its audit line."""
    row.state, row.reason, row.decided_at, row.decided_by = state, reason, clock.now(), by.as_dict()
    row.save()
    audit.record(
        f"data.{'confirm' if state == 'confirmed' else 'refuse'}_suggestion", by=by, obj=f"dataset:{row.resource_id}",
        after={"item": row.item, "kind": row.kind, "grade": row.grade, "rate": round(row.rate, 4), "reason": reason},
    )  # fmt: skip
    return row
