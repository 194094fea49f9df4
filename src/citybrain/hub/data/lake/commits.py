"""Landing one change of a table: files added, files removed, rows marked as deleted, in one snapshot or not at all.

The library writes appends and overwrites of whole files only. A change here may add position deletes too, so it extends
the library's snapshot classes (its version is pinned for that).
"""

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from random import uniform

from pyiceberg.exceptions import CommitFailedException
from pyiceberg.manifest import (
    DataFile,
    DataFileContent,
    ManifestContent,
    ManifestEntry,
    ManifestEntryStatus,
    ManifestFile,
    ManifestWriter,
    ManifestWriterV2,
)
from pyiceberg.table import Table, Transaction
from pyiceberg.table.snapshots import (
    Operation,
    SnapshotSummaryCollector,
    Summary,
    update_snapshot_summaries,
)
from pyiceberg.table.update.snapshot import _SnapshotProducer

from citybrain.hub.data.lake.catalog import BATCH, BatchThere, catalog, turn
from citybrain.hub.data.lake.files import disk, remove
from citybrain.kernel.errors import Unavailable

ATTEMPTS = 12
MOST_SMALL_MANIFESTS = 50
SMALL_MANIFEST = 1024 * 1024


@dataclass
class Delta:
    """What a snapshot changes. ``operation``: APPEND, OVERWRITE, DELETE or REPLACE (same rows, other files)."""

    operation: Operation
    added: list[DataFile] = field(default_factory=list)
    deletes: list[DataFile] = field(default_factory=list)
    removed: set[DataFile] = field(default_factory=set)
    properties: dict[str, str] = field(default_factory=dict)


def land(name: str, change: Callable[[Table], Delta | None], *, batch: str = "") -> int | None:
    """Commit a change; the snapshot's id, or None when there was nothing to change or the delivery was there.

    ``change`` is asked again whenever another engine was quicker, with the table as it is then. What it added is removed
    when the change surely did not land. Unavailable: others were quicker too often, or the disk is full.
    """
    first = catalog().load_table(name)
    with turn(first.metadata.table_uuid):
        for attempt in range(ATTEMPTS):
            found = catalog().load_table(name)
            delta = change(found)
            if delta is None:
                return None
            try:
                return landed(found, delta, batch)
            except CommitFailedException:
                time.sleep(uniform(0.05, 0.1) * min(2**attempt, 40))  # noqa: S311 - not for secrets
            except BatchThere:
                return None
    raise Unavailable(
        "the table is changed by others all the time / 该表正被频繁修改,请稍后再试",
        code="lake_busy",
        retry_after=30,
    )


def landed(found: Table, delta: Delta, batch: str) -> int:
    """One attempt. CommitFailedException, BatchThere, Unavailable (``disk_full``): surely not landed, manifests removed."""
    properties = {**delta.properties, **({BATCH: batch} if batch else {})}
    transaction = Transaction(found)
    snapshot = Change(delta, transaction, properties)
    try:
        with disk():
            refuse_lost_files(found, [*delta.added, *delta.deletes])
            transaction._stage(*snapshot._commit())
            transaction.commit_transaction()
    except (CommitFailedException, BatchThere, Unavailable):
        snapshot._clean_all_uncommitted()
        raise
    return snapshot.snapshot_id


def refuse_lost_files(found: Table, files: Iterable[DataFile]) -> None:
    """Unavailable when a file about to be named is gone: a writer that slept longer than orphans live."""
    for file in files:
        if not found.io.new_input(file.file_path).exists():
            raise Unavailable(
                "a file of this change is gone; try again / 文件已被清理,请重试", code="file_gone"
            )


def drop_files(found: Table, files: Iterable[DataFile]) -> None:
    """Remove files that no snapshot came to name."""
    for file in files:
        remove(found, file.file_path)


class DeleteManifest(ManifestWriterV2):
    """A manifest of delete files."""

    def content(self) -> ManifestContent:
        return ManifestContent.DELETES

    @property
    def _meta(self) -> dict[str, str]:
        return {**super()._meta, "content": "deletes"}


