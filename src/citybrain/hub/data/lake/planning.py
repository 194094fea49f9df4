"""Which files a question needs: data files pruned by their statistics, and the delete files that apply to them.

The library plans no equality deletes and prunes delete files by the question's filter; here delete files are never
pruned, and the rule of sequence numbers is Iceberg's: a position delete marks rows of files as old as itself or older, an
equality delete rows of older files only.
"""

import threading
from collections import defaultdict
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from cachetools import LRUCache
from pyiceberg.expressions import BooleanExpression
from pyiceberg.expressions.visitors import _InclusiveMetricsEvaluator
from pyiceberg.manifest import DataFile, DataFileContent, FileFormat, ManifestContent, ManifestFile
from pyiceberg.table import Table
from pyiceberg.table.snapshots import Snapshot
from pyiceberg.utils.concurrent import ExecutorFactory

from citybrain.hub.data.lake import engine
from citybrain.hub.data.lake.catalog import local
from citybrain.hub.data.lake.store import answered
from citybrain.kernel.errors import Conflict

PATH_FIELD = 2147483546
_guard = threading.Lock()
_manifests: LRUCache[str, list["Entry"]] = LRUCache(20_000, getsizeof=lambda entries: len(entries) + 1)
_plans: LRUCache[str, "Plan"] = LRUCache(20_000, getsizeof=lambda made: len(made.everything()) + 1)
_named: LRUCache[str, frozenset[str]] = LRUCache(200_000, getsizeof=lambda paths: len(paths) + 1)


class Entry(NamedTuple):
    """A live file with its sequence number."""

    file: DataFile
    sequence: int

    @property
    def path(self) -> str:
        """As the engine opens it."""
        return local(self.file.file_path)


@dataclass
class Plan:
    """Files of one snapshot. ``marked``: data files that rows are deleted from, with the delete files that do it.

    Plans are shared by all who ask: none of their lists is ever changed.
    """

    data: list[Entry] = field(default_factory=list)
    positions: list[Entry] = field(default_factory=list)
    equalities: list[Entry] = field(default_factory=list)
    marked: dict[str, list[Entry]] = field(default_factory=dict)

    def everything(self) -> list[Entry]:
        """Data files and delete files."""
        return [*self.data, *self.positions, *self.equalities]

    def clean(self) -> list[Entry]:
        """Data files all of whose rows live."""
        return [entry for entry in self.data if entry.path not in self.marked]

    def dirty(self) -> list[Entry]:
        """Data files rows are deleted from."""
        return [entry for entry in self.data if entry.path in self.marked]


def plan(found: Table, only: BooleanExpression | None = None, snapshot: Snapshot | None = None) -> Plan:
    """The files of a snapshot (the newest when none is given), data files pruned by ``only``."""
    chosen = snapshot or found.current_snapshot()
    if chosen is None:
        return Plan()
    whole = planned(found, chosen)
    if only is None:
        return replace(whole)
    keep = _InclusiveMetricsEvaluator(found.schema(), only).eval
    return replace(whole, data=[entry for entry in whole.data if keep(entry.file)])


def planned(found: Table, snapshot: Snapshot) -> Plan:
    """All files of a snapshot; what a manifest list names never changes, so plans are remembered by it."""
    with _guard:
        known = _plans.get(snapshot.manifest_list)
    if known is not None:
        return known
    with answered():
        manifests = snapshot.manifests(found.io)
        made = Plan(data=entries(found, manifests, ManifestContent.DATA))
        for entry in entries(found, manifests, ManifestContent.DELETES):
            of_positions = entry.file.content == DataFileContent.POSITION_DELETES
            (made.positions if of_positions else made.equalities).append(entry)
    mark(made)
    with _guard:
        if len(made.everything()) < _plans.maxsize:
            _plans[snapshot.manifest_list] = made
    return made


def entries(found: Table, manifests: list[ManifestFile], content: ManifestContent) -> list[Entry]:
    """The live files that manifests of one kind name."""
    chosen = [manifest for manifest in manifests if manifest.content == content]
    pool = ExecutorFactory.get_or_create()
    return [entry for part in pool.map(lambda m: opened(found, m), chosen) for entry in part]


def opened(found: Table, manifest: ManifestFile) -> list[Entry]:
    """The live files of a manifest; manifests never change, so they are remembered."""
    with _guard:
        known = _manifests.get(manifest.manifest_path)
    if known is not None:
        return known
    home = local(found.metadata.location).rstrip("/") + "/"
    made = [
        Entry(refused(e.data_file, home), e.sequence_number or 0)
        for e in manifest.fetch_manifest_entry(found.io)
    ]
    with _guard:
        if len(made) < _manifests.maxsize:
            _manifests[manifest.manifest_path] = made
    return made


def refused(file: DataFile, home: str) -> DataFile:
    """The file, when it is Parquet; Conflict for kinds this engine would read wrongly (ORC, Avro, deletion vectors).

    Conflict also for a file outside the table's own folder: an engine that may write there can change a manifest after it
    was checked at the door, and we would open the file with our rights.
    """
    path = local(file.file_path)
    if not path.startswith(home) or ".." in path.split("/"):
        raise Conflict("a manifest names a file outside its table / 清单指向表目录以外的文件", code="outside")
    if file.file_format != FileFormat.PARQUET:
        raise Conflict(f"{file.file_path} is no Parquet file / 不支持的数据文件格式", code="file_format")
    return file


def mark(made: Plan) -> None:
    """Find the delete files of every data file."""
    by_path: dict[str, list[Entry]] = defaultdict(list)
    for delete in made.positions:
        for path in named_by(delete.file):
            by_path[path].append(delete)
    for entry in made.data:
        found = by_path.get(entry.path, []) + [e for e in made.equalities if applies(e, entry)]
        if found:
            made.marked[entry.path] = found


def applies(delete: Entry, data: Entry) -> bool:
    """Whether an equality delete concerns a data file: younger than it, and of its partition or of all."""
    if delete.sequence <= data.sequence:
        return False
    whole = len(delete.file.partition) == 0
    return whole or (delete.file.spec_id, delete.file.partition) == (data.file.spec_id, data.file.partition)


def named_by(delete: DataFile) -> frozenset[str]:
    """The data files a position delete file marks rows of: from its bounds when they name one, else from its rows."""
    low, high = (bounds.get(PATH_FIELD) for bounds in (delete.lower_bounds or {}, delete.upper_bounds or {}))
    if low is not None and low == high:
        return frozenset([local(low.decode())])
    with _guard:
        known = _named.get(delete.file_path)
    if known is None:
        path = engine.literal(local(delete.file_path))
        rows = engine.rows(f"SELECT DISTINCT file_path FROM read_parquet({path})")  # noqa: S608
        known = frozenset(local(row[0]) for row in rows)
        with _guard:
            if len(known) < _named.maxsize:
                _named[delete.file_path] = known
    return known
