"""Files no snapshot names: left by killed writers or by expired snapshots. They rest in graves before they are unlinked.

Only files older than a grace are looked at (a younger one may belong to a delivery under way), and a dead file rests longer
than any question may run, so that no reader with an old plan loses one under its feet.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.conf import settings
from pyarrow.fs import FileSelector, FileSystem
from pyiceberg.table import Table

from citybrain.hub.data.lake.arriving import SECONDS
from citybrain.hub.data.lake.catalog import local, turn
from citybrain.hub.data.lake.files import remove
from citybrain.hub.data.lake.planning import opened
from citybrain.hub.data.lake.tables import table
from citybrain.hub.data.models import LakeGrave
from citybrain.kernel import clock

CHUNK = 500


@dataclass(frozen=True)
class Lying:
    """A file in the table's folder; ``path`` as the engine opens it."""

    path: str
    bytes: int
    at: datetime


def rest() -> timedelta:
    """How long a dead file rests: the setting, but never shorter than the longest question may run."""
    return max(timedelta(hours=settings.LAKE_REST_HOURS), timedelta(seconds=SECONDS) + timedelta(hours=1))


def named_files(found: Table) -> set[str]:
    """Every file that any snapshot kept in the metadata names, as the engine opens them."""
    metadata = found.metadata
    names = {found.metadata_location, *(entry.metadata_file for entry in metadata.metadata_log)}
    names |= {
        statistics.statistics_path for statistics in [*metadata.statistics, *metadata.partition_statistics]
    }
    for snapshot in metadata.snapshots:
        names.add(snapshot.manifest_list)
        for manifest in snapshot.manifests(found.io):
            if manifest.manifest_path not in names:
                names.add(manifest.manifest_path)
                names |= {entry.file.file_path for entry in opened(found, manifest)}
    return {local(name) for name in names}


def lying(found: Table) -> Iterator[Lying]:
    """All files below the table's own folders."""
    store, folder = opened_store(found)
    for part in ("data", "metadata"):
        for info in store.get_file_info(
            FileSelector(f"{folder}/{part}", recursive=True, allow_not_found=True)
        ):
            if info.is_file:
                yield Lying(scheme(found) + info.path, info.size or 0, info.mtime or datetime.now(UTC))


def opened_store(found: Table) -> tuple[FileSystem, str]:
    """The file system a table lies in, and its folder there."""
    io: Any = found.io
    kind, host, path = io.parse_location(found.location(), io.properties)
    return io.fs_by_scheme(kind, host), path.rstrip("/")


def scheme(found: Table) -> str:
    """What stands before the store's own paths: nothing for local files."""
    return "" if found.location().startswith("file:") else found.location().partition("://")[0] + "://"


def bury(name: str) -> int:
    """Note the dead files of a table; how many are new."""
    found = table(name)
    seen = list(lying(found))  # looked at before the names, so that what is committed meanwhile is named
    named = named_files(table(name))
    limit = clock.now() - timedelta(hours=settings.LAKE_GRACE_HOURS)
    dead = [file for file in seen if file.path not in named and file.at < limit]
    uuid = found.metadata.table_uuid
    made = [
        LakeGrave(table=uuid, name=name, path=file.path, bytes=file.bytes, since=clock.now()) for file in dead
    ]
    before = LakeGrave.objects.filter(table=uuid).count()
    LakeGrave.objects.bulk_create(made, ignore_conflicts=True, batch_size=CHUNK)
    return LakeGrave.objects.filter(table=uuid).count() - before


def unlink(name: str) -> tuple[int, int]:
    """Remove the files that have rested long enough and are still dead; files and bytes removed.

    Holds the table's turn, so that no delivery can come to name a file while it is looked at.
    """
    found = table(name)
    uuid = found.metadata.table_uuid
    ripe = LakeGrave.objects.filter(table=uuid, since__lt=clock.now() - rest())
    if not ripe.exists():
        return 0, 0
    files = size = 0
    with turn(uuid):
        named = named_files(table(name))
        for grave in list(ripe):
            if grave.path in named:
                grave.delete()  # a slow delivery came in after all
            elif remove(found, grave.path):
                files, size = files + 1, size + grave.bytes
                grave.delete()
    return files, size
