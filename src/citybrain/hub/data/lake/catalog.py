"""Where the tables are: one Iceberg catalogue in the application's PostgreSQL, files in a folder or an S3 store.

The pointer of a table and the note that a delivery is in it are rows of the same database, so they are written in one
transaction: there is no moment at which one is there without the other, whoever is killed when.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote
from uuid import UUID

from cachetools import LRUCache
from django.conf import settings
from django.db import connection
from pyiceberg.catalog import Catalog
from pyiceberg.catalog.sql import IcebergTables, SqlCatalog
from pyiceberg.exceptions import CommitFailedException, NoSuchTableError
from pyiceberg.io import FileIO, load_file_io
from pyiceberg.serializers import FromInputFile
from pyiceberg.table import CommitTableResponse, Table
from pyiceberg.table.metadata import TableMetadata
from pyiceberg.table.snapshots import Snapshot
from pyiceberg.table.update import AddSnapshotUpdate, TableRequirement, TableUpdate
from pyiceberg.typedef import Identifier, Properties
from sqlalchemy import select, text, update
from sqlalchemy.orm import Session

from citybrain.hub.data.lake.store import answered

BATCH = "citybrain.batch"
NOTE = text(
    'INSERT INTO data_lakebatch ("table", name, batch, snapshot, rows) VALUES (:table, :name, :batch, :snapshot, :rows)'
    ' ON CONFLICT ("table", batch) DO NOTHING'
)
LOCK = text("SELECT pg_advisory_lock(hashtextextended(:name, 1907))")
UNLOCK = text("SELECT pg_advisory_unlock(hashtextextended(:name, 1907))")
MOST_SNAPSHOTS = 20_000
_guard = threading.Lock()
# Metadata files are never written twice under a name, so what one held once it holds for ever.
_metadata: LRUCache[str, TableMetadata] = LRUCache(
    MOST_SNAPSHOTS, getsizeof=lambda made: len(made.snapshots) + 1
)
_catalogs: dict[tuple[str, str, str], "CityCatalog"] = {}
_turns: dict[str, threading.Lock] = {}


class BatchThere(Exception):
    """The delivery a commit brings is in the table already."""


class CityCatalog(SqlCatalog):
    """The SQL catalogue, with the note of a delivery in the same transaction as the pointer.

    One way to the files for all its tables: properties of a table choose no other store, and connections are kept.
    """

    def __init__(self, name: str, **properties: str) -> None:
        super().__init__(name, **properties)
        self.files = load_file_io(self.properties, self.properties["warehouse"])

    def _load_file_io(self, properties: Properties | None = None, location: str | None = None) -> FileIO:
        return self.files

    @staticmethod
    def _write_metadata(metadata: TableMetadata, io: FileIO, metadata_path: str) -> None:
        with answered():
            SqlCatalog._write_metadata(metadata, io, metadata_path)

    def load_table(self, identifier: str | Identifier) -> Table:
        """A table as it is now: its pointer is asked for every time, the metadata it names is read once."""
        namespace = Catalog.namespace_to_string(Catalog.namespace_from(identifier))
        noun = Catalog.table_name_from(identifier)
        location = self.pointer(namespace, noun)
        return Table(
            identifier=(*Catalog.identifier_to_tuple(namespace), noun), metadata=self.metadata_at(location),
            metadata_location=location, io=self.files, catalog=self,
        )  # fmt: skip

    def pointer(self, namespace: str, noun: str) -> str:
        """Where the newest metadata of a table lies; NoSuchTableError."""
        asked = select(IcebergTables.metadata_location).where(
            IcebergTables.catalog_name == self.name,
            IcebergTables.table_namespace == namespace,
            IcebergTables.table_name == noun,
        )
        with self.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as own:
            found = own.execute(asked).scalar()
        if not found:
            raise NoSuchTableError(f"Table does not exist: {namespace}.{noun}")
        return str(found)

    def metadata_at(self, location: str) -> TableMetadata:
        """What a metadata file holds."""
        with _guard:
            known = _metadata.get(location)
        if known is None:
            with answered():
                known = FromInputFile.table_metadata(self.files.new_input(location))
            with _guard:
                if len(known.snapshots) < _metadata.maxsize:
                    _metadata[location] = known
        return known

    def commit_table(
        self, table: Table, requirements: tuple[TableRequirement, ...], updates: tuple[TableUpdate, ...]
    ) -> CommitTableResponse:
        """As SqlCatalog; BatchThere when a snapshot brings a delivery the table has."""
        brought = [u.snapshot for u in updates if isinstance(u, AddSnapshotUpdate) and batch_of(u.snapshot)]
        if not brought:
            return super().commit_table(table, requirements, updates)
        current = self.load_table(table.name())
        staged = self._update_and_stage_table(current, table.name(), requirements, updates)
        self._write_metadata(staged.metadata, staged.io, staged.metadata_location)
        with Session(self.engine) as session:
            for snapshot in brought:
                note(session, current, snapshot)
            swap(session, self.name, current, staged.metadata_location)
            session.commit()
        location = staged.metadata_location
        return CommitTableResponse(metadata=staged.metadata, metadata_location=location)  # type: ignore[call-arg]


def batch_of(snapshot: Snapshot) -> str:
    """The delivery a snapshot brought; empty for work of the house itself."""
    summary = snapshot.summary
    return "" if summary is None else summary.additional_properties.get(BATCH, "")


def note(session: Session, table: Table, snapshot: Snapshot) -> None:
    """Note the delivery; BatchThere when it is noted already (a rival's transaction is waited for)."""
    summary = snapshot.summary
    rows = 0 if summary is None else int(summary.additional_properties.get("added-records", 0))
    values = {
        "table": table.metadata.table_uuid, "name": ".".join(table.name()), "batch": batch_of(snapshot),
        "snapshot": snapshot.snapshot_id, "rows": rows,
    }  # fmt: skip
    if session.execute(NOTE, values).rowcount < 1:  # type: ignore[attr-defined]
        raise BatchThere(values["batch"])


def swap(session: Session, catalog_name: str, current: Table, location: str) -> None:
    """Point the table to its new metadata; CommitFailedException when somebody else did meanwhile."""
    namespace = Catalog.namespace_to_string(Catalog.namespace_from(current.name()))
    noun = Catalog.table_name_from(current.name())
    swapped = session.execute(
        update(IcebergTables)
        .where(
            IcebergTables.catalog_name == catalog_name,
            IcebergTables.table_namespace == namespace,
            IcebergTables.table_name == noun,
            IcebergTables.metadata_location == current.metadata_location,
        )
        .values(metadata_location=location, previous_metadata_location=current.metadata_location)
    )
    if swapped.rowcount < 1:  # type: ignore[attr-defined]
        raise CommitFailedException(f"Table has been updated by another process: {namespace}.{noun}")


def warehouse() -> str:
    """URI of the folder all tables lie in: ``file:///…`` or ``s3://bucket/prefix``."""
    given = settings.LAKE_WAREHOUSE
    if given and "://" in given:
        return given.rstrip("/")
    folder = Path(given) if given else Path(settings.DATA_DIR) / "lake"
    folder.mkdir(parents=True, exist_ok=True)
    return f"file://{folder.resolve()}"


def catalog() -> CityCatalog:
    """The catalogue of this process; made on first use, so that forked workers do not share connections."""
    with _guard:
        wanted = (settings.LAKE_CATALOG, database_uri(), warehouse())
        if wanted not in _catalogs:
            name, uri, folder = wanted
            store = {key: value for key, value in settings.LAKE_STORE.items() if value}
            _catalogs[wanted] = CityCatalog(name, uri=uri, warehouse=folder, pool_pre_ping="true", **store)
        return _catalogs[wanted]


def forget() -> None:
    """Close the catalogue's connections; the next use opens them again."""
    with _guard:
        for made in _catalogs.values():
            made.engine.dispose()
        _catalogs.clear()


@contextmanager
def turn(table: UUID | str) -> Iterator[None]:
    """This process's turn at a table. Our writers queue here instead of failing at each other; a killed one lets go.

    Other engines know nothing of it: they are met by Iceberg's own check at the commit.
    """
    values: dict[str, Any] = {"name": f"lake:{table}"}
    with _guard:
        here = _turns.setdefault(str(table), threading.Lock())
    # Threads of one process queue at each other first, so that waiting ones do not use up the pool of connections.
    with here, catalog().engine.connect().execution_options(isolation_level="AUTOCOMMIT") as own:
        own.execute(LOCK, values)
        try:
            yield
        finally:
            own.execute(UNLOCK, values)


def database_uri() -> str:
    """SQLAlchemy's address of Django's own database (the test database in tests)."""
    given = connection.settings_dict
    secret = quote(str(given["PASSWORD"]), safe="")
    return f"postgresql+psycopg://{quote(given['USER'])}:{secret}@{given['HOST']}:{given['PORT']}/{given['NAME']}"


def local(path: str) -> str:
    """A path the engine opens: local files without their scheme (``file:/`` or ``file:///``), others as they are."""
    if path.startswith("file://"):
        return path[len("file://") :]
    return path.removeprefix("file:")
