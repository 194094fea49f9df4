"""Rows turned into the frozen records of the door."""

from __future__ import annotations

from datetime import datetime

from citybrain.hub.cases import data as records
from citybrain.hub.cases.domain.lights import light_at
from citybrain.hub.cases.domain.machine import Machine
from citybrain.hub.cases.models import Attachment, Case, Clock, ClockInterval
from citybrain.hub.cases.queries.listed import ListedCase
from citybrain.hub.cases.queries.machines import machine_of
from citybrain.hub.cases.queries.reading import UNREAD, CaseRows
from citybrain.kernel import clock, workdays
from citybrain.kernel.workdays import Interval, Limit

OTHER_KINDS = {
    "tolerance": {"zh": "容缺补齐", "en": "Waiting for promised items"},
    "appeal": {"zh": "申诉复核", "en": "Appeal under review"},
}


def light_cases():
    """Cases without their personal and heavy columns: enough for a record."""
    return Case.objects.defer(*UNREAD)


def record(
    case: Case | ListedCase, machine: Machine | None = None, now: datetime | None = None
) -> records.CaseRecord:
    """The record of a case row, or of what a list read of it."""
    machine = machine or machine_of(case.machine_id)
    state = machine.states.get(case.state)
    return records.CaseRecord(
        id=records.CaseId(case.pk), case_no=case.case_no or "", case_type=case.case_type,
        machine_version=machine.version, state=case.state,
        state_name=state.name.as_dict() if state else {"zh": case.state}, finished=case.finished,
        outcome=case.outcome, revision=case.revision, matter=case.matter, matter_version=case.matter_version,
        matter_name=case.matter_name, title=case.title, organisation=case.organisation, division=case.division,
        channel=case.channel, demo=case.demo, subject_id=case.subject_id, subject_kind=case.subject_kind,
        subject_label=case.subject_label, person_id=case.person_id, parent_id=case.parent_id,
        parent_role=case.parent_role, context=case.context, opened_at=case.opened_at,
        submitted_at=case.submitted_at, received_at=case.received_at, accepted_at=case.accepted_at,
        decided_at=case.decided_at, delivered_at=case.delivered_at, closed_at=case.closed_at,
        updated_at=case.updated_at, due_at=case.due_at, statutory_due_at=case.statutory_due_at,
        light=light_at(now or clock.now(), case.due_at, case.yellow_at, case.paused),
    )  # fmt: skip


def attachment(row: Attachment) -> records.AttachmentRecord:
    """The record of an attachment row."""
    return records.AttachmentRecord(
        id=row.pk, case_id=row.case_id, material=row.material, kind=row.kind, name=row.name,
        media_type=row.media_type, size=row.size, sha256=row.sha256, uploaded_at=row.uploaded_at,
    )  # fmt: skip


def clock_records(known: CaseRows, machine: Machine, now: datetime) -> tuple[records.ClockRecord, ...]:
    """All clocks of a case in order of their start, with intervals and what is left."""
    intervals: dict = {}
    for interval in known.rows("intervals"):
        intervals.setdefault(interval.clock_id, []).append(interval)
    return tuple(_clock(row, machine, intervals.get(row.pk, []), now) for row in known.rows("clocks"))


def _clock(
    row: Clock, machine: Machine, intervals: list[ClockInterval], now: datetime
) -> records.ClockRecord:
    spec = machine.clocks.get(row.name)
    kinds = OTHER_KINDS | {
        choice.value: choice.name.as_dict()
        for t in machine.transitions
        for field in t.fields
        if field.name == "kind"
        for choice in field.choices
    }
    spans = [Interval(i.started_at, i.ended_at) for i in intervals]
    limit = Limit(row.value + row.extended, row.unit)  # type: ignore[arg-type]
    left = None
    if row.state != "stopped" and row.due_at is not None:
        left = workdays.remaining(row.started_at, limit, spans, now=now)
    light = "" if row.state == "stopped" else light_at(now, row.due_at, row.yellow_at, row.state == "paused")
    return records.ClockRecord(
        name=row.name, title=spec.name.as_dict() if spec else {"zh": row.name}, state=row.state,
        value=row.value + row.extended, unit=row.unit, started_at=row.started_at, due_at=row.due_at, light=light,
        left=left, basis=spec.basis if spec else "", confirmed=spec.confirmed if spec else True,
        statutory=row.statutory, statutory_due_at=row.statutory_due_at, internal=row.internal,
        internal_due_at=row.internal_due_at,
        intervals=tuple(
            records.IntervalRecord(
                i.kind,
                kinds.get(i.kind, {"zh": i.kind}),
                i.reason,
                i.expected_days,
                i.started_at,
                i.ended_at,
                i.result,
            )
            for i in intervals
        ),
    )  # fmt: skip
