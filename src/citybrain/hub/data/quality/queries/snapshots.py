"""Which version of a table is scanned, and what came since another one."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from citybrain.hub.data.lake import tables

SAME_ROWS = "replace"  # files written anew by upkeep: the rows are the same
ADDED = "append"
BATCH = "citybrain.batch"  # where the lake notes the delivery of a snapshot


@dataclass(frozen=True)
class Version:
    """A snapshot: its number, the moment that finds it again, rows in it. Number 0: the table is empty."""

    number: int
    as_of: datetime | None
    rows: int


def newest(key: str) -> Version:
    """The newest snapshot of a table; of one that was never written to, the empty one."""
    found = tables.table(key).current_snapshot() if tables.has_table(key) else None
    if found is None:
        return Version(0, None, 0)
    return Version(found.snapshot_id, moment(found.timestamp_ms), total_rows(found))


def moment(milliseconds: int) -> datetime:
    """A moment inside the millisecond, so that rounding finds the snapshot again."""
    return datetime.fromtimestamp(0, UTC) + timedelta(milliseconds=milliseconds, microseconds=500)


def total_rows(snapshot) -> int:
    """Rows of a snapshot by its summary."""
    summary = snapshot.summary
    return int(summary.additional_properties.get("total-records", 0)) if summary else 0


def batches_since(key: str, number: int) -> list[str] | None:
    """Deliveries that came after snapshot ``number``; None when more happened than adding rows, or it is forgotten."""
    table = tables.table(key)
    by_number = {snapshot.snapshot_id: snapshot for snapshot in table.metadata.snapshots}
    at, found = table.current_snapshot(), []
    while at is not None and at.snapshot_id != number:
        operation = at.summary.operation.value if at.summary else ""
        batch = at.summary.additional_properties.get(BATCH) if at.summary else None
        if operation == ADDED and batch:
            found.append(batch)
        elif operation != SAME_ROWS:
            return None
        at = by_number.get(at.parent_snapshot_id) if at.parent_snapshot_id else None
    return found[::-1] if at is not None else None
