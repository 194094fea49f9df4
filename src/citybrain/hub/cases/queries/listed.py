"""What lists read of tasks and cases by hand-written SQL: fewer columns than the models, and no model instances."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID


class ListedCase(NamedTuple):
    """The columns of a case a list shows, as ``records.record`` asks them; what no list shows is empty."""

    id: UUID
    case_no: str | None
    machine_id: UUID
    case_type: str
    state: str
    finished: bool
    outcome: str
    revision: int
    matter: str
    matter_version: int
    matter_name: dict[str, str]
    title: str
    organisation: str
    division: str
    channel: str
    demo: bool
    subject_id: UUID | None
    subject_kind: str
    subject_label: str
    person_id: UUID | None
    parent_id: UUID | None
    parent_role: str
    opened_at: datetime
    submitted_at: datetime | None
    received_at: datetime | None
    accepted_at: datetime | None
    decided_at: datetime | None
    delivered_at: datetime | None
    closed_at: datetime | None
    updated_at: datetime
    due_at: datetime | None
    yellow_at: datetime | None
    paused: bool
    statutory_due_at: datetime | None

    @property
    def pk(self) -> UUID:
        return self.id

    @property
    def context(self) -> dict[str, Any]:
        return {}


class ListedTask(NamedTuple):
    """A task and its case."""

    id: UUID
    role: str
    branch: str
    due_at: datetime | None
    yellow_at: datetime | None
    paused: bool
    taken_by: UUID | None
    sort_at: datetime
    opened_at: datetime
    case: ListedCase


CASE_COLUMNS, TASK_COLUMNS = ListedCase._fields, ListedTask._fields[:-1]


def listed_task(row: tuple[Any, ...]) -> ListedTask:
    """A task and its case from TASK_COLUMNS and CASE_COLUMNS as the driver gives them."""
    return ListedTask._make([*row[: len(TASK_COLUMNS)], listed_case(row[len(TASK_COLUMNS) :])])


def listed_case(row: tuple[Any, ...]) -> ListedCase:
    """A case from CASE_COLUMNS; what is JSON in the database comes as text."""
    return ListedCase._make([*row[:_NAME], json.loads(row[_NAME]), *row[_NAME + 1 :]])


_NAME = CASE_COLUMNS.index("matter_name")
