"""The benches' rows follow their cases."""

from typing import Any

from citybrain.apps.sharing.actions import objections, quality
from citybrain.apps.sharing.models import DataRequest, ObjectionCase, QualityWork
from citybrain.hub.cases.data import Transitioned

FOLLOWED: dict[str, Any] = {
    "data_request": DataRequest,
    "data_objection": ObjectionCase,
    "data_quality_work": QualityWork,
}


def follow_case(event: Transitioned) -> None:
    """State, number and due date; then what the step means for the data room."""
    table = FOLLOWED.get(event.case_type)
    if table is None:
        return
    row = table.objects.select_for_update().filter(case_id=event.case_id).first()
    if row is None:
        return
    row.case_no, row.state, row.state_name, row.due_at = (
        event.case_no,
        event.to_state,
        event.state_name,
        event.due_at,
    )
    changed = ["case_no", "state", "state_name", "due_at"]
    if isinstance(row, DataRequest):
        changed += request_facts(row, event)
    elif event.outcome and row.closed_at is None:
        row.closed_at = event.at
        changed.append("closed_at")
    row.save(update_fields=changed)
    if isinstance(row, QualityWork):
        quality.stepped(row, event)
    elif isinstance(row, ObjectionCase):
        objections.stepped(row, event)


def request_facts(row: DataRequest, event: Transitioned) -> list[str]:
    """When it was decided, and whether the provider let the limit pass (A20)."""
    if event.action == "escalate":
        row.answered_late = True
        return ["answered_late"]
    if event.to_state in ("serving", "refused", "refused_final", "returned") and row.decided_at is None:
        row.decided_at = event.at
        return ["decided_at"]
    return []
