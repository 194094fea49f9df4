"""What the tables of the lake are like now: rows, bytes, files, snapshots, upkeep. From metadata, no file is opened."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from pyiceberg.exceptions import NoSuchTableError
from pyiceberg.table import Table
from pyiceberg.table.snapshots import Snapshot

from citybrain.hub.data.lake.compaction import need
from citybrain.hub.data.lake.expiry import keep_days
from citybrain.hub.data.lake.files import target_bytes
from citybrain.hub.data.lake.planning import plan
from citybrain.hub.data.lake.reading import row_count
from citybrain.hub.data.lake.tables import table
from citybrain.hub.data.lake.tasks import KINDS
from citybrain.hub.data.lake.tiers import SMALL
from citybrain.hub.data.models import Job, LakeGrave
from citybrain.hub.data.models import Resource as Row
from citybrain.kernel.errors import NotFound


@dataclass(frozen=True)
class TableFacts:
    """One table in the list; ``rows`` includes those marked as deleted, which only reading can tell."""

    name: str
    title: dict[str, str]
    owner: str
    rows: int
    bytes: int
    files: int
    delete_files: int
    snapshots: int
    changed_at: datetime | None
    upkeep: Job | None

    @property
    def average(self) -> int:
        """Bytes of an average file."""
        return self.bytes // self.files if self.files else 0


@dataclass(frozen=True)
class SnapshotFacts:
    """One snapshot: what happened, and how many rows there were then."""

    id: int
    at: datetime
    operation: str
    rows: int
    added: int
    deleted: int
    batch: str
    tags: tuple[str, ...]


def tables_of(rows: Sequence[Row]) -> list[TableFacts]:
    """Facts of the tables behind these rows of the catalogue; a row whose table is missing is left out."""
    last = last_upkeep([row.key for row in rows])
    made = []
    for row in rows:
        try:
            made.append(facts(row, table(row.key), last.get(row.key)))
        except NoSuchTableError:
            continue
    return made


def facts(row: Row, found: Table, upkeep: Job | None) -> TableFacts:
    """One table."""
    snapshot = found.current_snapshot()
    return TableFacts(
        row.key, row.title, row.owner, row.rows, number(snapshot, "total-files-size"),
        number(snapshot, "total-data-files"), number(snapshot, "total-delete-files"), len(found.metadata.snapshots),
        moment(snapshot) if snapshot else None, upkeep,
    )  # fmt: skip


def last_upkeep(names: Sequence[str]) -> dict[str, Job]:
    """The newest upkeep of each table."""
    found = Job.objects.filter(kind__in=KINDS.values(), subject__in=names)
    return {job.subject: job for job in found.order_by("subject", "-created_at").distinct("subject")}


def number(snapshot: Snapshot | None, name: str) -> int:
    """A number of a snapshot's summary; 0 where the writer left it out."""
    if snapshot is None or snapshot.summary is None:
        return 0
    return int(snapshot.summary.additional_properties.get(name, 0))


def moment(snapshot: Snapshot) -> datetime:
    """When a snapshot was made."""
    return datetime.fromtimestamp(snapshot.timestamp_ms / 1000, UTC)


def one_table(row: Row) -> dict[str, object]:
    """Everything the page of one table shows. NotFound when the table is missing."""
    try:
        found = table(row.key)
    except NoSuchTableError as error:
        raise NotFound("the table is not there / 数据表不存在", code="no_table") from error
    made, wanted = plan(found), need(found)
    small = sum(entry.file.file_size_in_bytes < target_bytes(found) * SMALL for entry in made.data)
    return {
        "facts": facts(row, found, last_upkeep([row.key]).get(row.key)), "rows": row_count(row.key),
        "files": len(made.data), "small": small, "marks": len(made.positions) + len(made.equalities),
        "groups": len(wanted.groups), "keep_days": keep_days(found), "schemas": schemas(found),
        "graves": LakeGrave.objects.filter(table=found.metadata.table_uuid).count(),
    }  # fmt: skip


def snapshots(found: Table) -> list[SnapshotFacts]:
    """Snapshots, newest first."""
    tags: dict[int, list[str]] = {}
    for name, ref in found.metadata.refs.items():
        if name != "main":
            tags.setdefault(ref.snapshot_id, []).append(name)
    ordered = sorted(found.metadata.snapshots, key=lambda snapshot: -snapshot.timestamp_ms)
    return [snapshot_facts(snapshot, tuple(tags.get(snapshot.snapshot_id, ()))) for snapshot in ordered]


def snapshot_facts(snapshot: Snapshot, tags: tuple[str, ...]) -> SnapshotFacts:
    """One snapshot. Rows then: written minus marked; marks by value are not known before they are gathered."""
    summary = snapshot.summary
    return SnapshotFacts(
        snapshot.snapshot_id, moment(snapshot), summary.operation.value if summary else "",
        number(snapshot, "total-records") - number(snapshot, "total-position-deletes"),
        number(snapshot, "added-records"),
        number(snapshot, "deleted-records") + number(snapshot, "added-position-deletes"),
        "" if summary is None else summary.additional_properties.get("citybrain.batch", ""), tags,
    )  # fmt: skip


def schemas(found: Table) -> list[dict[str, object]]:
    """The shapes a table has had, newest first, each with what came and went."""
    ordered = sorted(found.schemas().values(), key=lambda schema: schema.schema_id)
    made: list[dict[str, object]] = []
    before: dict[int, str] = {}
    for schema in ordered:
        now = {field.field_id: f"{field.name} {field.field_type}" for field in schema.fields}
        made.append({
            "number": schema.schema_id, "columns": len(now),
            "came": [word for key, word in now.items() if before.get(key) != word] if before else [],
            "went": [word for key, word in before.items() if now.get(key) != word],
        })  # fmt: skip
        before = now
    return made[::-1]