class Change(_SnapshotProducer["Change"]):
    """The snapshot of a delta on the table as it was loaded."""

    def __init__(self, delta: Delta, transaction: Transaction, properties: dict[str, str]) -> None:
        super().__init__(delta.operation, transaction, transaction._table.io, snapshot_properties=properties)
        self.delta = delta

    def _deleted_entries(self) -> list[ManifestEntry]:
        return []

    def _existing_manifests(self) -> list[ManifestFile]:
        return []

    def _manifests(self) -> list[ManifestFile]:
        added = [self.written(ManifestContent.DATA, ManifestEntryStatus.ADDED, self.fresh(self.delta.added))]
        added += [
            self.written(ManifestContent.DELETES, ManifestEntryStatus.ADDED, self.fresh(self.delta.deletes))
        ]
        return [manifest for manifest in added if manifest is not None] + self.kept()

    def fresh(self, files: list[DataFile]) -> list[ManifestEntry]:
        """Entries of new files; they take the snapshot's number."""
        return [
            ManifestEntry.from_args(
                status=ManifestEntryStatus.ADDED, snapshot_id=self._snapshot_id, sequence_number=None,
                file_sequence_number=None, data_file=file,
            )
            for file in files
        ]  # fmt: skip

    def kept(self) -> list[ManifestFile]:
        """The manifests of the parent without the removed files; many small ones become one."""
        parent = self._transaction.table_metadata.snapshot_by_id(self._parent_snapshot_id or 0)
        if parent is None:
            return []
        whole: list[ManifestFile] = []
        for manifest in parent.manifests(self._io):
            whole += self.without_removed(manifest) if self.delta.removed else [manifest]
        return self.merged([m for m in whole if m.has_added_files() or m.has_existing_files()]) + [
            m for m in whole if m.added_snapshot_id == self._snapshot_id and not m.has_existing_files()
        ]

    def without_removed(self, manifest: ManifestFile) -> list[ManifestFile]:
        """The manifest itself when it names none of the removed files, else what is left and what was removed."""
        entries = self.fetch_manifest_entry(manifest)
        gone = [entry for entry in entries if entry.data_file in self.delta.removed]
        if not gone:
            return [manifest]
        left = [entry for entry in entries if entry.data_file not in self.delta.removed]
        spec = manifest.partition_spec_id
        parts = [
            self.written(manifest.content, ManifestEntryStatus.EXISTING, left, spec),
            self.written(manifest.content, ManifestEntryStatus.DELETED, gone, spec),
        ]
        return [part for part in parts if part is not None]

    def merged(self, manifests: list[ManifestFile]) -> list[ManifestFile]:
        """Many small manifests of data files as one: planning opens each of them."""
        small = [
            m for m in manifests
            if m.content == ManifestContent.DATA and m.manifest_length < SMALL_MANIFEST
            and m.partition_spec_id == self._transaction.table_metadata.default_spec_id
        ]  # fmt: skip
        if len(small) < MOST_SMALL_MANIFESTS:
            return manifests
        entries = [entry for manifest in small for entry in self.fetch_manifest_entry(manifest)]
        one = self.written(ManifestContent.DATA, ManifestEntryStatus.EXISTING, entries)
        return [m for m in manifests if m not in small] + ([one] if one is not None else [])

    def written(
        self,
        content: ManifestContent,
        status: ManifestEntryStatus,
        entries: list[ManifestEntry],
        spec_id: int | None = None,
    ) -> ManifestFile | None:
        """A manifest of these entries; None for none."""
        if not entries:
            return None
        with self.manifest_writer(content, spec_id) as writer:
            for entry in entries:
                if status == ManifestEntryStatus.ADDED:
                    writer.add(entry)
                elif status == ManifestEntryStatus.EXISTING:
                    writer.existing(entry)
                else:
                    writer.delete(entry)
        return writer.to_manifest_file()

    def manifest_writer(self, content: ManifestContent, spec_id: int | None) -> ManifestWriter:
        """A writer for data or for delete files."""
        metadata = self._transaction.table_metadata
        spec = metadata.spec() if spec_id is None else self.spec(spec_id)
        if content == ManifestContent.DATA:
            return self.new_manifest_writer(spec)
        return DeleteManifest(
            spec, self.schema(), self.new_manifest_output(), self._snapshot_id, self._compression
        )

    def _summary(self, snapshot_properties: dict[str, str] | None = None) -> Summary:
        metadata = self._transaction.table_metadata
        counted = SnapshotSummaryCollector()
        for file in [*self.delta.added, *self.delta.deletes]:
            counted.add_file(file, metadata.schema(), metadata.spec())
        for file in self.delta.removed:
            counted.remove_file(file, metadata.schema(), metadata.specs()[file.spec_id])
        parent = metadata.snapshot_by_id(self._parent_snapshot_id or 0)
        summed = update_snapshot_summaries(
            Summary(operation=Operation.OVERWRITE, **counted.build(), **(snapshot_properties or {})),
            parent.summary if parent is not None else None,  # type: ignore[arg-type]
        )
        return Summary(operation=self._operation, **summed.additional_properties)


def is_data(file: DataFile) -> bool:
    """Whether the file holds rows (not marks of deleted rows)."""
    return file.content == DataFileContent.DATA
